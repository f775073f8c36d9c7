/** Lists of named things that are read for each call. */
export const ROUTED_LISTS = [
  'groups',
  'routes',
  'dids',
  'ringGroups',
  'forwardings',
  'attendants',
  'calendars',
  'rateTables',
  'numberPools',
  'locations',
  'scenarios',
] as const;

/** The lists of things that have a name of their own. */
export const NAMED_LISTS = ['trunks', 'accounts', 'cards', 'lines', ...ROUTED_LISTS] as const;
