import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Frame, StreamFraming } from './framing.ts';

const message = (body: string, length: string = `Content-Length: ${body.length}`): string =>
  ['OPTIONS sip:a@b SIP/2.0', 'Call-ID: x', length, '', body].join('\r\n');

const shown = (frame: Frame): string => (frame.is === 'message' ? frame.octets.toString('latin1') : frame.is);

/** What comes of a stream that arrives in pieces of so many octets. */
const framed = (stream: string, size = stream.length): string[] => {
  const framing = new StreamFraming();
  const octets = Buffer.from(stream, 'latin1');
  const frames: string[] = [];
  for (let at = 0; at < octets.length; at += size)
    frames.push(...framing.push(octets.subarray(at, at + size)).map(shown));
  return frames;
};

describe('messages of a stream', () => {
  it('are cut by Content-Length, in whatever pieces they come', () => {
    const [one, two] = [message('v=0\r\n\r\no=x'), message('', 'l : 0')];
    for (const size of [1, 2, 3, 7, 1000])
      assert.deepEqual(framed(`\r\n${one}\r\n\r\n\r\n${two}${one}`, size), [one, 'ping', two, one], `by ${size}`);
  });

  it('cannot be followed after a fault', () => {
    const faults = {
      'no length': message('', 'X: 0'),
      'two lengths': message('abc', 'Content-Length: 3\r\nl: 2'),
      'no number': message('', 'Content-Length: +0'),
      'a length beyond the limit': message('', 'Content-Length: 65000000'),
      'a name without colon': message('', 'Content-Length 0'),
      'a stray LF': '\nOPTIONS',
      'no end': 'x'.repeat(70_000),
    };
    for (const [what, stream] of Object.entries(faults)) assert.deepEqual(framed(stream), ['fault'], what);
  });

  it('take little time, however their headers are made', () => {
    for (const line of ['a', 'c', 'l', ':', ' a', 'c: 0']) {
      const octets = Buffer.from(
        `OPTIONS sip:a@b SIP/2.0\r\n${`${line}\r\n`.repeat(line.length > 2 ? 10_000 : 20_000)}\r\n`,
        'latin1',
      );
      const took = Array.from({ length: 20 }, () => {
        const began = process.hrtime.bigint();
        new StreamFraming().push(octets);
        return Number(process.hrtime.bigint() - began) / 1e6;
      });
      assert.ok(Math.min(...took) < 5, `${Math.min(...took)} ms: ${line}`);
    }
  });
});
