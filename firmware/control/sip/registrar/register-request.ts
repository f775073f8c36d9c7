import type { Acceptance, UriText } from '../face.ts';
import type { NameAddressValue } from '../message/headers.ts';
import type { SipMessage } from '../message/message.ts';
import { octetsOf } from '../message/serializer.ts';
import { isUri, parseUri, userOf, wholeNumber } from '../message/uri.ts';
import type { Wanted } from './bindings-machine.ts';

/** What a REGISTER asks for. */
export type RegisterAsk = {
  readonly callId: string;
  readonly cseq: number;
  readonly wanted: readonly Wanted[] | 'all';
};
/** The status that refuses it; with 420 what we do not have. */
export type RegisterFault = { readonly fault: 400 | 403 | 404 | 416 | 420; readonly unsupported?: string };

/** Contacts of one REGISTER that are looked at; more are refused. */
const MOST_CONTACTS = 8;
const HIGHEST_EXPIRY = 2 ** 32 - 1;

/** The same for URIs that RFC 3261 §19.1.4 calls equal, as far as a Contact goes: user, host, port and transport. */
export const contactKey = (uri: UriText): string => {
  const parsed = parseUri(uri);
  if (!isUri(parsed)) return uri;
  const { scheme, host, port, parameters } = parsed;
  const transport = (parameters['transport'] ?? '').toLowerCase();
  return [scheme, userOf(parsed), host.toLowerCase(), port ?? '', transport].join(' ');
};

/** Reads a REGISTER whose sender has proved to be `user` (RFC 3261 §10.3 steps 2 and 4 to 6). */
export const readRegister = (message: SipMessage, acceptance: Acceptance): RegisterAsk | RegisterFault => {
  const unsupported = message.list('require');
  if (unsupported.length > 0) return { fault: 420, unsupported: unsupported.join(', ') };
  const fault = faultOf(message, acceptance);
  if (fault !== undefined) return { fault };
  const wanted = wantedOf(message, acceptance.longestS);
  if (wanted === undefined) return { fault: 400 };
  return { callId: message.callId, cseq: message.cseq?.number ?? 0, wanted };
};

/** Whose bindings it is about: those of somebody else are forbidden, a domain that is not ours has none. */
const faultOf = (message: SipMessage, { user, isOurs }: Acceptance): RegisterFault['fault'] | undefined => {
  const registrar = parseUri(message.uri);
  const record = parseUri(message.to?.uri ?? '');
  if (registrar === 'scheme' || record === 'scheme') return 416;
  if (!isUri(registrar) || !isUri(record) || record.scheme === 'tel') return 400;
  if (userOf(record) !== user) return 403;
  return isOurs(registrar.host) && isOurs(record.host) ? undefined : 404;
};

/** The Contacts with their expiry; undefined for what §10.3 step 6 refuses, or cannot be read. */
const wantedOf = (message: SipMessage, longestS: number): RegisterAsk['wanted'] | undefined => {
  const values = message.list('contact');
  const general = expiryOf(message.header('expires'));
  if (values.includes('*')) return values.length === 1 && general === 0 ? 'all' : undefined;
  const contacts = message.addresses('contact');
  if (contacts.length !== values.length || contacts.length > MOST_CONTACTS) return undefined;
  const wanted = contacts.flatMap((contact) => wantedBy(contact, general ?? longestS) ?? []);
  return wanted.length === contacts.length ? wanted : undefined;
};

const wantedBy = ({ uri, parameters }: NameAddressValue, otherwiseS: number): Wanted | undefined => {
  const parsed = parseUri(uri);
  if (!isUri(parsed) || parsed.scheme === 'tel' || !isAscii(uri)) return undefined;
  const expiresS = expiryOf(parameters['expires']) ?? otherwiseS;
  return { contact: uri, key: contactKey(uri), expiresS, q: preferenceOf(parameters['q']) };
};

/** It is written into requests of ours as it is. */
const isAscii = (text: string): boolean => octetsOf(text) === text;

/** Seconds; what cannot be read counts as not given (§20.19). */
const expiryOf = (text: string | undefined): number | undefined => wholeNumber(text ?? '', HIGHEST_EXPIRY);

/** q from 0 to 1 with three digits (§25.1), in thousandths; 1 where there is none. */
const preferenceOf = (text: string | undefined): number =>
  text !== undefined && /^(0(\.[0-9]{0,3})?|1(\.0{0,3})?)$/.test(text) ? Math.round(Number(text) * 1000) : 1000;
