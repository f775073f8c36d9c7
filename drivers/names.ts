/** The drivers there are, by name. It stands apart from the catalogue, so that the engine need not load schemas. */
export const driverNames = ['simulated'] as const;
export type DriverName = (typeof driverNames)[number];
