import '../i18n/drill.ts';
import type { DrillSheet, ProofSheet } from '../../../firmware/control/api/wire.ts';
import { Button } from '../component/button.tsx';
import { Icon } from '../component/icon.tsx';
import { type Key, t } from '../t.ts';

type Row = DrillSheet['rows'][number];
const titles: Readonly<Record<Row['what'], Key>> = {
  noticed: 'sheet.noticed',
  called: 'sheet.called',
  returned: 'sheet.returned',
};

/** As a person reads a measurement: 2.4 s. */
const lengthOf = (ms: number | undefined): string =>
  ms === undefined
    ? '–'
    : t('sheet.seconds', { seconds: ms < 10_000 ? (ms / 1000).toFixed(1) : String(Math.round(ms / 1000)) });

/** A sheet is read years later: always with the year. */
const dateOf = (at: number): string => {
  const then = new Date(at);
  const date = new Intl.DateTimeFormat('en-GB', { dateStyle: 'long' }).format(then);
  const time = new Intl.DateTimeFormat('en-GB', { timeStyle: 'short' }).format(then);
  return `${date}, ${time}`;
};

const Rows = ({ sheet }: { readonly sheet: DrillSheet }) => (
  <table class="sheet-rows">
    <thead>
      <tr>
        <th scope="col">{t('sheet.what')}</th>
        <th scope="col">{t('sheet.measured')}</th>
        <th scope="col">{t('sheet.limit')}</th>
        {sheet.before && <th scope="col">{t('sheet.before')}</th>}
        <th scope="col">{t('sheet.result')}</th>
      </tr>
    </thead>
    <tbody>
      {sheet.rows.map((row) => (
        <tr key={row.what}>
          <th scope="row">
            {t(titles[row.what])}
            <span class="sheet-words">{row.sentence}</span>
          </th>
          <td data-title={t('sheet.measured')}>{lengthOf(row.measuredMs)}</td>
          <td data-title={t('sheet.limit')}>{t('sheet.atMost', { length: lengthOf(row.limitMs) })}</td>
          {sheet.before && <td data-title={t('sheet.before')}>{lengthOf(row.beforeMs)}</td>}
          <td data-title={t('sheet.result')}>
            <span class={`mark ${row.passed ? 'good' : 'bad'}`}>
              <Icon name={row.passed ? 'good' : 'bad'} />
              {t(row.passed ? 'drill.passed' : 'drill.failed')}
            </span>
          </td>
        </tr>
      ))}
    </tbody>
  </table>
);

const Proof = ({ proof }: { readonly proof: ProofSheet }) => (
  <div class="sheet-part">
    <h3>{t('sheet.numbers', { when: dateOf(proof.at) })}</h3>
    <ul>
      {proof.rows.map(({ did, arrives, sentence }) => (
        <li key={did} class={arrives ? '' : 'cause-bad'}>
          {sentence}
        </li>
      ))}
    </ul>
  </div>
);

/** What a pen fills in. */
const Lines = () => (
  <dl class="sheet-lines">
    {(['sheet.failoverTarget', 'sheet.installer', 'sheet.office'] as const).map((key) => (
      <div key={key}>
        <dt>{t(key)}</dt>
        <dd />
      </div>
    ))}
  </dl>
);

/** The sheet of a drill, for the screen and for paper. */
export const Sheet = ({ sheet, proof }: { readonly sheet: DrillSheet; readonly proof: ProofSheet | undefined }) => (
  <article class="sheet" aria-label={t('sheet.title')}>
    <header class="sheet-head">
      <div>
        <p class="sheet-box">{sheet.box}</p>
        <h2>{t('sheet.title')}</h2>
        <p class="quiet">{dateOf(sheet.at)}</p>
      </div>
      <Button icon="upload" onPress={() => print()}>
        {t('sheet.print')}
      </Button>
    </header>
    <p class={`sheet-result ${sheet.passed ? 'good' : 'bad'}`}>
      <Icon name={sheet.passed ? 'good' : 'bad'} />
      <span>{sheet.sentence}</span>
    </p>
    <p>
      {t(sheet.number === '' ? 'sheet.didQuietly' : 'sheet.did', {
        trunk: sheet.trunk,
        length: lengthOf(sheet.blockMs),
        number: sheet.number,
      })}
    </p>
    <Rows sheet={sheet} />
    {sheet.before && <p class="quiet">{t('sheet.compared', { id: sheet.before.id, when: dateOf(sheet.before.at) })}</p>}
    {proof && <Proof proof={proof} />}
    <p class="quiet">{t('sheet.emergency')}</p>
    <Lines />
    <footer class="quiet">{t('sheet.foot', { id: sheet.id, build: sheet.build })}</footer>
  </article>
);
