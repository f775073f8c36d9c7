import { argument, operationArguments } from '../../config/arguments.ts';
import { type ScenariosRoom, scenarioWords } from './scenario-rooms.ts';
import { done, refusedAt, type Verb } from './verb.ts';

const args = operationArguments({
  scenario: argument.optionalText({
    title: 'Scenario',
    help: 'Short name of the one to switch on; empty: all off.',
    max: 32,
    default: '',
  }),
});

/** Switches a scenario on, or all off (U20). */
export const switchScenario = ({ scenarios }: ScenariosRoom): Verb<{ scenario: string }> => ({
  name: 'switch-scenario',
  title: 'Switch a scenario',
  help: 'Routes, forwarding and greetings of the scenario count from the next call on, until it is switched off.',
  arguments: args,
  deadlineMs: 5_000,
  disturbs: true,
  run({ scenario }, by) {
    const known = scenarios.known().map(({ id }) => id);
    if (scenario !== '' && !known.includes(scenario)) {
      const limit = `must be empty or one of ${known.join(', ') || '(none is set up)'}`;
      return refusedAt('scenario', limit, 'Name a scenario that is in the settings.');
    }
    const before = scenarios.current();
    scenarios.switchTo(scenario, by);
    const was = before === scenario ? ' It was so already.' : '';
    return done(`${scenarioWords(scenarios, scenario)}.${was}`, { scenario, before });
  },
});
