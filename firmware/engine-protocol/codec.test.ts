import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { encodeMessage, LONGEST_MESSAGE, MessageDecoder } from './codec.ts';

const decodeAll = (stream: Buffer, cut: number): object[] => {
  const decoder = new MessageDecoder();
  const messages: object[] = [];
  for (let at = 0; at < stream.length; at += cut) messages.push(...decoder.push(stream.subarray(at, at + cut)));
  return messages;
};

describe('messages over a stream', () => {
  const sent = [{ do: 'audit', id: 1 }, { text: 'grüße ☎' }, { empty: '' }, { long: 'x'.repeat(70_000) }];
  const stream = Buffer.concat(sent.map(encodeMessage));

  for (const cut of [1, 3, 4, 5, 1000, 65_536, stream.length]) {
    it(`come out as they went in, cut into pieces of ${cut}`, () => assert.deepEqual(decodeAll(stream, cut), sent));
  }

  it('are refused when too long to send', () => {
    assert.throws(() => encodeMessage({ long: 'x'.repeat(LONGEST_MESSAGE) }), /engine-request/);
  });

  it('are refused when announced too long, before anything is kept', () => {
    const header = Buffer.alloc(4);
    header.writeUInt32BE(LONGEST_MESSAGE + 1);
    assert.throws(() => new MessageDecoder().push(header), /limit/);
  });

  for (const text of ['{', '[1]', '7', 'null', '"text"']) {
    it(`are refused when they are ${text}`, () => {
      const frame = Buffer.concat([Buffer.from([0, 0, 0, text.length]), Buffer.from(text)]);
      assert.throws(() => new MessageDecoder().push(frame), /engine-request/);
    });
  }
});
