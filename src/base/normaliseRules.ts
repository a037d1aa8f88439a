/** Rules of a comparison. The UI lists them in this order, and addresses name them in this order. */
export const NORMALISE_RULES = ['host', 'times', 'pids', 'guids', 'numbers'] as const;

export type NormaliseRule = (typeof NORMALISE_RULES)[number];

/** The rules that the word `normalised` without names stands for in addresses. Notes contain the word. */
export const PLAIN_RULES: readonly NormaliseRule[] = ['host', 'times', 'pids', 'guids'];

/**
 * Differences that a comparison ignores if the user chooses so. `host`: the device's own names. `times`: dates and
 * times of day. `pids`: process ids after a label such as `pid`. `guids`: GUIDs. `numbers`: all other numbers, with the
 * blanks around them.
 */
export type NormaliseRules = Readonly<Record<NormaliseRule, boolean>>;
