import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Language, SentenceName } from './names.ts';

/** Where sentences are: the language, the folder that comes with the box, and a folder of own recordings (or empty). */
export type SentenceSet = { readonly language: Language; readonly folder: string; readonly own: string };

/** The sound file of a sentence: the own recording if there is one, else the one that comes with the box. */
export const sentenceFile = (name: SentenceName, { language, folder, own }: SentenceSet): string => {
  const recorded = own === '' ? undefined : join(own, `${name}.wav`);
  return recorded !== undefined && existsSync(recorded) ? recorded : join(folder, language, `${name}.wav`);
};
