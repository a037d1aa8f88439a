/** Rules of a comparison, in the order in which the UI offers them and addresses name them. */
export const NORMALISE_RULES = ['host', 'times', 'pids', 'guids'] as const;

export type NormaliseRule = (typeof NORMALISE_RULES)[number];

/**
 * Differences that a comparison ignores, besides those that it always ignores. `host`: the device's own names. `times`:
 * dates and times of day. `pids`: process ids that are named as such. `guids`: GUIDs.
 */
export type NormaliseRules = Readonly<Record<NormaliseRule, boolean>>;
