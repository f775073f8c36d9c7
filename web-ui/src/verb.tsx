import './i18n/tools.ts';
import { type Signal, useSignal } from '@preact/signals';
import type { RefObject } from 'preact';
import { useRef } from 'preact/hooks';
import type { OperationInfo, OperationOutcome } from '../../firmware/control/api/wire.ts';
import type { PortView } from '../../firmware/control/status/view.ts';
import { Field } from './form.tsx';
import { status } from './live.ts';
import { sentenceOfOutcome } from './operations.ts';
import { fullName } from './port-name.ts';
import type { Named } from './settings/naming.ts';
import { t } from './t.ts';

type Args = Readonly<Record<string, unknown>>;

const plainly = (id: string): Named => ({ id, label: id });
const portNamed = (port: PortView): Named => ({ id: port.line, label: `${fullName(port)} (${port.line})` });

/** Names that the live status knows, for arguments that ask for one. */
const namesFor = (verb: string, path: string): readonly Named[] | undefined => {
  const { trunks = [], ports = [] } = status.value ?? {};
  const softswitches = trunks.map(({ id }) => plainly(id));
  const exchangeLines = ports.filter(({ kind }) => kind === 'fxo').map(portNamed);
  if (path === 'over' || path === 'down') return [...softswitches, ...exchangeLines];
  if (path === 'trunk') return verb === 'test-call' ? [...softswitches, ...exchangeLines] : softswitches;
  if (path === 'line' || path === 'port') return ports.map(portNamed);
  if (path !== 'account') return undefined;
  const accounts = trunks.flatMap(({ registrations }) => registrations.map(({ account }) => account));
  return [...new Set(accounts)].map(plainly);
};

/** What was entered; an argument that nobody touched is left out, and what is empty means its default. */
const given = (entered: Args): Args =>
  Object.fromEntries(Object.entries(entered).filter(([, value]) => value !== null && value !== ''));

/** A verb as a form that is being filled in, and what became of it. */
export type VerbAsked = {
  readonly info: OperationInfo;
  readonly form: RefObject<HTMLFormElement | null>;
  readonly entered: Signal<Args>;
  readonly outcome: Signal<OperationOutcome | undefined>;
  readonly busy: Signal<boolean>;
  readonly submit: (event: Event) => void;
};

/** Fills in a verb, from `begins`, and has it done by `act`; the focus goes to the first argument that was refused. */
export const useVerb = (
  info: OperationInfo,
  begins: Args,
  act: (args: Args) => Promise<OperationOutcome | undefined>,
): VerbAsked => {
  const entered = useSignal<Args>(begins);
  const outcome = useSignal<OperationOutcome | undefined>(undefined);
  const busy = useSignal(false);
  const form = useRef<HTMLFormElement>(null);
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    if (busy.value) return;
    outcome.value = undefined;
    busy.value = true;
    outcome.value = await act(given(entered.value));
    busy.value = false;
    requestAnimationFrame(() => form.current?.querySelector<HTMLElement>('[aria-invalid=true]')?.focus());
  };
  return { info, form, entered, outcome, busy, submit: (event) => void submit(event) };
};

/** The arguments of a verb, each with what was refused at it. */
export const VerbFields = ({ asked: { info, entered, outcome } }: { readonly asked: VerbAsked }) => {
  const refused = outcome.value?.is === 'refused' ? outcome.value.refused : [];
  return (
    <>
      {info.arguments.map((about) => {
        const names = namesFor(info.name, about.path);
        return (
          <Field
            key={about.path}
            id={`${info.name}-${about.path}`}
            about={about}
            value={entered.value[about.path] ?? about.default}
            {...(names ? { names } : {})}
            refused={refused.find(({ path }) => path.split('/')[0] === about.path)}
            onValue={(value) => {
              entered.value = { ...entered.value, [about.path]: value };
            }}
          />
        );
      })}
    </>
  );
};

/** Why nothing came of it: beside the fields where they were refused; empty where something did. */
export const whyNot = (outcome: OperationOutcome | undefined): string => {
  if (outcome === undefined || outcome.is === 'done') return '';
  return outcome.is === 'refused' ? t('tools.refused') : sentenceOfOutcome(outcome);
};
