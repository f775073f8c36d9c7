import type { Clock } from '../../core/clock.ts';
import { after } from '../../core/machine.ts';
import type { PlaneName, PlaneRooms } from './restart-plane.ts';

export type PlaneRestartsTools = {
  readonly clock: Clock;
  /** Asks whoever started the planes; left out where nobody did. */
  readonly ask?: (plane: PlaneName) => void;
  /** Dialled numbers of the calls that are up. */
  readonly dialled: () => readonly string[];
  readonly emergency: () => readonly string[];
};

/** So long the answer to the person who asked has, to leave the box. */
const ANSWER_MS = 500;

/** Restarts of planes that a person has asked for: at once, or as soon as no call is up. */
export class PlaneRestarts {
  readonly #tools: PlaneRestartsTools;
  #whenIdle: PlaneName | undefined;

  constructor(tools: PlaneRestartsTools) {
    this.#tools = tools;
  }

  get rooms(): PlaneRooms['planes'] {
    return {
      restart: (plane) => this.#restart(plane, () => !this.#emergencyUp()),
      restartWhenIdle: (plane) => this.#restartWhenIdle(plane),
      callsUp: () => this.#tools.dialled().length,
      emergencyUp: () => this.#emergencyUp(),
    };
  }

  /** Calls came or went: is anything to be done now? */
  look(): void {
    const plane = this.#whenIdle;
    if (plane === undefined || this.#tools.dialled().length > 0) return;
    this.#whenIdle = undefined;
    this.#restart(plane, () => {
      if (this.#tools.dialled().length === 0) return true;
      // a call came in this half second
      this.#whenIdle = plane;
      return false;
    });
  }

  #restartWhenIdle(plane: PlaneName): boolean {
    if (this.#tools.ask === undefined) return false;
    this.#whenIdle = plane;
    return true;
  }

  #restart(plane: PlaneName, may: () => boolean): boolean {
    const { clock, ask } = this.#tools;
    if (ask === undefined) return false;
    clock.at(after(clock.now(), ANSWER_MS), () => {
      if (may()) ask(plane);
    });
    return true;
  }

  #emergencyUp(): boolean {
    const numbers = this.#tools.emergency();
    return this.#tools.dialled().some((number) => numbers.includes(number));
  }
}
