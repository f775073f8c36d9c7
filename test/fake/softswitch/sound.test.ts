import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseSdp, writeSdp } from './sdp.ts';
import { decode, encode, samplesOf, steadyTone } from './sound.ts';

test('G.711: the corners of its tables, and every code comes back as itself', () => {
  // ITU-T G.711 tables 1a-2b: largest, silence, smallest
  assert.deepEqual([...decode('PCMU', Uint8Array.of(0x80, 0xff, 0x7f, 0x00))], [32124, 0, 0, -32124]);
  assert.deepEqual([...decode('PCMA', Uint8Array.of(0xaa, 0xd5, 0x55, 0x2a))], [32256, 8, -8, -32256]);
  for (const law of ['PCMU', 'PCMA'] as const) {
    const codes = Uint8Array.from({ length: 256 }, (_, code) => code).filter((code) => law === 'PCMA' || code !== 0x7f);
    assert.deepEqual([...encode(law, decode(law, codes))], [...codes], law);
  }
});

test('a tone survives either law with noise far below it', () => {
  const samples = samplesOf(steadyTone(660), 0, 8000);
  for (const law of ['PCMU', 'PCMA'] as const) {
    const back = decode(law, encode(law, samples));
    const power = (values: Iterable<number>) => [...values].reduce((sum, value) => sum + value * value, 0);
    const noise = power(samples.map((sample, i) => sample - back[i]!));
    assert.ok(10 * Math.log10(power(samples) / noise) > 35, `${law}: ${10 * Math.log10(power(samples) / noise)} dB`);
  }
});

const offer = [
  ...['v=0', 'o=- 1 1 IN IP4 192.0.2.1', 's=-', 'c=IN IP4 192.0.2.1', 't=0 0'],
  ...['m=video 9 RTP/AVP 96', 'a=rtpmap:96 VP8/90000'],
  ...['m=audio 4000 RTP/AVP 18 8 0 97', 'c=IN IP4 192.0.2.9', 'a=rtpmap:97 telephone-event/8000', 'a=sendonly', ''],
].join('\r\n');

test('an offer is read, and its answer has as many streams, refused but one', () => {
  const audio = parseSdp(offer)!;
  assert.deepEqual(
    [audio.host, audio.port, audio.codecs, audio.eventType, audio.direction],
    ['192.0.2.9', 4000, ['PCMA', 'PCMU'], 97, 'sendonly'],
  );
  const own = { host: '127.0.0.1', port: 23000, codecs: ['PCMA'] as const, eventType: 97, session: 7, version: 0 };
  const answer = writeSdp({ ...own, direction: 'recvonly' }, audio);
  assert.match(answer, /\r\nm=video 0 RTP\/AVP 96\r\nm=audio 23000 RTP\/AVP 8 97\r\n[\s\S]*a=recvonly\r\n$/);
  for (const wrong of ['', offer.replace('m=audio', 'm=text'), offer.replace('RTP/AVP 18 8 0', 'RTP/AVP 18')])
    assert.equal(parseSdp(wrong), undefined);
});
