import assert from 'node:assert/strict';
import { test } from 'node:test';
import { primary, secondary } from '../peer/configuration.ts';
import type { Kamailio } from '../peer/kamailio.ts';
import { onSite } from '../peer/site.ts';
import { eventually, patience } from '../peer/wait.ts';
import { numbersAsked, told } from './asked.ts';
import {
  assertNothingLeft,
  dial,
  farHertz,
  farNumber,
  hears,
  hearsTone,
  openOffice,
  replaceControl,
} from './office.ts';

const INTER_DIGIT_S = 2;

/** Each INVITE of a softswitch's record that begins a call: number, CSeq, Call-ID and From tag. */
const invites = (softswitch: Kamailio): { number: string; cseq: number; call: string }[] =>
  softswitch.heard().flatMap((line) => {
    const [, number, cseq, call] = /^INVITE sip:([^@]*)@\S* .*cseq=(\d+) (call=\S+ tag=\S+)$/.exec(line) ?? [];
    return number !== undefined && call !== undefined ? [{ number, cseq: Number(cseq), call }] : [];
  });

const asked = (softswitch: Kamailio, number: string): Promise<unknown> =>
  eventually(`${number} to be asked for`, patience(2_000 + INTER_DIGIT_S * 1_000), () =>
    invites(softswitch).some((each) => each.number === number),
  );

test(
  'where a softswitch takes numbers in pieces, the caller dials on after 484 until the number is whole; who does not is told so, also by the control plane after the one that heard the 484',
  onSite(async (site) => {
    const office = await openOffice(site, {
      configuration: { trunks: [{ ...primary(), overlap: true }, secondary()], exchangeLines: 0 },
      more: { routing: { digitMap: '[2-9]xx|0x.T', interDigitS: INTER_DIGIT_S } },
    });
    const { a, b, gateway } = office;
    const { bench } = gateway;
    await a.whole('0455');
    await a.everyNumberIs(farNumber);

    await Promise.all([dial(gateway, 1, '04'), dial(gateway, 2, '07')]);
    await asked(a, '04');
    assert.deepEqual(await hears(gateway, 1, 300), [], 'the caller hears nothing yet');
    await bench.press('phone/1', '5');
    await asked(a, '045');
    await bench.press('phone/1', '5');
    await hearsTone(gateway, 1, farHertz);
    await replaceControl(gateway);

    const [first, ...more] = invites(a).filter(({ number }) => number.startsWith('04'));
    assert.deepEqual([...new Set([first, ...more].map((each) => each?.number))], ['04', '045', '0455']);
    assert.deepEqual(new Set(more.map(({ call }) => call)), new Set([first?.call]), 'one Call-ID and From tag');
    const counted = [first, ...more].map((each) => each?.cseq);
    assert.equal(new Set(counted).size, counted.length, `a CSeq of its own each: ${counted}`);
    await bench.hangUp('phone/1');

    await eventually('the caller to be told', patience(3_000 + INTER_DIGIT_S * 1_000), () =>
      gateway.log().some(({ target }) => (target as { readonly id?: string } | undefined)?.id === 'numberIncomplete'),
    );
    await bench.hangUp('phone/2');

    const [whole, incomplete] = (await gateway.recorded(2)).toSorted((one, other) =>
      `${one['dialled']}`.localeCompare(`${other['dialled']}`),
    );
    assert.equal(whole!['dialled'], '0455');
    assert.deepEqual(
      (whole!['attempts'] as { target: { number: string }; cause: string }[]).map(
        ({ target, cause }) => `${target.number} ${cause}`,
      ),
      ['04 numberIncomplete', '045 numberIncomplete', '0455 answered'],
    );
    assert.deepEqual([incomplete?.['dialled'], told([incomplete!])], ['07', ['numberIncomplete']]);
    assert.deepEqual(numbersAsked(b), [], 'nobody else was asked');
    await assertNothingLeft(office);
  }),
);
