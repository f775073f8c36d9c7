import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FRAME_SAMPLES } from '../contract/line-card.ts';
import { type CallerId, CallerIdReader, callerIdSamples } from './fsk.ts';

function read(samples: Int16Array): CallerId | undefined {
  const reader = new CallerIdReader();
  let found: CallerId | undefined;
  for (let at = 0; at < samples.length + FRAME_SAMPLES; at += FRAME_SAMPLES) {
    const frame = new Int16Array(FRAME_SAMPLES);
    frame.set(samples.subarray(at, at + FRAME_SAMPLES));
    found = reader.hear(frame) ?? found;
  }
  return found;
}

test('caller ID goes over the line and back', () => {
  const sent = { number: '+4930123456', name: 'Ada', time: '11212359' };
  assert.deepEqual(read(callerIdSamples(sent)), sent);
  assert.deepEqual(read(callerIdSamples({})), { number: 'unavailable', time: '01010000' });
});

test('a message with a wrong octet is not shown', () => {
  const samples = callerIdSamples({ number: '5551234' });
  // Inverts 3 ms in the middle of the number.
  const middle = Math.floor(samples.length * 0.85);
  for (let i = middle; i < middle + 24; i++) samples[i] = 0;
  assert.equal(read(samples), undefined);
});

test('a message whose checksum does not fit is not shown', () => {
  const samples = callerIdSamples({ number: '5551233' });
  // 480 bits before the message, 22 octets of 10 bits; the checksum is the last. Cut in the stop bit before it.
  const checksumAt = Math.ceil(((480 + 21 * 10) * 8000) / 1200) - 5;
  samples.set(callerIdSamples({ number: '5551235' }).subarray(checksumAt), checksumAt);
  assert.equal(read(samples), undefined);
});

test('caller ID is read through noise of 25 dB below it', () => {
  const samples = callerIdSamples({ number: '5551234' });
  let seed = 7;
  for (let i = 0; i < samples.length; i++) {
    seed = (Math.imul(seed, 1664525) + 1013904223) | 0;
    samples[i] = samples[i]! + (seed / 0x80000000) * 350;
  }
  assert.equal(read(samples)?.number, '5551234');
});
