import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import type { Configuration } from '../config/schema.ts';
import type { Clock } from '../core/clock.ts';
import { wordsOf } from '../core/error.ts';
import type { Log } from '../core/log.ts';
import type { Runner } from '../core/runner.ts';
import type { Doors } from './api/doors.ts';
import type { Face, FaceOptions } from './api/face.ts';

/** What the command line says of the page. */
export type FaceSetup = {
  /** Folder of the files of the page. */
  readonly web: string;
  /** Folder of the bundles: the maker of certificates and the description of the API are there. */
  readonly bundles: string;
  /** Socket of the lab, where one runs. */
  readonly lab: string | undefined;
  /** Says something once that must not stand in any log. */
  readonly print: (text: string) => void;
};

export type FacesOptions = {
  /** Undefined: no page, as in tests of the plane. */
  readonly setup: FaceSetup | undefined;
  readonly data: string;
  readonly doors: Doors;
  readonly runner: Runner;
  readonly clock: Clock;
  readonly log: Log;
  readonly before: ReadonlyMap<string, unknown>;
  readonly configuration: () => Configuration;
};

/**
 * The faces of the box. Calls do not depend on them: they may be left out of the build, and whatever goes wrong with
 * them is told and goes no further.
 */
export class Faces {
  readonly #options: FacesOptions;
  #page: Promise<Face | undefined> = Promise.resolve(undefined);

  constructor(options: FacesOptions) {
    this.#options = options;
  }

  /** Begins to open the page; calls do not wait for it. */
  open(): void {
    const { setup } = this.#options;
    if (setup) this.#page = this.#open(setup);
  }

  /** Tells a person who starts the box for the first time how to come in; done when calls are possible. */
  async introduce(): Promise<void> {
    const page = await this.#page;
    const password = page?.firstPassword;
    if (page === undefined || password === undefined) return;
    const { configuration, setup, log } = this.#options;
    setup?.print(introduction(addressOf(configuration()), password, page.fingerprint));
    await page.introduced().catch((error: unknown) => log.error({}, wordsOf(error)));
  }

  /** The page moves to where the settings say; rejects when it cannot, and stays where it was. */
  async readdress(): Promise<void> {
    const page = await this.#page;
    await page?.readdress();
    const { configuration, doors } = this.#options;
    if (page) doors.state({ fact: 'pageIn', why: addressOf(configuration()) });
    else if (this.#options.setup) this.open();
  }

  async close(): Promise<void> {
    await (await this.#page)?.close();
  }

  async #open(setup: FaceSetup): Promise<Face | undefined> {
    const { log, configuration, doors } = this.#options;
    try {
      const { Face } = await import('./api/face.ts');
      const page = await Face.open(this.#faceOptions(setup));
      doors.state({ fact: 'pageIn', why: addressOf(configuration()) });
      return page;
    } catch (error) {
      if (isLeftOut(error)) log.info({}, 'this build has no page: settings come from the command line');
      else doors.state({ fact: 'pageOut', why: wordsOf(error) });
      return undefined;
    }
  }

  #faceOptions({ web, bundles }: FaceSetup): FaceOptions {
    const { data, doors, runner, clock, log, before, configuration } = this.#options;
    return {
      ...{ doors, runner, clock, log, before, web },
      folder: join(data, 'access'),
      certificateMaker: join(bundles, 'certificate.js'),
      openapi: join(bundles, 'openapi.json'),
      access: () => ({ ...configuration().access, name: configuration().system.name }),
    };
  }
}

const isLeftOut = (error: unknown): boolean => (error as NodeJS.ErrnoException).code === 'ERR_MODULE_NOT_FOUND';

/** Where a browser on the same network finds the page. */
const addressOf = ({ access, network }: Configuration): string => {
  const all = Object.values(networkInterfaces()).flatMap((each) => each ?? []);
  const outward = all.find(({ internal, family }) => !internal && family === 'IPv4');
  const address = access.address || network.address || outward?.address || 'localhost';
  return `https://${address.includes(':') ? `[${address}]` : address}:${access.httpsPort}/`;
};

const introduction = (address: string, password: string, fingerprint: string): string =>
  `
The page of this box:  ${address}
First password:        ${password}
Fingerprint (SHA-256): ${fingerprint}

This password is shown once, here, and must be changed when you sign in. The browser warns of a certificate that it
does not know: compare its fingerprint with this one, then go on.

`;
