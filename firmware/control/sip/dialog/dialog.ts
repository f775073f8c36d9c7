import type { Credentials, Endpoint, FlowId, UriText } from '../face.ts';
import { type Field, SipMessage } from '../message/message.ts';
import { isUri, parseUri } from '../message/uri.ts';

/**
 * A dialog (RFC 3261 §12) as plain data: written with the leg's states, so that a new control plane goes on
 * with the call. No password is in it; `user` finds the credentials again.
 */
export type Dialog = {
  readonly flow: FlowId;
  readonly callId: string;
  readonly localTag: string;
  readonly remoteTag: string;
  /** From and To as we write them, without tags. */
  readonly local: string;
  readonly remote: string;
  readonly localCseq: number;
  readonly remoteCseq?: number;
  readonly routes: readonly string[];
  /** Where requests are sent, whatever routes and Contact say: the address that who registered with us came from. */
  readonly hop?: Endpoint;
  /** Where requests go in the end: the Contact of the far end. */
  readonly target: UriText;
  readonly contact: UriText;
  readonly user?: string;
  readonly confirmed: boolean;
  /** The INVITE was ours, and so the Call-ID. */
  readonly placed: boolean;
};

export const isDialog = (value: unknown): value is Dialog => {
  const dialog = value as Partial<Dialog> | null | undefined;
  return (
    typeof dialog === 'object' &&
    dialog !== null &&
    [dialog.flow, dialog.callId, dialog.localTag, dialog.remoteTag, dialog.target, dialog.local, dialog.remote].every(
      (text) => typeof text === 'string',
    ) &&
    typeof dialog.localCseq === 'number' &&
    Array.isArray(dialog.routes)
  );
};

/** The dialog that a response to our INVITE made (§12.1.2). `cseq` is that of the INVITE. */
export const dialogOfResponse = (
  invite: SipMessage,
  response: SipMessage,
  own: {
    readonly flow: FlowId;
    readonly contact: UriText;
    readonly user?: string | undefined;
    readonly hop?: Endpoint;
  },
): Dialog => ({
  flow: own.flow,
  callId: invite.callId,
  localTag: invite.fromTag,
  remoteTag: response.toTag,
  local: withoutTag(invite.header('from')!),
  remote: withoutTag(response.header('to') ?? invite.header('to')!),
  localCseq: invite.cseq!.number,
  routes: response.list('record-route').reverse(),
  target: contactOf(response) ?? invite.uri,
  contact: own.contact,
  ...(own.user === undefined ? {} : { user: own.user }),
  ...(own.hop === undefined ? {} : { hop: own.hop }),
  confirmed: response.status >= 200,
  placed: true,
});

/** The dialog that an INVITE from outside makes when we answer it (§12.1.1). */
export const dialogOfRequest = (
  request: SipMessage,
  own: {
    readonly flow: FlowId;
    readonly contact: UriText;
    readonly tag: string;
    readonly cseq: number;
    readonly hop?: Endpoint;
  },
): Dialog => ({
  flow: own.flow,
  callId: request.callId,
  localTag: own.tag,
  remoteTag: request.fromTag,
  local: withoutTag(request.header('to')!),
  remote: withoutTag(request.header('from')!),
  localCseq: own.cseq,
  remoteCseq: request.cseq!.number,
  routes: request.list('record-route'),
  target: contactOf(request) ?? request.from!.uri,
  contact: own.contact,
  ...(own.hop === undefined ? {} : { hop: own.hop }),
  confirmed: false,
  placed: false,
});

export const contactOf = (message: SipMessage): UriText | undefined => {
  const uri = message.addresses('contact')[0]?.uri;
  return uri !== undefined && isUri(parseUri(uri)) ? uri : undefined;
};

/** From or To without its tag; the tag stands behind `>` or, without brackets, behind the URI. */
const withoutTag = (value: string): string => {
  const from = Math.max(0, value.lastIndexOf('>'));
  const [head = '', ...pieces] = value.slice(from).split(';');
  const kept = pieces.filter((piece) => piece.trim().slice(0, 4).toLowerCase() !== 'tag=');
  return value.slice(0, from) + [head.trimEnd(), ...kept].join(';');
};

const angled = (uri: string): string => (uri.startsWith('<') || uri.includes('<') ? uri : `<${uri}>`);
const bare = (route: string): string => {
  const open = route.indexOf('<');
  const close = route.indexOf('>', open);
  return open < 0 || close < 0 ? route : route.slice(open + 1, close);
};

/** Request URI and fields of a request in the dialog (§12.2.1.1), with loose or strict routes. */
export const inDialog = (dialog: Dialog): { readonly uri: string; readonly fields: Field[] } => {
  const first = dialog.routes[0];
  const firstUri = first === undefined ? undefined : parseUri(bare(first));
  const strict = firstUri !== undefined && isUri(firstUri) && firstUri.parameters['lr'] === undefined;
  const routes = strict ? [...dialog.routes.slice(1), angled(dialog.target)] : dialog.routes;
  const fields: Field[] = routes.map((route): Field => ['route', angled(route)]);
  fields.push(
    ['from', `${dialog.local};tag=${dialog.localTag}`],
    ['to', dialog.remoteTag === '' ? dialog.remote : `${dialog.remote};tag=${dialog.remoteTag}`],
    ['call-id', dialog.callId],
  );
  return { uri: strict ? bare(first!) : dialog.target, fields };
};

/**
 * Where a request of the dialog is sent: its first route or else the Contact (§8.1.2), by its literal address.
 * A name goes to the flow's far end, which is the softswitch that gave us that name.
 */
export const nextHop = (dialog: Dialog, far: Endpoint, isLiteral: (host: string) => boolean): Endpoint => {
  if (dialog.hop !== undefined) return dialog.hop;
  const uri = parseUri(bare(dialog.routes[0] ?? dialog.target));
  if (!isUri(uri)) return far;
  const host = uri.parameters['maddr'] || uri.host;
  return isLiteral(host) ? { address: host, port: uri.port ?? 5060 } : far;
};

/** CSeq and target of the far end after its request was taken (§12.2.2). */
export const afterRequest = (dialog: Dialog, request: SipMessage): Dialog => {
  const target = request.method === 'INVITE' || request.method === 'UPDATE' ? contactOf(request) : undefined;
  return { ...dialog, remoteCseq: request.cseq!.number, target: target ?? dialog.target };
};

/** ACK of a 2xx: the INVITE's CSeq and credentials, the dialog's way (§13.2.2.4). */
export const ackOf2xx = (dialog: Dialog, invite: SipMessage, via: Field): SipMessage => {
  const { uri, fields } = inDialog(dialog);
  const kept = invite.fields.filter(([name]) => name === 'authorization' || name === 'proxy-authorization');
  const all: Field[] = [via, ...fields, ['cseq', `${invite.cseq!.number} ACK`], ['max-forwards', '70'], ...kept];
  return new SipMessage({ method: 'ACK', uri }, all);
};

export type CredentialsOf = (flow: FlowId, user: string) => Credentials | undefined;
