import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PlanQuestion } from '../routing/question.ts';
import { analyseRoute, type RouteRooms } from './analyse-route.ts';
import type { RouteAnalysis } from './route-words.ts';
import { rehearsalRooms } from './test-rehearsal.ts';
import type { Ended } from './verb.ts';

const asked: PlanQuestion[] = [];
const rooms: RouteRooms = {
  ...rehearsalRooms(),
  question: (offer) => {
    const question = rehearsalRooms().question(offer);
    asked.push(question);
    return question;
  },
};
const run = (args: object): Ended => {
  const verb = analyseRoute(rooms);
  const parsed = verb.arguments.parse(args);
  if (!parsed.ok) return { is: 'refused', refused: parsed.refused };
  return verb.run(parsed.value, 'page') as Ended;
};
const analysis = (args: object): RouteAnalysis => {
  const ended = run(args);
  assert.ok(ended.is === 'done', JSON.stringify(ended));
  return ended.result as RouteAnalysis;
};
const ways = ({ levels }: RouteAnalysis): string[] => levels.flatMap((level) => level.ways.map(({ to }) => to));

test('a call from the first phone: the softswitches in their order, then the sentence of the box', () => {
  const found = analysis({ number: '5550100' });
  assert.match(ways(found)[0] ?? '', /softswitch primary, as 5550100/);
  assert.match(ways(found)[1] ?? '', /softswitch secondary, as 5550100/);
  assert.match(found.sentence, /^The call would go to softswitch primary/);
  assert.equal(found.levels[0]?.when, 'First');
});

test('with the first softswitch out, the second is tried and the first is named with its reason', () => {
  const found = analysis({ number: '5550100', down: 'primary' });
  assert.match(ways(found)[0] ?? '', /softswitch secondary/);
  assert.ok(ways(found).every((way) => !way.includes('primary')));
  assert.deepEqual(
    found.leftOut.map(({ what }) => what),
    ['primary'],
  );
});

test('what is asked changes the question and not what runs', () => {
  const found = analysis({ number: '5550100', at: '2027-12-24 18:30', scenario: 'night' });
  assert.equal(found.is, 'planned');
  assert.equal(asked.at(-1)?.memory.scenario, '', 'the question of the box is left alone');
});

test('an extension rings on the box, and a call from outside rings the phone of its account', () => {
  assert.match(analysis({ number: '12' }).sentence, /phone 12 \(line\/2\)/);
  const inbound = analysis({ from: '0301234567', number: '4930555', over: 'primary' });
  assert.match(ways(inbound)[0] ?? '', /phone 11 \(line\/1\)/);
  assert.match(ways(analysis({ from: '0301234567', number: '1', over: 'line/5' }))[0] ?? '', /phone 12/);
});

test('names that nobody knows, and days that no calendar has, are refused at their field', () => {
  for (const [args, path] of [
    [{ number: '1', down: 'tertiary' }, 'down'],
    [{ number: '1', over: 'tertiary' }, 'over'],
    [{ number: '1', scenario: 'flood' }, 'scenario'],
    [{ number: '1', from: '99' }, 'from'],
    [{ number: '1', at: '2027-02-30 10:00' }, 'at'],
    [{ number: 'abc' }, 'number'],
    [{}, 'number'],
  ] as const) {
    const ended = run(args);
    assert.ok(ended.is === 'refused', JSON.stringify(args));
    assert.match(JSON.stringify(ended.refused), new RegExp(path));
  }
});

test('an emergency number is explained like any other, and no call is made', () => {
  assert.match(ways(analysis({ number: '112' }))[0] ?? '', /112/);
});
