import { catalogue } from '../../drivers/catalogue.ts';
import { type Described, describe } from './describe.ts';
import { configuration } from './schema.ts';

const NEWLINES = /\n/g;

const cell = (text: string): string => text.replaceAll('|', '\\|').replace(NEWLINES, ' ');

const unitOf = ({ unit }: Described): string => (unit ? ` ${unit}` : '');

const lengths = ({ min = 0, max }: Described, of: string): string =>
  max === undefined ? of : `${of}, ${min > 0 ? `${min} to ${max}` : `at most ${max}`}`;

const allowed = (setting: Described): string => {
  const { kind, min, max, of } = setting;
  if (kind === 'number') return `${min} to ${max}${unitOf(setting)}`;
  if (kind === 'choice') return (of ?? []).join(', ');
  if (kind === 'flag') return 'true, false';
  if (kind === 'list') return lengths(setting, of ? `list of ${of.join(', ')}` : 'list');
  if (kind === 'record') return 'names with values';
  return lengths(setting, 'text');
};

const LONGEST_DEFAULT = 60;

const defaultOf = (setting: Described): string => {
  if (setting.default === undefined) return 'none';
  if (setting.default === '') return 'empty';
  const text = JSON.stringify(setting.default);
  return text.length > LONGEST_DEFAULT ? 'see the help' : `\`${text}\``;
};

const notes = ({ secret, appliesWhen }: Described): string =>
  [
    secret ? ' Secret: goes in once and is never shown again.' : '',
    appliesWhen ? ` Only where \`${appliesWhen.setting}\` is ${appliesWhen.is.join(' or ')}.` : '',
  ].join('');

const cellsOf = (setting: Described, before: number): string[] =>
  [
    `\`${setting.path.slice(before)}\``,
    `${setting.title}. ${setting.help}${notes(setting)}`,
    allowed(setting),
    defaultOf(setting),
  ].map(cell);

/** Columns of even width, as the formatter of the project writes them. */
const table = (title: string, settings: readonly Described[], before: number): string => {
  const rows = [['Setting', 'What it is', 'Allowed', 'Default'], ...settings.map((each) => cellsOf(each, before))];
  const widths = [0, 1, 2, 3].map((column) => Math.max(...rows.map((cells) => cells[column]!.length)));
  const line = (cells: readonly string[]) =>
    `| ${cells.map((each, column) => each.padEnd(widths[column]!)).join(' | ')} |`;
  const [head, ...body] = rows.map(line);
  return [`## ${title}`, '', head, line(widths.map((width) => '-'.repeat(width))), ...body].join('\n');
};

const HEAD = `# Settings

Made from the schema by \`node --import tsx firmware/config/write-settings-page.ts\`; do not edit it by hand.

A path such as \`trunks/primary/port\` names a setting: lists of things (trunks, accounts, cards, lines) go by the short
name of each. A change names only what it changes; \`null\` removes. Whatever is refused is refused with its path, its
limit and what to do, and what ran goes on.`;

/** The reference page of all settings, in Markdown. */
export const settingsPage = (): string => {
  const sections = new Map<string, Described[]>();
  for (const setting of describe(configuration)) {
    if (setting.path === 'version') continue;
    const [name = '', next] = setting.path.split('/');
    const title = next === '*' ? `${name}/*` : name;
    sections.set(title, [...(sections.get(title) ?? []), setting]);
  }
  const own = [...sections].map(([title, settings]) => table(title, settings, title.length + 1));
  const drivers = Object.entries(catalogue).map(([name, { settings }]) =>
    table(`cards/*/settings of the driver ${name}`, describe(settings), 0),
  );
  return `${[HEAD, ...own, ...drivers].join('\n\n')}\n`;
};
