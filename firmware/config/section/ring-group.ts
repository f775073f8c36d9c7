import * as v from 'valibot';
import { shortName, text, texts, whole } from '../setting.ts';
import { boundBy } from './bound.ts';

/** Phones that ring together. */
export const ringGroup = v.strictObject({
  id: shortName('Named by forwarding, inbound numbers and auto attendants.'),
  extension: text({
    title: 'Extension',
    help: 'Number by which it is called.',
    min: 1,
    max: 8,
    form: { is: /^[0-9]+$/, words: 'must be digits' },
  }),
  lines: texts({
    title: 'Lines',
    help: 'Phones that ring, such as line/1.',
    most: 16,
    max: 40,
    form: { is: /^line\/[A-Za-z0-9][A-Za-z0-9-]*$/, words: 'must be a line such as line/1' },
  }),
  ringS: whole({ title: 'Ring time', help: 'How long they ring.', unit: 's', min: 5, max: 300, default: 30 }),
  ...boundBy(' Otherwise none of its phones rings.'),
});
