import { operationArguments } from '../../config/arguments.ts';
import { type ScenariosRoom, scenarioWords } from './scenario-rooms.ts';
import { done, type Verb } from './verb.ts';

/** Takes the last switching of a scenario back (U20); a second time it is as it was. */
export const stepBackScenario = ({ scenarios }: ScenariosRoom): Verb<Record<string, never>> => ({
  name: 'step-back-scenario',
  title: 'Back to the scenario before',
  help: 'Takes the last switching back, whoever did it: page, phone or calendar.',
  arguments: operationArguments({}),
  deadlineMs: 5_000,
  disturbs: true,
  run(_, by) {
    const [scenario, before] = [scenarios.previous(), scenarios.current()];
    scenarios.switchTo(scenario, by);
    return done(`${scenarioWords(scenarios, scenario)}.`, { scenario, before });
  },
});
