/** What the verbs of scenarios work with. */
export type ScenarioRooms = {
  known(): readonly { readonly id: string; readonly title: string }[];
  /** The one that is on, and the one before; empty: none. */
  current(): string;
  previous(): string;
  /** An empty name switches all off. */
  switchTo(name: string, by: string): void;
};
export type ScenariosRoom = { readonly scenarios: ScenarioRooms };

/** In words, for a sentence. */
export const scenarioWords = (rooms: ScenarioRooms, id: string): string =>
  id === '' ? 'No scenario is on' : `${rooms.known().find((each) => each.id === id)?.title ?? id} is on`;
