import '../i18n/lab.ts';
import { signal, useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import '../kit.ts';
import type { LabAct, LabView } from '../../../firmware/control/api/wire.ts';
import type { PortView } from '../../../firmware/control/status/view.ts';
import { client, sentenceOf } from '../client.ts';
import { Button } from '../component/button.tsx';
import type { IconName } from '../component/icon.tsx';
import { Mark } from '../component/mark.tsx';
import { Notice } from '../component/notice.tsx';
import { Page, Section } from '../component/page.tsx';
import { Skeleton } from '../component/skeleton.tsx';
import { type CallerIs, OutsideCaller } from '../handset/outside-caller.ts';
import type { Mood } from '../headline.ts';
import { status } from '../live.ts';
import { nameOfPort } from '../port-name.ts';
import { type Key, plural, t } from '../t.ts';

type Softswitch = LabView['softswitches'][number];
type Does = LabAct['does'];

const lab = signal<LabView | undefined>(undefined);
const wrong = signal('');

const show = async (ask: () => Promise<LabView>): Promise<void> => {
  try {
    lab.value = await ask();
    wrong.value = '';
  } catch (error) {
    wrong.value = sentenceOf(error);
  }
};

type Look = { readonly mood: Mood; readonly icon: IconName; readonly text: Key; readonly means: Key };
const looks: Readonly<Record<Softswitch['is'], Look>> = {
  runs: { mood: 'good', icon: 'good', text: 'lab.runs', means: 'lab.runsMeans' },
  frozen: { mood: 'warn', icon: 'freeze', text: 'lab.frozen', means: 'lab.frozenMeans' },
  stopped: { mood: 'bad', icon: 'off', text: 'lab.stopped', means: 'lab.stoppedMeans' },
  refuses: { mood: 'warn', icon: 'bad', text: 'lab.refuses', means: 'lab.refusesMeans' },
};

/** The three switches: what each does now, and the state in which it is thrown. */
const switches: readonly { readonly state: Softswitch['is']; readonly on: Does; readonly off: Does }[] = [
  { state: 'frozen', on: 'freeze', off: 'thaw' },
  { state: 'refuses', on: 'refuse', off: 'accept' },
  { state: 'stopped', on: 'stop', off: 'start' },
];
const icons: Readonly<Record<Does, IconName>> = {
  freeze: 'freeze',
  thaw: 'play',
  stop: 'off',
  start: 'play',
  refuse: 'bad',
  accept: 'play',
};

const Switches = ({ softswitch }: { readonly softswitch: Softswitch }) => {
  const busy = useSignal<Does | undefined>(undefined);
  const act = async (does: Does): Promise<void> => {
    busy.value = does;
    await show(() => client.act({ softswitch: softswitch.id, does }));
    busy.value = undefined;
  };
  return (
    <div class="card-verbs">
      {switches.map(({ state, on, off }) => {
        const does = softswitch.is === state ? off : on;
        return (
          <Button
            key={state}
            icon={icons[does]}
            kind={softswitch.is === state ? 'primary' : 'plain'}
            busy={busy.value === does}
            disabled={softswitch.is !== 'runs' && softswitch.is !== state}
            label={t(`lab.${does}`, { id: softswitch.id })}
            onPress={() => void act(does)}
          >
            {t(`lab.${does}Short`)}
          </Button>
        );
      })}
    </div>
  );
};

const Card = ({ softswitch }: { readonly softswitch: Softswitch }) => {
  const look = looks[softswitch.is];
  return (
    <li class={`card ${look.mood}`}>
      <div class="card-head">
        <h3>{softswitch.id}</h3>
        <Mark mood={look.mood} icon={look.icon}>
          {t(look.text)}
        </Mark>
      </div>
      <p class="quiet">{softswitch.address}</p>
      <p class="means">{t(look.means)}</p>
      <p class="quiet">
        {plural('lab.bindings', softswitch.bindings)} · {plural('overview.calls', softswitch.calls)}
      </p>
      <Switches softswitch={softswitch} />
    </li>
  );
};

/** Kept while another page of this box is shown: who rings meanwhile goes on ringing. */
const callers = new Map<string, OutsideCaller>();
const callerAt = (port: string): OutsideCaller => {
  const caller = callers.get(port) ?? new OutsideCaller(port);
  callers.set(port, caller);
  return caller;
};

const callerLooks: Readonly<Record<CallerIs, Omit<Look, 'mood'> & { readonly mood: Mood | 'busy' }>> = {
  away: { mood: 'none', icon: 'none', text: 'lab.quiet', means: 'lab.callerAway' },
  rings: { mood: 'busy', icon: 'ring', text: 'lab.rings', means: 'lab.callerRings' },
  speaks: { mood: 'good', icon: 'talk', text: 'lab.speaks', means: 'lab.callerSpeaks' },
  gone: { mood: 'none', icon: 'none', text: 'lab.quiet', means: 'lab.callerGone' },
  unheard: { mood: 'none', icon: 'none', text: 'lab.quiet', means: 'lab.callerUnheard' },
};

/** Somebody outside who calls in by an exchange line, and hangs up. */
const CallerCard = ({ port }: { readonly port: PortView }) => {
  const caller = callerAt(port.port);
  const is = caller.is.value;
  const look = callerLooks[is];
  const line = nameOfPort(port);
  const calls = is === 'rings' || is === 'speaks';
  return (
    <li class={`card ${look.mood}`}>
      <div class="card-head">
        <h3>{line}</h3>
        <Mark mood={look.mood} icon={look.icon}>
          {t(look.text)}
        </Mark>
      </div>
      <p class="quiet">{port.port}</p>
      <p class="means" role="status">
        {t(look.means)}
      </p>
      <div class="card-verbs">
        <Button
          icon={calls ? 'off' : 'ring'}
          label={t(calls ? 'lab.callerEnd' : 'lab.callerCall', { line })}
          onPress={() => void (calls ? caller.end() : caller.call())}
        >
          {t(calls ? 'lab.callerEndShort' : 'lab.callerCallShort')}
        </Button>
      </div>
      <Notice mood="bad">{caller.wrong.value}</Notice>
    </li>
  );
};

const Callers = () => {
  const lines = (status.value?.ports ?? []).filter(({ kind, simulated }) => kind === 'fxo' && simulated);
  return lines.length === 0 ? null : (
    <Section title={t('lab.callers')}>
      <ul class="cards">
        {lines.map((port) => (
          <CallerCard key={port.line} port={port} />
        ))}
      </ul>
    </Section>
  );
};

/** The two softswitches of the lab, with their switches, callers from outside, and what can be dialled. */
export const LabPage = () => {
  const view = lab.value;
  // what the softswitches count changes with what the box does
  const changed = JSON.stringify([status.value?.calls.length, status.value?.trunks.map(({ health }) => health)]);
  useEffect(() => void show(client.lab), [changed]);
  return (
    <Page title={t('nav.lab')} lead={t('lab.lead')}>
      <Notice mood="bad">{wrong.value}</Notice>
      {!view && wrong.value === '' && <Skeleton rows={3} tall />}
      {view && (
        <>
          <Section title={t('overview.trunks')}>
            <ul class="cards">
              {view.softswitches.map((each) => (
                <Card key={each.id} softswitch={each} />
              ))}
            </ul>
          </Section>
          <Callers />
          <Section title={t('lab.numbers')}>
            <dl class="numbers">
              {view.numbers.map(({ number, does }) => (
                <div key={number}>
                  <dt>{number}</dt>
                  <dd>{does}</dd>
                </div>
              ))}
            </dl>
          </Section>
        </>
      )}
    </Page>
  );
};
