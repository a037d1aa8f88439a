import type { NormaliseRule, NormaliseRules } from '../../base/normaliseRules.ts';
import { RUNNERS_PATH } from '../text/runnersLine.ts';
import { replaceTimes } from './times.ts';
import { withoutEnd } from '../text/trimEnds.ts';

/** One rule in a form that can be shown: what it finds, and what replaces it. */
export interface NormaliseStep {
  readonly rule: NormaliseRule | 'transcriptLine' | 'trailingNuls';
  /** Undefined if no pattern alone can find it. Names differ from text to text, and a time must be valid. */
  readonly pattern: RegExp | undefined;
  readonly becomes: string;
}

/** The placeholder words, if a device wrote them itself. */
const OWN_WORD = /<(time|host|guid|pid|transcript)>/gu;

/** The longest name in DNS. A longer name is not a device's, and would be compared at each place of the text. */
const MAX_NAME = 253;

const GUID = '[\\da-f]{8}-[\\da-f]{4}-[\\da-f]{4}-[\\da-f]{4}-[\\da-f]{12}';
/**
 * All rules, in the order in which they are applied. They use bounded repetitions only: a device wrote the text, and
 * must not be able to make a pattern slow.
 */
export const normaliseSteps: readonly NormaliseStep[] = [
  {
    rule: 'transcriptLine',
    pattern: RUNNERS_PATH,
    // The line stays, so that lines keep their numbers.
    becomes: '$1<transcript>',
  },
  { rule: 'trailingNuls', pattern: undefined, becomes: '' },
  { rule: 'host', pattern: undefined, becomes: '<host>' },
  { rule: 'guids', pattern: new RegExp(`(?<![\\da-z])${GUID}(?![\\da-z])`, 'giu'), becomes: '<guid>' },
  { rule: 'times', pattern: undefined, becomes: '<time>' },
  {
    rule: 'pids',
    pattern: /\b(p?pid|(?:parent ?)?process ?id)("?[ \t]{0,20}[:=]?[ \t]{0,20}"?)\d{1,10}(?![\d.])/giu,
    becomes: '$1$2<pid>',
  },
];

/** Rules that a comparison of many devices starts with. Each device has its own name and clock. */
export const usualRules: NormaliseRules = { host: true, times: true, pids: true, guids: true };

/**
 * Returns a text as it is compared. What naturally differs between devices is replaced by a word for it. Lines keep
 * their number. Only comparisons and `normalised` views use this text: what is stored never goes through here.
 *
 * @param names - the device's own names, short and DNS; others stay
 */
export function normalise(text: string, rules: NormaliseRules, names: readonly string[]): string {
  // A placeholder that stands in the text itself must not equal one that replaces something.
  let normalised = text.replace(OWN_WORD, '<\\$1>');
  for (const { rule, pattern, becomes } of normaliseSteps) {
    if (rule === 'trailingNuls') normalised = withoutEnd(normalised, '\0');
    else if (rule === 'times') normalised = rules.times ? replaceTimes(normalised, becomes) : normalised;
    else if (rule === 'transcriptLine' || rules[rule]) {
      const search = rule === 'host' ? namesPattern(names) : pattern;
      if (search !== undefined) normalised = normalised.replace(search, becomes);
    }
  }
  return normalised;
}

/**
 * Builds a pattern for the names as whole words, the longest first. `ws-1.example.com` is one name, and not `ws-1` and
 * a rest.
 */
function namesPattern(names: readonly string[]): RegExp | undefined {
  const words = [...new Set(names)]
    .filter((name) => name !== '' && name.length <= MAX_NAME)
    .sort((one, other) => other.length - one.length)
    .map((name) => name.replace(/[\\^$.*+?()[\]{}|/]/gu, '\\$&'));
  return words.length === 0
    ? undefined
    : new RegExp(`(?<![\\p{L}\\p{N}_-])(?:${words.join('|')})(?![\\p{L}\\p{N}_-])`, 'giu');
}
