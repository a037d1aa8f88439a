import { numberAt } from '../../base/atIndex.ts';
import { ownPattern } from '../../base/normaliseRules.ts';
import type { NormaliseRule, NormaliseRules } from '../../base/normaliseRules.ts';
import { RUNNERS_PATH } from '../text/runnersLine.ts';
import { replaceTimes } from './times.ts';
import { withoutEnd } from '../text/trimEnds.ts';

/** One rule as the user can see it: the pattern that it finds, and the text that replaces a match. */
export interface NormaliseStep {
  readonly rule: NormaliseRule | 'transcriptLine' | 'trailingNuls' | 'own';
  /**
   * Regular expression for the matches. Undefined if code finds them: the device's names and the user's own expression
   * are known only at run time, each time must be valid, and NULs are removed only at the end.
   */
  readonly pattern: RegExp | undefined;
  readonly becomes: string;
}

/** Matches a placeholder that a device itself wrote into the text. */
const OWN_WORD = /<(time|host|guid|pid|transcript)>/gu;

/** Placeholder for what the user's own expression matches. */
const OWN = '<own>';

/** The longest name in DNS. A longer name does not belong to a device, and searching for it would take long. */
const MAX_NAME = 253;

const GUID = '[\\da-f]{8}-[\\da-f]{4}-[\\da-f]{4}-[\\da-f]{4}-[\\da-f]{12}';
/**
 * All rules, in the order in which they are applied. Their patterns have only bounded repetitions. Otherwise a device
 * could write a text that makes a pattern slow.
 */
export const normaliseSteps: readonly NormaliseStep[] = [
  // The user wrote it for the text as received, so it comes before the placeholders of the other rules.
  { rule: 'own', pattern: undefined, becomes: OWN },
  {
    rule: 'transcriptLine',
    pattern: RUNNERS_PATH,
    // Only the path is replaced. The line stays, so that all lines keep their numbers.
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
  {
    rule: 'numbers',
    // The blanks around a number belong to it: in a column, a longer number has fewer blanks before it.
    pattern: /[ \t]{0,40}(?:0x[\da-f]{1,32}|\d{1,40})[ \t]{0,40}/giu,
    becomes: ' <n> ',
  },
];

/** Default rules for a comparison of many devices. Each device has its own name and clock. */
export const usualRules: NormaliseRules = { host: true, times: true, pids: true, guids: true, numbers: false };

/**
 * Returns a text for a comparison. Replaces values that always differ between devices with placeholders, such as
 * `<host>`. Lines keep their numbers. Only comparisons and `normalised` views use this text; the stored text is not
 * changed.
 *
 * @param names - the device's own names, the short name and the DNS name. Names of other devices are not replaced.
 */
export function normalise(text: string, rules: NormaliseRules, names: readonly string[]): string {
  // A device may have written a placeholder itself. It must not look like a placeholder that replaces a value.
  let normalised = rules.own === undefined ? text : replaceOwn(text.replaceAll('<own>', '<\\own>'), rules.own);
  normalised = normalised.replace(OWN_WORD, '<\\$1>');
  if (rules.numbers) normalised = normalised.replaceAll('<n>', '<\\n>');
  for (const { rule, pattern, becomes } of normaliseSteps) {
    if (rule === 'trailingNuls') normalised = withoutEnd(normalised, '\0');
    else if (rule === 'times') normalised = rules.times ? replaceTimes(normalised, becomes) : normalised;
    else if (rule !== 'own' && (rule === 'transcriptLine' || rules[rule])) {
      if (rule === 'host') normalised = replaceNames(normalised, names, becomes);
      else if (pattern !== undefined) normalised = normalised.replace(pattern, becomes);
    }
  }
  return normalised;
}

/**
 * Replaces what the user's own expression matches, line by line: a match over a line end would change the numbers of
 * the lines. The expression can be slow, so this runs only in a thread that can be ended.
 */
function replaceOwn(text: string, own: string): string {
  const pattern = ownPattern(own);
  if (pattern === undefined) return text;
  return text.replace(/[^\r\n]+/gu, (line) => line.replace(pattern, (match) => (match === '' ? '' : OWN)));
}

/** A letter or a sign that belongs to a word, at the end or at the beginning of a text. */
const ENDS_IN_WORD = /[\p{L}\p{N}_-]$/u;
const BEGINS_WORD = /^[\p{L}\p{N}_-]/u;

/**
 * Replaces the names as complete words, whatever their case. The longest name is tried first. Otherwise only the `ws-1`
 * of `ws-1.example.com` would be replaced. For the usual names no pattern is made: to compile one for each of 10,000
 * hosts takes as long as all the rest of a comparison.
 */
export function replaceNames(text: string, names: readonly string[], becomes: string): string {
  const words = [...new Set(names.map((name) => name.toLowerCase()))]
    .filter((name) => name !== '' && name.length <= MAX_NAME)
    .sort((one, other) => other.length - one.length);
  const lower = text.toLowerCase();
  // Letters outside ASCII can have other forms in upper case, also two of them that equal k and s.
  const isPlain = words.every((word) => /^[\x20-\x7e]+$/u.test(word)) && !/[\u017F\u212A]/u.test(text);
  if (!isPlain || lower.length !== text.length) return replaceByPattern(text, words, becomes);
  const pieces: string[] = [];
  let from = 0;
  // The next place of each word. A word that does not occur any more is not looked for again.
  const places = words.map((word) => lower.indexOf(word));
  for (let at = nextOf(lower, words, places, 0); at >= 0; at = nextOf(lower, words, places, at)) {
    const found = words.find((word) => lower.startsWith(word, at) && isWholeWord(text, at, at + word.length));
    if (found === undefined) at++;
    else {
      pieces.push(text.slice(from, at), becomes);
      at += found.length;
      from = at;
    }
  }
  return from === 0 ? text : pieces.join('') + text.slice(from);
}

/** Returns the place at which the next of the words stands, or -1. @param places - where each word stood last; updated */
function nextOf(lower: string, words: readonly string[], places: number[], from: number): number {
  let next = -1;
  for (const [index, word] of words.entries()) {
    // The short name is a part of the long one, so it is found first.
    let at = numberAt(places, index);
    if (at >= 0 && at < from) at = places[index] = lower.indexOf(word, from);
    if (at >= 0 && (next < 0 || at < next)) next = at;
  }
  return next;
}

/** Whether no letter stands directly before or behind a place. Two units hold any one character. */
function isWholeWord(text: string, start: number, end: number): boolean {
  return !ENDS_IN_WORD.test(text.slice(Math.max(0, start - 2), start)) && !BEGINS_WORD.test(text.slice(end, end + 2));
}

function replaceByPattern(text: string, names: readonly string[], becomes: string): string {
  const words = names.map((name) => name.replace(/[\\^$.*+?()[\]{}|/]/gu, '\\$&'));
  return words.length === 0
    ? text
    : text.replace(new RegExp(`(?<![\\p{L}\\p{N}_-])(?:${words.join('|')})(?![\\p{L}\\p{N}_-])`, 'giu'), becomes);
}
