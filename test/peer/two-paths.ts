import { primary, secondary, type TrunkSettings } from './configuration.ts';
import { run } from './program.ts';
import { address, type Site } from './site.ts';

/** One network path of the box: its interface and address, and those of the provider's end in the test's namespace. */
export type Path = {
  readonly interface: string;
  readonly own: string;
  readonly provider: string;
  readonly providerInterface: string;
  /** What is reached over it and nowhere else. */
  readonly softswitch: string;
};

/** `number`: another for each path of a test, 1 to 254. */
export const pathTo = (softswitch: string, number: number): Path => ({
  interface: `eth${number}`,
  own: `198.18.${number}.2`,
  provider: `198.18.${number}.1`,
  providerInterface: `wan${number}`,
  softswitch,
});

/** Paths to softswitch A and to softswitch B. */
export const paths = { a: pathTo(address.softswitchA, 1), b: pathTo(address.softswitchB, 2) } as const;

/** Trunks that are bound to these paths. */
export const boundTrunks = (more: Partial<TrunkSettings> = {}): readonly TrunkSettings[] => [
  primary({ interface: paths.a.interface, ...more }),
  secondary({ interface: paths.b.interface, ...more }),
];

/**
 * A network namespace of the gateway's own inside that of the test: two cables (veth pairs) lead out of it, each with a
 * default route, as two providers' routers hand them out. The first is the better one for all that is not bound.
 */
export class TwoPaths {
  readonly #process: string;

  private constructor(process: string) {
    this.#process = process;
  }

  static async lay(site: Site, two: readonly [Path, Path] = [paths.a, paths.b]): Promise<TwoPaths> {
    const name = `box-network-${two[0].interface}`;
    const holder = site.start(name, 'unshare', ['--net', 'sh', '-c', 'echo laid; exec sleep 1200']);
    await holder.prints(/laid/, 3_000);
    const laid = new TwoPaths(String(holder.pid));
    await laid.inside('ip', 'link', 'set', 'lo', 'up');
    for (const [index, path] of two.entries()) {
      await laid.#lay(path, String(100 * (index + 1)));
      // the kernel clears a namespace away some time after its end, and the next test needs these names
      site.atEnd(`take ${path.providerInterface} away`, () => run('ip', ['link', 'delete', path.providerInterface]));
    }
    return laid;
  }

  /** The words before a command that is to run in the box's namespace. */
  get through(): readonly string[] {
    return ['nsenter', `--net=/proc/${this.#process}/ns/net`];
  }

  async inside(...words: readonly string[]): Promise<string> {
    const [command = '', ...rest] = [...this.through, ...words];
    return await run(command, rest);
  }

  /** Pulls the cable of a path, or puts it in again, at the provider's end. */
  async cable(path: Path, is: 'in' | 'out'): Promise<void> {
    await run('ip', ['link', 'set', path.providerInterface, is === 'in' ? 'up' : 'down']);
  }

  /** The provider's router hands out this address. */
  async lease(path: Path, own: string, metric = '100'): Promise<void> {
    const { interface: name, provider, softswitch } = path;
    await this.inside('ip', 'address', 'add', `${own}/24`, 'dev', name);
    await this.inside('ip', 'route', 'replace', `${softswitch}/32`, 'via', provider, 'dev', name);
    await this.inside('ip', 'route', 'replace', 'default', 'via', provider, 'dev', name, 'metric', metric);
  }

  async #lay(path: Path, metric: string): Promise<void> {
    const { interface: name, own, provider, providerInterface } = path;
    const peer = ['peer', 'name', name, 'netns', this.#process];
    await run('ip', ['link', 'add', providerInterface, 'type', 'veth', ...peer]);
    await run('ip', ['address', 'add', `${provider}/24`, 'dev', providerInterface]);
    await run('ip', ['link', 'set', providerInterface, 'up']);
    await this.inside('ip', 'link', 'set', name, 'up');
    await this.lease(path, own, metric);
  }
}
