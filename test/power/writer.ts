/**
 * The process whose power is cut: `writer.ts <configuration|journal> <folder> <sync|forgetful>`. It stops at each
 * step of a write, tells its parent what has been acknowledged until then, and waits to be told to go on.
 */
import { once } from 'node:events';
import { catalogue } from '../../drivers/catalogue.ts';
import { ConfigurationDocument } from '../../firmware/control/configuration/document.ts';
import { systemClock } from '../../firmware/core/clock.ts';
import { systemFiles } from '../../firmware/store/file-primitives.ts';
import { Journal } from '../../firmware/store/journal.ts';
import { steppedFiles, withoutSync } from './stepped-files.ts';

/** `trying` is the number that is being written; all up to `acknowledged` have been. */
export type Report = { readonly step: string; readonly acknowledged: number; readonly trying: number };

const [kind, folder = '', mode] = process.argv.slice(2);
let acknowledged = 0;
let trying = 0;

const pause = async (step: string): Promise<void> => {
  const report: Report = { step, acknowledged, trying };
  process.send!(report);
  await once(process, 'message');
};
const files = steppedFiles(mode === 'forgetful' ? withoutSync(systemFiles) : systemFiles, pause);

const CHANGES = 4;
const writeConfiguration = async (): Promise<void> => {
  const document = await ConfigurationDocument.open({
    folder,
    drivers: catalogue,
    clock: systemClock,
    alarm: (text) => {
      throw new Error(text);
    },
    onFact: () => {},
    files,
  });
  for (trying = 1; trying <= CHANGES; trying++) {
    const password = `secret of ${trying}`;
    const accounts = [{ id: 'desk', user: String(trying), password, line: 'line/1' }];
    const outcome = await document.propose({ by: 'test', base: document.revision, change: { accounts } });
    if (outcome.is !== 'applied') throw new Error(JSON.stringify(outcome));
    acknowledged = trying;
    await pause('acknowledged');
  }
};

const RECORDS = 12;
const writeJournal = async (): Promise<void> => {
  const limits = { segmentOctets: 400, segments: 100 };
  const journal = await Journal.open({ folder, name: 'calls', clock: systemClock, sync: 'each', limits, files });
  for (trying = 1; trying <= RECORDS; trying++) {
    await journal.append({ number: trying, text: 'x'.repeat(80) });
    acknowledged = trying;
    await pause('acknowledged');
  }
};

await (kind === 'configuration' ? writeConfiguration() : writeJournal());
process.disconnect();
