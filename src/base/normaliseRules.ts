/** Rules of a comparison. The UI lists them in this order, and addresses name them in this order. */
export const NORMALISE_RULES = ['host', 'times', 'pids', 'guids'] as const;

export type NormaliseRule = (typeof NORMALISE_RULES)[number];

/**
 * Differences that a comparison ignores if the user chooses so. `host`: the device's own names. `times`: dates and
 * times of day. `pids`: process ids after a label such as `pid`. `guids`: GUIDs.
 */
export type NormaliseRules = Readonly<Record<NormaliseRule, boolean>>;
