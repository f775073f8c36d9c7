import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { randomFrom } from '../sound/test-sounds.ts';
import { ntpOf, RtcpPeer } from './rtcp.ts';

const WALL = 1_700_000_000_000;
const sender = { packets: 50, octets: 8000, timestamp: 0xffff_ff00 };
const reception = { fractionLost: 64, cumulativeLost: -2, highestSequence: 0x10004, jitter: 88, ssrc: 2 };

describe('RTCP', () => {
  it('stamps wall time as NTP', () => {
    assert.deepEqual(ntpOf(0), [2_208_988_800, 0]);
    assert.deepEqual(ntpOf(1500.5), [2_208_988_801, Math.floor(0.5005 * 2 ** 32)]);
  });

  it('composes a sender report, a name and a farewell', () => {
    const packet = new RtcpPeer().compose({ ssrc: 1, cname: 'a@b', wallMs: WALL, sender, reception, bye: true }, 0);
    assert.equal(packet.length % 4, 0);
    assert.deepEqual([packet[0], packet[1], packet.readUInt16BE(2)], [0x81, 200, 12]);
    assert.deepEqual([packet.readUInt32BE(4), packet.readUInt32BE(16), packet.readUInt32BE(20)], [1, 0xffff_ff00, 50]);
    const names = packet.subarray(52);
    assert.deepEqual([names[0], names[1], names.toString('latin1', 10, 13)], [0x81, 202, 'a@b']);
    const bye = packet.subarray(packet.length - 8);
    assert.deepEqual([bye[0], bye[1], bye.readUInt32BE(4)], [0x81, 203, 1]);
  });

  it('composes a receiver report when nothing was sent, without a block when nothing was heard', () => {
    const packet = new RtcpPeer().compose({ ssrc: 1, cname: 'a@b', wallMs: WALL, bye: false }, 0);
    assert.deepEqual([packet[0], packet[1], packet.readUInt16BE(2)], [0x80, 201, 1]);
  });

  it('gives the far end our figures as it gives us its own', () => {
    const [ours, theirs] = [new RtcpPeer(), new RtcpPeer()];
    const packet = ours.compose({ ssrc: 1, cname: 'x', wallMs: WALL, sender, reception, bye: false }, 0);
    assert.equal(theirs.receive(packet, 2, 0, WALL), false);
    assert.deepEqual(theirs.report, { fractionLost: 64, cumulativeLost: -2, jitter: 88, roundTripMs: undefined });
    theirs.report = undefined;
    theirs.receive(packet, 3, 0, WALL);
    assert.equal(theirs.report, undefined, 'a block about another stream is not ours');
  });

  it('measures the round trip without the time the far end held the report', () => {
    const [near, far] = [new RtcpPeer(), new RtcpPeer()];
    const first = near.compose({ ssrc: 1, cname: 'n', wallMs: WALL, sender, bye: false }, 0);
    far.receive(first, 2, 5000, WALL + 777_000);
    const about = { ...reception, ssrc: 1 };
    const answer = far.compose({ ssrc: 2, cname: 'f', wallMs: 0, reception: about, bye: false }, 5700);
    near.receive(answer, 1, 0, WALL + 700 + 84);
    assert.ok(Math.abs(near.report!.roundTripMs! - 84) < 0.1, `${near.report?.roundTripMs} ms`);
  });

  it('leaves out a round trip that cannot be', () => {
    const [near, far] = [new RtcpPeer(), new RtcpPeer()];
    far.receive(near.compose({ ssrc: 1, cname: 'n', wallMs: WALL, sender, bye: false }, 0), 2, 0, 0);
    const about = { ...reception, ssrc: 1 };
    near.receive(
      far.compose({ ssrc: 2, cname: 'f', wallMs: 0, reception: about, bye: false }, 0),
      1,
      0,
      WALL - 900_000,
    );
    assert.equal(near.report?.roundTripMs, undefined);
  });

  it('hears a farewell', () => {
    const packet = new RtcpPeer().compose({ ssrc: 1, cname: 'x', wallMs: WALL, bye: true }, 0);
    assert.equal(new RtcpPeer().receive(packet, 2, 0, 0), true);
  });

  it('reads 20,000 mutated packets without a throw', () => {
    const random = randomFrom(5);
    const good = new RtcpPeer().compose({ ssrc: 1, cname: 'mutant', wallMs: WALL, sender, reception, bye: true }, 0);
    const peer = new RtcpPeer();
    for (let round = 0; round < 20_000; round++) {
      const packet = Buffer.from(good.subarray(0, Math.floor(random() * (good.length + 1))));
      for (let flips = random() * 6; flips > 0 && packet.length > 0; flips--) {
        packet[Math.floor(random() * packet.length)] = Math.floor(random() * 256);
      }
      peer.receive(packet, 2, round, WALL);
    }
    assert.ok(peer.report);
  });
});
