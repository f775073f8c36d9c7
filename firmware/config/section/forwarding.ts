import * as v from 'valibot';
import { choice, dialled, flag, optionalText, shortName, text, whole } from '../setting.ts';
import { bound } from './bound.ts';

const target = v.strictObject({
  to: choice({
    title: 'To',
    help: 'Extension, ring group, mailbox of a line, auto attendant, recording, or an outside number.',
    of: ['extension', 'group', 'mailbox', 'attendant', 'announcement', 'number'],
    default: 'extension',
  }),
  name: text({
    title: 'Which',
    help: 'Extension, short name, line, file of the recording, or number.',
    min: 1,
    max: 40,
  }),
  ringS: whole({ title: 'Ring time', help: 'How long it rings there.', unit: 's', min: 5, max: 300, default: 15 }),
});

/** What becomes of a call that its target does not take (U14); tried in the order of the list. */
export const forwarding = v.strictObject({
  id: shortName('Named in records and in the routing analysis.'),
  line: text({ title: 'Of', help: 'Phone line whose calls it forwards, such as line/1.', min: 1, max: 40 }),
  on: choice({
    title: 'When',
    help: 'Always: without ringing first. A lost registration: no softswitch holds our binding.',
    of: ['always', 'unregistered', 'error', 'busy', 'rejected', 'noAnswer'],
    default: 'noAnswer',
  }),
  afterS: whole({
    title: 'After',
    help: 'When nobody answers: so long the phone rings first; 0: as long as phones ring.',
    unit: 's',
    min: 0,
    max: 300,
    default: 0,
  }),
  targets: v.pipe(
    v.array(target),
    v.minLength(1, 'must have at least one target'),
    v.maxLength(8, 'must have at most 8 targets'),
  ),
  display: choice({
    title: 'Shown number',
    help: 'Number and name of the caller, or the number of this line.',
    of: ['caller', 'own'],
    default: 'caller',
  }),
  accept: flag({
    title: 'Ask to accept',
    help: 'Outside numbers: who answers presses 1 to take the call, so that a voicemail there does not.',
    default: false,
  }),
  callers: optionalText({
    title: 'Only callers',
    help: 'Callers whose number begins so; empty: all. Rules with callers go first.',
    max: 24,
    default: '',
    form: dialled,
  }),
  ...bound,
  enabled: flag({ title: 'In use', help: 'Off: as if it were not there.', default: true }),
});
