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
export type NormaliseRules = Readonly<Record<NormaliseRule, boolean>> & {
  /** Regular expression of the user: what it matches in a line is ignored, too. See {@link ownPattern}. */
  readonly own?: string;
};

/** Longest expression of a user, in UTF-16 units. It is a part of an address. */
export const LONGEST_OWN = 200;

/**
 * Returns the pattern of a user's own expression. It takes upper and lower case as equal, as the other rules do. A note
 * of somebody else can bring such an expression, and any use of one can take for ever, also on an empty text. So only
 * threads that can be ended run it; here it is compiled.
 *
 * @returns undefined for an expression that is empty, too long or invalid
 */
export function ownPattern(expression: string): RegExp | undefined {
  if (expression === '' || expression.length > LONGEST_OWN || /[\r\n]/u.test(expression)) return undefined;
  try {
    return new RegExp(expression, 'giu');
  } catch {
    return undefined;
  }
}
