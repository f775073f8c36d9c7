import { BlockList, isIPv6 } from 'node:net';
import type { Account, Trunk } from '../../config/schema.ts';
import type { Fact } from '../facts.ts';
import type { Acceptance, Endpoint, Registered, UriText } from '../sip/face.ts';
import type { RegistrationView } from '../sip/registration.ts';
import type { OutgoingBasis } from './outgoing-basis.ts';
import type { SipTrunkTools } from './sip-trunk-tools.ts';

export const NOBODY = 'nobody has registered';
/** Of what somebody guesses no more is told than a fact in this time. */
const REFUSED_AGAIN_MS = 60_000;
/** RFC 5737: nobody is there, so the way to it is the default route. */
const ANYWHERE = '192.0.2.1';

export type AcceptedPbxHost = {
  readonly tools: Pick<SipTrunkTools, 'runner' | 'registrar' | 'kept'>;
  /** Those that hold now. */
  readonly settings: () => Trunk;
  /** Our address towards it; empty while the flow is not open. */
  readonly localAddress: () => string;
  /** It has registered (again), or is gone. */
  readonly changed: (there: boolean) => void;
};

/** A PBX that registers with us (U19): who may, whether it is there, and how a call to it is addressed. */
export class AcceptedPbx {
  readonly #host: AcceptedPbxHost;
  readonly #flow: string;
  #there = false;
  #refusedAt = Number.NEGATIVE_INFINITY;
  #refused = '';

  constructor(host: AcceptedPbxHost) {
    this.#host = host;
    this.#flow = host.settings().id;
  }

  /** Lets it register by the settings that hold now; what registered with a plane before us is still there. */
  open(): void {
    const { registrar, kept } = this.#host.tools;
    registrar?.accept(this.#flow, this.#acceptance(), () => this.#look(), kept(`registrar/${this.#flow}`));
    this.#there = this.live !== undefined;
  }

  /** Nobody may register any more. */
  forget(): void {
    this.#host.tools.registrar?.acceptNobody(this.#flow);
    this.#there = false;
  }

  /** The binding by which it is called; the one that it prefers, or that came last. */
  get live(): Registered | undefined {
    return this.#host.tools.registrar?.registered(this.#flow)[0];
  }

  view(): RegistrationView {
    const { live } = this;
    const { user } = this.#host.settings();
    return live === undefined
      ? { account: user, is: 'waiting', bound: false, sentence: this.#sentence() }
      : { account: user, is: 'bound', bound: true, expiresAt: live.expiresAt };
  }

  /** The whole INVITE to it: over the way it came by (RFC 3581), to its Contact; undefined while nobody is there. */
  addressed(basis: OutgoingBasis): OutgoingBasis | undefined {
    const { live } = this;
    if (live === undefined) return undefined;
    const { credentials: _none, ...rest } = basis;
    return { ...rest, hop: live.source, uri: uriOf(this.#host.settings(), live.contact, basis.uri) };
  }

  #acceptance(): Acceptance {
    const { user, password, domain, registerExpiryS, allowed, digest } = this.#host.settings();
    const list = blockListOf(allowed);
    return {
      algorithms: digest === 'both' ? ['SHA-256', 'MD5'] : [digest],
      ...{ user, password, domain, realm: domain === '' ? 'holdfast' : domain, longestS: registerExpiryS },
      isOurs: (host) =>
        domain === '' || host.toLowerCase() === domain.toLowerCase() || host === this.#host.localAddress(),
      allows: (address) => allowed.length === 0 || isListed(list, address),
      refused: (source) => this.#wrong(source),
    };
  }

  #look(): void {
    const { runner } = this.#host.tools;
    const { live } = this;
    const there = live !== undefined;
    const news = there !== this.#there;
    this.#there = there;
    if (there) this.#refused = '';
    const { id: trunk, user: account } = this.#host.settings();
    if (news && live !== undefined) {
      const expiresS = Math.round((live.expiresAt - runner.now()) / 1000);
      runner.fact({ fact: 'registered', account, trunk, expiresS } satisfies Fact);
    } else if (news) {
      runner.fact({
        ...{ fact: 'registrationFailed', account, trunk },
        ...{ cause: 'nobodyRegistered', sentence: this.#sentence() },
      } satisfies Fact);
    }
    this.#host.changed(there);
  }

  /** Somebody guesses, or the PBX has another password: told while it is not there, once a minute. */
  #wrong(source: Endpoint): void {
    const { runner } = this.#host.tools;
    if (this.#there || runner.now() - this.#refusedAt < REFUSED_AGAIN_MS) return;
    this.#refusedAt = runner.now();
    this.#refused = source.address;
    const { id: trunk, user: account } = this.#host.settings();
    const sentence = this.#sentence();
    runner.fact({ fact: 'registrationFailed', account, trunk, cause: 'wrongPassword', sentence } satisfies Fact);
  }

  #sentence(): string {
    const { id } = this.#host.settings();
    const guess = this.#refused === '' ? '' : `; a wrong name or password came from ${this.#refused}`;
    return `${NOBODY} at ${id}${guess}`;
  }
}

/** Where the own address towards it is asked for: what is allowed first, else the default route. */
export const farOfPbx = ({ allowed }: Trunk): string => allowed[0]?.split('/')[0] ?? ANYWHERE;

/** Who calls where no account of ours does: the PBX knows us by its own name alone. */
export const accountOfPbx = ({ user }: Trunk): Account => ({
  ...{ id: '', user, authUser: '', password: '', displayName: '', line: '' },
});

/** Its Contact as it said it, with the number in place of its user where it wants that. */
const uriOf = ({ calledIn }: Trunk, contact: UriText, asked: UriText): UriText => {
  if (calledIn === 'to') return contact;
  const number = asked.slice(asked.indexOf(':') + 1, asked.indexOf('@'));
  const at = contact.lastIndexOf('@');
  const colon = contact.indexOf(':');
  return `${contact.slice(0, colon + 1)}${number}@${contact.slice((at < 0 ? colon : at) + 1)}`;
};

const blockListOf = (allowed: readonly string[]): BlockList => {
  const list = new BlockList();
  for (const each of allowed) {
    const [address = '', bits] = each.split('/');
    const family = isIPv6(address) ? 'ipv6' : 'ipv4';
    if (bits === undefined) list.addAddress(address, family);
    else list.addSubnet(address, Number(bits), family);
  }
  return list;
};

/** An IPv4 address that came over a dual-stack socket counts as what it is. */
const isListed = (list: BlockList, address: string): boolean => list.check(address, isIPv6(address) ? 'ipv6' : 'ipv4');
