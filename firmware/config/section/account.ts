import * as v from 'valibot';
import { optionalText, shortName, text } from '../setting.ts';

/** A subscriber account; it registers with every registering trunk. */
export const account = v.strictObject({
  id: shortName('Used by lines, records and alarms.'),
  user: text({ title: 'User', help: 'User part of the address of record.', min: 1, max: 64 }),
  authUser: optionalText({ title: 'Authentication name', help: 'Empty means the user.', max: 64, default: '' }),
  password: text({ title: 'Password', help: 'Goes in once and comes back nowhere.', max: 128, secret: true }),
  displayName: optionalText({ title: 'Display name', help: 'Shown to the callee.', max: 64, default: '' }),
  line: text({ title: 'Rings', help: 'Line that rings when this account is called, such as line/1.', min: 1, max: 40 }),
});
