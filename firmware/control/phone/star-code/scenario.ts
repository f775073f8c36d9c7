import { anyDigits, type StarCode } from './star-code.ts';

/**
 * Switches a scenario on, by its own code and PIN; the same again switches it off (U20). A wrong PIN is refused and
 * changes nothing.
 */
export const scenarioCode: StarCode = {
  patterns: ({ scenarios }) =>
    scenarios.flatMap(({ code, pin }) => (code === '' ? [] : [`${code}${anyDigits(pin.length)}`])),
  dialled(number, { scenarios }, rooms, by) {
    const meant = scenarios.find(
      ({ code, pin }) => code !== '' && number.startsWith(code) && number.length === code.length + pin.length,
    );
    if (meant === undefined) return undefined;
    const right = number === `${meant.code}${meant.pin}`;
    if (meant.pin !== '' && !rooms.pin(by.line, right)) return { is: 'refused' };
    rooms.switchScenario(rooms.scenario() === meant.id ? '' : meant.id, by.name);
    return { is: 'done' };
  },
};
