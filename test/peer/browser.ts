import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type BrowserContext, chromium, type Page } from 'playwright-core';
import type { Sound } from './audio.ts';
import { address, type Site } from './site.ts';

export const EXECUTABLE = '/usr/bin/chromium';
const axeSource = fileURLToPath(new URL('../../node_modules/axe-core/axe.min.js', import.meta.url));

export type BrowserOptions = {
  readonly width?: number;
  readonly height?: number;
  readonly dark?: boolean;
  /** A WAV file that its microphone hears over and over; left out, there is a microphone that beeps. */
  readonly microphone?: string;
  /** The person says no when the page asks for the microphone. */
  readonly refusesMicrophone?: boolean;
  /** Names that lead somewhere, as Chromium's `--host-resolver-rules` has them; no other name does. */
  readonly names?: readonly string[];
};

/** What a page says of itself that no page should say. */
export type Complaint = { readonly kind: 'console' | 'exception'; readonly text: string };

/** What each Chromium here is started with. */
export const switches = ({ microphone, refusesMicrophone, names = [] }: BrowserOptions): string[] => {
  const own = ['127.0.0.1', 'localhost', ...Object.values(address)].map((each) => `EXCLUDE ${each}`);
  return [
    ...['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking'],
    ...['--disable-component-update', '--disable-sync', '--ignore-certificate-errors'],
    `--host-resolver-rules=${[...names, 'MAP * ~NOTFOUND', ...own].join(', ')}`,
    '--use-fake-device-for-media-stream',
    `--use-fake-ui-for-media-stream${refusesMicrophone ? '=deny' : ''}`,
    ...(microphone === undefined ? [] : [`--use-file-for-fake-audio-capture=${microphone}`]),
  ];
};

/**
 * A page is heard and speaks, as other peers do that run in real time: its session stands as high as the planes, which
 * would else take the processor from its sound (autogroup, sched(7)).
 */
const raiseSession = (profile: string): void => {
  for (const pid of readdirSync('/proc').filter((each) => /^\d+$/.test(each))) {
    try {
      if (!readFileSync(`/proc/${pid}/cmdline`, 'latin1').includes(profile)) continue;
      writeFileSync(`/proc/${pid}/autogroup`, '-10');
    } catch {
      // it has ended meanwhile, or this kernel shares processors out without sessions
    }
  }
};

/** A headless Chromium with a profile of its own, ended with its site. */
export class Browser {
  readonly context: BrowserContext;
  readonly #complaints: Complaint[] = [];

