import assert from 'node:assert/strict';
import { it } from 'node:test';
import { accountOfLine } from './inside.ts';
import { office } from './test-box.ts';

it('calls of a phone leave by the account that its settings name, else by the one that rings it', () => {
  const account = (id: string, line: string) => ({ id, user: id, password: 'x', line });
  const { accounts } = office({ accounts: [account('rings', 'line/1'), account('named', 'line/2')] });
  const of = (line: string, named: string) => accountOfLine({ accounts }, { id: line, account: named })?.id;
  assert.deepEqual([of('line/1', 'named'), of('line/1', ''), of('line/3', '')], ['named', 'rings', undefined]);
});
