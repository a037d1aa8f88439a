/** Rules of a comparison, in the order in which they are offered and named in addresses. */
export const NORMALISE_RULES = ['host', 'times', 'pids', 'guids'] as const;

export type NormaliseRule = (typeof NORMALISE_RULES)[number];

/**
 * Differences that a comparison takes for equal, besides those that always are: `host` the device's own names, `times`
 * dates and times of day, `pids` process ids that are named as such, `guids`.
 */
export type NormaliseRules = Readonly<Record<NormaliseRule, boolean>>;