  private constructor(context: BrowserContext) {
    this.context = context;
    context.on('console', (message) => {
      if (message.type() === 'error') this.#complaints.push({ kind: 'console', text: message.text() });
    });
    context.on('weberror', (error) => this.#complaints.push({ kind: 'exception', text: String(error.error()) }));
  }

  static async start(site: Site, options: BrowserOptions = {}): Promise<Browser> {
    const { width = 1280, height = 800, dark = false } = options;
    const profile = site.folder(`browser-${Math.random()}`);
    const context = await chromium.launchPersistentContext(profile, {
      executablePath: EXECUTABLE,
      headless: true,
      args: switches(options),
      ignoreHTTPSErrors: true,
      viewport: { width, height },
      colorScheme: dark ? 'dark' : 'light',
    });
    site.atEnd('close the browser', () => context.close());
    raiseSession(profile);
    await context.addInitScript(earScript);
    return new Browser(context);
  }

  /** A page, the first of which is there already. */
  async page(): Promise<Page> {
    return this.context.pages()[0] ?? (await this.context.newPage());
  }

  /** Errors in the console and exceptions that nobody caught, of all pages so far. */
  complaints(): readonly Complaint[] {
    return this.#complaints;
  }

  /** Makes the processor of this page `times` slower. */
  async slowDown(page: Page, times: number): Promise<void> {
    const session = await this.context.newCDPSession(page);
    await session.send('Emulation.setCPUThrottlingRate', { rate: times });
  }
}

/** Violations that axe finds in a page, each with the places. */
export const axeViolations = async (page: Page): Promise<string[]> => {
  // into the page by the debugger: its own rules let no foreign script in
  await page.evaluate(readFileSync(axeSource, 'utf8'));
  return await page.evaluate(async () => {
    type Found = { violations: { id: string; help: string; nodes: { target: unknown[] }[] }[] };
    const { axe } = globalThis as unknown as { axe: { run(): Promise<Found> } };
    const { violations } = await axe.run();
    return violations.map(({ id, help, nodes }) => `${id}: ${help} (${nodes.map(({ target }) => target).join(' | ')})`);
  });
};

/** A picture of the whole page in the folder that HOLDFAST_PICTURES names, or in the site's own. */
export const picture = async (site: Site, page: Page, name: string): Promise<string> => {
  const path = join(process.env['HOLDFAST_PICTURES'] ?? site.folder('pictures'), `${name}.png`);
  await page.screenshot({ path, fullPage: true });
  return path;
};

/**
 * Runs in each page before its own scripts: whatever is connected to the loudspeaker of an AudioContext is also taken
 * down, and the microphone beside it, so that a test measures what was played and the product needs no opening for it.
 */
const earScript = `(() => {
  const connect = AudioNode.prototype.connect;
  const BLOCK = 1024;
  const ears = new WeakMap();
  let newest;
  const earOf = (context) => {
    if (ears.has(context)) return ears.get(context);
    const merger = new ChannelMergerNode(context, { numberOfInputs: 2 });
    const taker = context.createScriptProcessor(BLOCK, 2, 1);
    const ear = { merger, context, played: [], said: [], blocks: 0 };
    taker.onaudioprocess = ({ inputBuffer }) => {
      ear.blocks++;
      for (const [list, channel] of [[ear.played, 0], [ear.said, 1]]) {
        list.push(inputBuffer.getChannelData(channel).slice());
        if (list.length * BLOCK > 20 * context.sampleRate) list.shift();
      }
    };
    connect.call(merger, taker);
    connect.call(taker, context.destination);
    ears.set(context, ear);
    newest = ear;
    return ear;
  };
  AudioNode.prototype.connect = function (target, ...rest) {
    if (target instanceof AudioDestinationNode) connect.call(this, earOf(this.context).merger, 0, 0);
    if (this instanceof MediaStreamAudioSourceNode) connect.call(this, earOf(this.context).merger, 0, 1);
    return connect.call(this, target, ...rest);
  };
  const text = (blocks) => {
    const samples = Int16Array.from(blocks.flatMap((block) => [...block]), (each) =>
      Math.max(-32768, Math.min(32767, Math.round(each * 32767))),
    );
    const octets = new Uint8Array(samples.buffer);
    let out = '';
    for (let i = 0; i < octets.length; i += 4096) out += String.fromCharCode(...octets.subarray(i, i + 4096));
    return btoa(out);
  };
  globalThis.takenDown = async (ms) => {
    if (!newest) throw new Error('no sound was made yet');
    const wanted = Math.ceil((ms * newest.context.sampleRate) / 1000 / BLOCK);
    const from = newest.blocks;
    while (newest.blocks < from + wanted) await new Promise((done) => setTimeout(done, 10));
    const part = (list) => text(list.slice(-wanted));
    return { rate: newest.context.sampleRate, played: part(newest.played), said: part(newest.said) };
  };
})();`;

/** What the page played and what its microphone heard, in the same time. */
export type TakenDown = { readonly played: Sound; readonly said: Sound };

/** Takes down the next `ms` of sound of a page. */
export const listenIn = async (page: Page, ms: number): Promise<TakenDown> => {
  type Taken = { rate: number; played: string; said: string };
  const { rate, played, said } = await page.evaluate(
    (howLong) => (globalThis as unknown as { takenDown(ms: number): Promise<Taken> }).takenDown(howLong),
    ms,
  );
  const sound = (text: string): Sound => {
    const octets = Buffer.from(text, 'base64');
    return { rate, samples: Int16Array.from({ length: octets.length >> 1 }, (_, i) => octets.readInt16LE(i * 2)) };
  };
  return { played: sound(played), said: sound(said) };
};
