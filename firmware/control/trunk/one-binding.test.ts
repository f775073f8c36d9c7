import assert from 'node:assert/strict';
import { test } from 'node:test';
import { OneBinding } from './one-binding.ts';

const first = { trunk: 'primary', rank: 0 };
const second = { trunk: 'secondary', rank: 1 };
const missing = <T extends object>(trunk: T) => ({ ...trunk, listed: false });
const listed = <T extends object>(trunk: T) => ({ ...trunk, listed: true });

test('a registrar that lists both contacts keeps both', () => {
  assert.deepEqual(new OneBinding().seen('101', second, listed(first)), {});
});

test('a registrar that has only forgotten the other one is asked to take it again, and no more', () => {
  const bindings = new OneBinding();
  assert.deepEqual(bindings.seen('101', second, missing(first)), { renew: 'primary' });
  assert.deepEqual(bindings.seen('101', first, listed(second)), {});
  assert.deepEqual(bindings.seen('101', second, missing(first)), { renew: 'primary' }, 'the next time as well');
});

test('where each displaces the other the preferred one keeps the binding', () => {
  const bindings = new OneBinding();
  bindings.seen('101', second, missing(first));
  assert.deepEqual(bindings.seen('101', first, missing(second)), { standby: 'secondary' });
  assert.deepEqual(bindings.seen('101', second, missing(first)), { standby: 'secondary', renew: 'primary' }, 'at once');
  assert.deepEqual(bindings.seen('102', second, missing(first)), { renew: 'primary' }, 'each account for itself');
});

test('the verdict comes as well where the preferred one was displaced last', () => {
  const bindings = new OneBinding();
  bindings.seen('101', first, missing(second));
  assert.deepEqual(bindings.seen('101', second, missing(first)), { standby: 'secondary', renew: 'primary' });
});
