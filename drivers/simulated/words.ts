/** Answers and events of the bench in words for a person. */

const number = (value: unknown): string =>
  typeof value === 'number' ? String(Math.round(value * 10) / 10) : String(value);

function plain(value: unknown): string {
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (Array.isArray(value)) return value.length === 0 ? 'none' : value.map(plain).join(', ');
  if (typeof value !== 'object' || value === null) return number(value);
  return Object.entries(value)
    .map(([name, one]) => `${name} ${plain(one)}`)
    .join(' ');
}

type Answer = Readonly<Record<string, unknown>>;
type Segment = { on: boolean; ms: number };

function heard(answer: Answer): string {
  const segments = answer['segments'] as Segment[];
  const tones = (answer['hertz'] as number[]).map((hertz) => `${number(hertz)} Hz`).join(' + ') || 'no tone';
  const cadence = segments.map(({ on, ms }) => `${on ? 'sound' : 'quiet'} ${ms} ms`).join(', ');
  return `${tones} at ${number(answer['levelOn'])} dBm0 in ${number(answer['seconds'])} s: ${cadence}`;
}

/** One line or a few, as a person would say it. */
export function inWords(command: string, answer: Answer): string {
  if (command === 'event') {
    const { event, port, at, ...rest } = answer;
    return `* ${port} ${event}${Object.keys(rest).length === 0 ? '' : `: ${plain(rest)}`} (${number(at)} ms)`;
  }
  if (command === 'hear') return heard(answer);
  if (command === 'list') return (answer['ports'] as { port: string }[]).map(({ port }) => port).join('\n');
  const lines = Object.entries(answer).map(([name, value]) => `${name}: ${plain(value)}`);
  return lines.length === 0 ? 'done' : lines.join('\n');
}
