import { checkBody, type RequestBodies } from '../../config/request-body.ts';
import type { Clock } from '../../core/clock.ts';
import { Refused } from './answer.ts';
import type { Doors } from './doors.ts';
import type { LiveFeed } from './live-feed.ts';
import type { LockOut } from './lock-out.ts';
import type { OwnNames } from './origin.ts';
import type { Password } from './password.ts';
import type { Sessions } from './sessions.ts';

/** What routes work with. */
export type Rooms = {
  readonly doors: Doors;
  readonly clock: Clock;
  readonly sessions: Sessions;
  readonly lockOut: LockOut;
  readonly password: Password;
  readonly live: LiveFeed;
  /** SHA-256 of the certificate. */
  readonly fingerprint: string;
  /** File of the API's description. */
  readonly openapi: string;
  own(): OwnNames;
};

/** The body in its checked form; throws `refused` with the fields. */
export const bodyOf = <Name extends keyof RequestBodies>(name: Name, body: unknown): RequestBodies[Name] => {
  const checked = checkBody(name, body);
  if (checked.ok) return checked.value;
  const fields = checked.refused.map(({ path, limit }) => `${path || 'the body'} ${limit}`).join('; ');
  throw new Refused('refused', `The request does not fit: ${fields}.`, { also: { refused: checked.refused } });
};

export const KILOBYTE = 1024;
export const json = (largest: number) => ({ type: 'application/json', largest }) as const;
