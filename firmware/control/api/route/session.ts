import { Refused, type Reply } from '../answer.ts';
import { knownBrowser, knownCookie } from '../known-browser.ts';
import { KNOWN } from '../lock-out.ts';
import { checkFitness } from '../password.ts';
import { bodyOf, json, KILOBYTE, type Rooms } from '../rooms.ts';
import type { Ask, Route } from '../router.ts';
import { cookieOf, noCookie } from '../sessions.ts';
import type { Session } from '../wire.ts';

/** Signing in and out, and the password. */
export const sessionRoutes = (rooms: Rooms): readonly Route[] => [
  {
    method: 'GET',
    path: '/api/session',
    needs: 'nothing',
    answer: ({ session }) => ({ status: 200, json: sessionOf(rooms, session !== undefined) }),
  },
  {
    method: 'POST',
    path: '/api/session',
    needs: 'nothing',
    body: json(KILOBYTE),
    answer: (ask) => signIn(rooms, ask),
  },
  {
    method: 'DELETE',
    path: '/api/session',
    needs: 'nothing',
    answer: ({ session }) => {
      if (session !== undefined) rooms.sessions.end(session);
      return { status: 204, headers: { 'Set-Cookie': noCookie } };
    },
  },
  {
    method: 'POST',
    path: '/api/password',
    needs: 'session',
    body: json(KILOBYTE),
    answer: (ask) => changePassword(rooms, ask),
  },
];

/** Strangers are told no more than the name of the box and how to know it again. */
const sessionOf = ({ doors, fingerprint, own, password }: Rooms, signedIn: boolean): Session => {
  const features = [
    ...(doors.bench() === undefined ? [] : (['handset'] as const)),
    ...(doors.lab === undefined ? [] : (['lab'] as const)),
  ];
  return {
    signedIn,
    mustChange: signedIn && password.mustChange,
    name: own().name,
    build: signedIn ? doors.build : '',
    fingerprint,
    features: signedIn ? features : [],
    ...(signedIn && !password.mustChange ? { status: doors.status.view() } : {}),
  };
};

const signedIn = (rooms: Rooms, source: string): Reply => ({
  status: 200,
  json: sessionOf(rooms, true),
  headers: { 'Set-Cookie': [cookieOf(rooms.sessions.open(source)), knownCookie(rooms.password.secret)] },
});

const signIn = (rooms: Rooms, ask: Ask): Promise<Reply> => {
  const { body, source, session } = ask;
  const { password } = bodyOf('signIn', body);
  return judged(rooms, ask, password, async () => {
    if (session !== undefined) rooms.sessions.end(session);
    rooms.doors.state({ fact: 'signedIn', source });
    return signedIn(rooms, source);
  });
};

const changePassword = (rooms: Rooms, ask: Ask): Promise<Reply> => {
  const { body, source, session } = ask;
  const { current, next } = bodyOf('changePassword', body);
  checkFitness(next);
  if (next === current) throw new Refused('password-unfit', 'The new password is the old one. Choose another.');
  return judged(rooms, ask, current, async () => {
    // two changes at once: the first one has ended the session of the other
    if (session === undefined || !rooms.sessions.isOpen(session)) {
      throw new Refused('not-signed-in', 'Sign in again: the password was changed meanwhile.');
    }
    await rooms.password.change(next);
    rooms.sessions.endAll();
    rooms.doors.state({ fact: 'passwordChanged', source });
    return signedIn(rooms, source);
  });
};

/** Does `whenRight` when the password is right; counts it and says how long to wait when it is not. */
const judged = async (
  { password, lockOut }: Rooms,
  { request, source }: Ask,
  typed: string,
  whenRight: () => Promise<Reply>,
): Promise<Reply> => {
  const browser = knownBrowser(request.headers.cookie, password.secret);
  const who = browser === undefined ? source : KNOWN + browser;
  const checkWait = (before: string): void => {
    const waitS = Math.ceil(lockOut.waitMs(who) / 1000);
    if (waitS === 0) return;
    throw new Refused('source-locked', `${before}The next try is possible in ${waitS} s.`, { retryAfterS: waitS });
  };
  checkWait('Too many wrong passwords. ');
  return password.inTurn(async () => {
    // those before in the queue may have been wrong
    checkWait('Too many wrong passwords. ');
    if (await password.isRight(typed)) {
      lockOut.right(who);
      return whenRight();
    }
    lockOut.wrong(who);
    checkWait('The password is wrong, as others were before. ');
    throw new Refused('password-wrong', 'The password is wrong.');
  }, browser !== undefined);
};
