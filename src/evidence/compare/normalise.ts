import type { NormaliseRule, NormaliseRules } from '../../base/normaliseRules.ts';
import { RUNNERS_PATH } from '../text/runnersLine.ts';
import { replaceTimes } from './times.ts';
import { withoutEnd } from '../text/trimEnds.ts';

/** One rule as it can be shown: what it finds, and what stands there afterwards. */
export interface NormaliseStep {
  readonly rule: NormaliseRule | 'transcriptLine' | 'trailingNuls';
  /** Undefined for what no pattern alone finds: names, which differ from text to text, and times, which must exist. */
  readonly pattern: RegExp | undefined;
  readonly becomes: string;
}

/** The words that stand for what is left out, where a device wrote them. */
const OWN_WORD = /<(time|host|guid|pid|transcript)>/gu;

/** The longest name of DNS. A longer one is compared at each place of the text, and is no name of a device. */
const MAX_NAME = 253;

const GUID = '[\\da-f]{8}-[\\da-f]{4}-[\\da-f]{4}-[\\da-f]{4}-[\\da-f]{12}';
/**
 * All rules, in the order in which they are applied. Bounded repetitions only: the text is a device's, and must not be
 * able to make a pattern slow.
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

/** The rules that a comparison of many devices begins with: each device has a name and a clock of its own. */
export const usualRules: NormaliseRules = { host: true, times: true, pids: true, guids: true };

/**
 * A text as it is compared: what differs on every device by nature is replaced by a word for it. Lines keep their
 * number. It is for comparing only: what is stored, shown, quoted and hashed as evidence never goes through here.
 *
 * @param names - the device's own names, short and DNS; others stay
 */
export function normalise(text: string, rules: NormaliseRules, names: readonly string[]): string {
  // A word that the text has itself is no time of another one.
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

/** The names as whole words, the longest first: `ws-1.example.com` is one name and not `ws-1` and a rest. */
function namesPattern(names: readonly string[]): RegExp | undefined {
  const words = [...new Set(names)]
    .filter((name) => name !== '' && name.length <= MAX_NAME)
    .sort((one, other) => other.length - one.length)
    .map((name) => name.replace(/[\\^$.*+?()[\]{}|/]/gu, '\\$&'));
  return words.length === 0
    ? undefined
    : new RegExp(`(?<![\\p{L}\\p{N}_-])(?:${words.join('|')})(?![\\p{L}\\p{N}_-])`, 'giu');
}
