/** Every alarm that can be raised: what it says, and what a person can do. */
export type AlarmKind =
  | 'emergencyCall'
  | 'trunkDown'
  | 'trunkHeld'
  | 'pathDown'
  | 'registrationLost'
  | 'wrongPassword'
  | 'callsRefused'
  | 'lineOut'
  | 'engineRestarted'
  | 'controlRestarted'
  | 'trunkBlocked'
  | 'trunkLocked'
  | 'mailboxFull'
  | 'mailboxLocked'
  | 'codesLocked'
  | 'sourceLocked'
  | 'pageOut'
  | 'storeDamaged'
  | 'ownSentenceUnusable'
  | 'drillFailed'
  | 'drillOverdue'
  | 'holidaysMissing'
  | 'longCall'
  | 'numberLost'
  | 'noticeFailed'
  | 'tollClosed';

export type AlarmRow = {
  readonly severity: 'critical' | 'major' | 'warning';
  /** `what` is the trunk, account or line. */
  readonly text: (what: string) => string;
  readonly remedy: string;
  /** It says that something happened, not that something is: it is never cleared by a fact, only acknowledged. */
  readonly happened: boolean;
};

export const alarmCatalogue: Readonly<Record<AlarmKind, AlarmRow>> = {
  emergencyCall: {
    severity: 'critical',
    text: () => 'Somebody here calls an emergency number.',
    remedy: 'Go and help. For an hour calls from outside ring that phone past its forwarding.',
    happened: true,
  },
  trunkDown: {
    severity: 'critical',
    text: (what) => `The softswitch ${what} does not answer. Calls take the other ways.`,
    remedy: 'Check the network and the address of the softswitch; ask its operator.',
    happened: false,
  },
  trunkHeld: {
    severity: 'warning',
    text: (what) => `The softswitch ${what} asked to be left alone for a while. Calls take the other ways.`,
    remedy:
      'Nothing, if it is rare: it is asked again when that time is over. If it repeats, ask its operator why it is overloaded.',
    happened: false,
  },
  pathDown: {
    severity: 'major',
    text: (what) => `The network path ${what} is down. Calls take the softswitches that are reached otherwise.`,
    remedy: 'Check the cable or the modem of this path, and whether the interface gets an address.',
    happened: false,
  },
  registrationLost: {
    severity: 'major',
    text: (what) => `${what} is not registered: calls from there do not arrive.`,
    remedy: 'Read the cause. It is tried again by itself, for ever.',
    happened: false,
  },
  wrongPassword: {
    severity: 'major',
    text: (what) => `The password of ${what} is not accepted.`,
    remedy: 'Compare authentication name and password with those of the provider.',
    happened: false,
  },
  callsRefused: {
    severity: 'major',
    text: (what) => `The softswitch ${what} does not accept name and password with calls. They take the other ways.`,
    remedy: 'Compare user, authentication name and password of the account with those of the provider.',
    happened: true,
  },
  lineOut: {
    severity: 'major',
    text: (what) => `${what} is out of service.`,
    remedy: 'Check the cable and the card of this line.',
    happened: false,
  },
  engineRestarted: {
    severity: 'warning',
    text: () => 'The media engine was restarted; calls in progress were ended.',
    remedy: 'If it repeats, keep the log of that time and show it to whoever looks after the box.',
    happened: true,
  },
  controlRestarted: {
    severity: 'warning',
    text: () => 'The control plane was restarted.',
    remedy: 'If it repeats, keep the log of that time and show it to whoever looks after the box.',
    happened: true,
  },
  trunkBlocked: {
    severity: 'warning',
    text: (what) => `The softswitch ${what} is blocked: no call goes out over it but emergency calls.`,
    remedy: 'Unblock it when the work is done.',
    happened: false,
  },
  trunkLocked: {
    severity: 'warning',
    text: (what) => `The softswitch ${what} is locked by the settings. Emergency calls pass.`,
    remedy: 'Take the lock out of its settings when it is not needed any more.',
    happened: false,
  },
  mailboxFull: {
    severity: 'major',
    text: (what) => `The mailbox of ${what} takes no more messages; callers are told.`,
    remedy: 'Delete messages, or give the mailboxes more room in the settings.',
    happened: false,
  },
  mailboxLocked: {
    severity: 'warning',
    text: (what) => `The mailbox of ${what} is locked: it cannot be heard by phone.`,
    remedy: 'Ask its owner, then unlock it.',
    happened: false,
  },
  codesLocked: {
    severity: 'warning',
    text: (what) => `${what} can dial no star codes that have a PIN.`,
    remedy: 'Find out who tried, then unlock the codes of this phone under Tools.',
    happened: false,
  },
  sourceLocked: {
    severity: 'warning',
    text: (what) => `Wrong passwords came from ${what}.`,
    remedy: 'If nobody of yours mistyped it, find out who uses this address, and keep the page off foreign networks.',
    happened: true,
  },
  pageOut: {
    severity: 'major',
    text: () => 'The page does not answer. Calls are not affected.',
    remedy: 'Change address or port of the page in the settings, or stop the program that holds the port.',
    happened: false,
  },
  storeDamaged: {
    severity: 'major',
    text: () => 'A stored file was damaged; an older one, or what the factory gave, is used.',
    remedy: 'Compare the settings with what you want, and replace the storage medium if it repeats.',
    happened: true,
  },
  ownSentenceUnusable: {
    severity: 'warning',
    text: () => 'Own recordings of sentences cannot be played; those of the box are used in their place.',
    remedy: 'Save each again as WAV with 8000 samples a second, mono, 16 bit; it is looked at again by itself.',
    happened: false,
  },
  drillFailed: {
    severity: 'major',
    text: (what) => `The failover drill of ${what} did not pass.`,
    remedy: 'Read its sheet under Tools, mend what failed, and drill again.',
    happened: true,
  },
  drillOverdue: {
    severity: 'warning',
    text: () => 'The failover was not proved for a long time.',
    remedy: 'Start a failover drill under Tools, or let the box do it every month by itself.',
    happened: false,
  },
  holidaysMissing: {
    severity: 'warning',
    text: (what) => `The work calendar ${what} lacks the dated holidays of a year.`,
    remedy: 'Enter the holidays that fall on other days each year in the settings of the calendar.',
    happened: false,
  },
  longCall: {
    severity: 'warning',
    text: (what) => `A call is up for very long: ${what}.`,
    remedy: 'Look whether a handset lies beside its phone, or somebody calls who should not; hang up there.',
    happened: false,
  },
  numberLost: {
    severity: 'major',
    text: (what) => `Calls to our number ${what} do not arrive here.`,
    remedy: 'Ask the provider where this number leads to, and whether its failover target is on.',
    happened: false,
  },
  tollClosed: {
    severity: 'major',
    text: (what) => `So many calls were so costly that the class is closed: ${what}.`,
    remedy: 'Find out who called where and why; then open the class again under Tools.',
    happened: false,
  },
  noticeFailed: {
    severity: 'warning',
    text: (what) => `The office cannot be told of alarms by ${what}.`,
    remedy: 'Compare address, user and password in the settings of notices; it is tried again by itself.',
    happened: false,
  },
};
