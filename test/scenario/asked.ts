import type { Kamailio } from '../peer/kamailio.ts';

/** The numbers that a softswitch was asked for, a call each, in the order of their first INVITE. */
export const numbersAsked = (softswitch: Kamailio): readonly string[] => {
  const calls = new Map<string, string>();
  for (const line of softswitch.heard()) {
    const [, number, call] = /^INVITE sips?:([^@]*)@\S* .*call=(\S+)/.exec(line) ?? [];
    if (number !== undefined && call !== undefined && !calls.has(call)) calls.set(call, number);
  }
  return [...calls.values()];
};

/** The failures that callers were told of in words, by the records of their calls. */
export const told = (records: readonly Record<string, unknown>[]): readonly string[] =>
  records.flatMap(({ attempts }) =>
    (attempts as { readonly target: { readonly kind: string; readonly id: string } }[]).flatMap(({ target }) =>
      target.kind === 'sentence' ? [target.id] : [],
    ),
  );
