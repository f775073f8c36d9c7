import * as v from 'valibot';
import { choice, flag, nameOrNothing, optionalText, whole } from '../setting.ts';

/** How the office is told (R10). */
export const notice = v.strictObject({
  webhook: optionalText({
    title: 'Webhook',
    help: 'Address that gets each alarm as JSON by HTTPS POST; empty: none.',
    max: 512,
    default: '',
    form: { is: /^(https?:\/\/[^\s]+)?$/, words: 'must be an address that begins with https:// or http://, or empty' },
  }),
  mailTo: optionalText({
    title: 'Mail to',
    help: 'Address that gets each alarm; empty: none.',
    max: 254,
    default: '',
    form: { is: /^([^\s@]+@[^\s@]+)?$/, words: 'must be a mail address, or empty' },
  }),
  mailFrom: optionalText({
    title: 'Mail from',
    help: 'Sender of these mails.',
    max: 254,
    default: '',
    form: { is: /^([^\s@]+@[^\s@]+)?$/, words: 'must be a mail address, or empty' },
  }),
  smtpHost: optionalText({ title: 'Mail server', help: 'Name or address of the mail server.', max: 255, default: '' }),
  smtpPort: whole({
    title: 'Port of the mail server',
    help: '587 with STARTTLS, 465 with TLS.',
    min: 1,
    max: 65535,
    default: 587,
  }),
  smtpSecurity: choice({
    title: 'Security',
    help: 'How the connection is protected.',
    of: ['starttls', 'tls', 'none'],
    default: 'starttls',
  }),
  smtpUser: optionalText({
    title: 'User',
    help: 'At the mail server; empty: without signing in.',
    max: 128,
    default: '',
  }),
  smtpPassword: optionalText({ title: 'Password', help: 'At the mail server.', max: 128, default: '', secret: true }),
  digestAt: optionalText({
    title: 'Daily digest at',
    help: 'Time of the day at which mail and webhook get what happened since the last digest: alarms, calls, other ways taken, failures. Empty: none.',
    max: 5,
    default: '',
    form: { is: /^(([01][0-9]|2[0-3]):[0-5][0-9])?$/, words: 'must be a time such as 07:30, or empty' },
  }),
  digestZone: optionalText({
    title: 'Time zone of the digest',
    help: 'Such as Europe/Berlin; daylight saving is kept by it. Empty: that of the box.',
    max: 64,
    default: '',
    form: { is: /^[A-Za-z0-9_+/-]*$/, words: 'must be a time zone such as Europe/Berlin, or empty' },
  }),
  longCallMin: whole({
    title: 'Long calls',
    help: 'A call that is up for longer raises an alarm; 0: none does.',
    unit: 'min',
    min: 0,
    max: 1440,
    default: 120,
  }),
  longCallCalendar: optionalText({
    title: 'Hours of long calls',
    help: 'Work calendar: outside its hours no long call is told; one that is still up as they begin is told then. Empty: always.',
    max: 32,
    default: '',
    form: nameOrNothing,
  }),
  backupTone: flag({
    title: 'Other dial tone on backup',
    help: 'Phones hear the stuttering dial tone while the first softswitch is not the one that takes calls.',
    default: false,
  }),
});
