/** A pattern that is slower than linear and is allowed. */
export interface PatternException {
  readonly file: string;
  /** The pattern exactly as in the source. */
  readonly text: string;
  /** The limit on its input. For a device's text: a hard length limit right at the call. */
  readonly bound: string;
  readonly reason: string;
}

/** Files that run the user's own expression, under a time limit. */
export const USERS_EXPRESSIONS: readonly string[] = [
  'src/base/normaliseRules.ts',
  'src/worker/findHits.ts',
  'src/analysis/tables/tableFilters.ts',
];

/** The patterns that are slower than linear. The check fails for an exception that is no longer needed. */
export const PATTERN_EXCEPTIONS: readonly PatternException[] = [
  {
    file: 'src/evidence/text/foldCase.ts',
    text: "foldCase(text), 'iu'",
    bound: 'one name or comment of an action, and what a person typed',
    reason:
      'Letters one after the other, every sign escaped, and repetitions of one letter at most: linear in the name.',
  },
  {
    file: 'src/evidence/compare/normalise.ts',
    text: "`(?<![\\\\p{L}\\\\p{N}_-])(?:${words.join('|')})(?![\\\\p{L}\\\\p{N}_-])`, 'giu'",
    bound: '253 units a name: MAX_NAME, where the pattern is built',
    reason: 'The names of one device, two at most, every sign of them escaped: no repetition can come in.',
  },
  {
    file: 'src/worker/byteTest.ts',
    text: "piece.replaceAll(/[\\\\^$.*+?()[\\]{}|/]/gu, '\\\\$&'), 'i'",
    bound: 'what a person typed',
    reason: 'Letters one after the other, every sign escaped: no repetition at all.',
  },
  {
    file: 'src/sample/base/time.ts',
    text: '/0+$/u',
    bound: '7 digits, made by this function itself',
    reason: 'No text of a device.',
  },
];
