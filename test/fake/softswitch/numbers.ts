import type { Leg } from './leg.ts';
import { speech, steadyTone } from './sound.ts';

/** A call to one of the softswitch's own numbers. */
export type Served = {
  readonly leg: Leg;
  readonly caller: string;
  /** Does something later, unless the leg has ended by then. */
  readonly later: (ms: number, work: () => void) => void;
  /** The number calls the caller so much later. */
  readonly callBack: (afterMs: number) => void;
};

export type NumberService = { readonly number: string; readonly does: string; readonly serve: (call: Served) => void };

const RINGS_MS = 200;
const TALKS_MS = 3000;
const CALLS_BACK_MS = 3000;

const answered = ({ leg, later }: Served, then: () => void): void => {
  leg.ring();
  later(RINGS_MS, () => {
    leg.answer();
    then();
  });
};

/** What can be dialled at every softswitch of this kind, beside the users that are registered there. */
export const services: readonly NumberService[] = [
  {
    number: '600',
    does: 'Echo: you hear what you say.',
    serve: (call) =>
      answered(call, () => {
        const { rtp } = call.leg;
        rtp.onAudio = (packet, law) => rtp.relay(packet, law);
      }),
  },
  {
    number: '601',
    does: 'A tone of 660 Hz.',
    serve: (call) => answered(call, () => call.leg.rtp.play(steadyTone(660))),
  },
  {
    number: '602',
    does: 'A second party: speaks, hangs up after 3 s, and calls you back 3 s later.',
    serve: (call) =>
      answered(call, () => {
        call.leg.rtp.play(speech);
        call.later(TALKS_MS, () => {
          call.leg.hangUp();
          call.callBack(CALLS_BACK_MS);
        });
      }),
  },
  { number: '603', does: 'Busy.', serve: ({ leg }) => leg.refuse(486) },
  { number: '604', does: 'Rings, and nobody answers.', serve: ({ leg }) => leg.ring() },
  { number: '605', does: 'A number that does not exist.', serve: ({ leg }) => leg.refuse(404) },
];
