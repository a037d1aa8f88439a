import { NORMALISE_RULES, ownPattern, PLAIN_RULES } from './normaliseRules.ts';
import type { NormaliseRules } from './normaliseRules.ts';

/*
 * A view shows a text in another way than it was received, e.g. read in another encoding. Each view has its own
 * document. Addresses and the links in notes contain the view's word, so the meaning of a word never changes.
 */

/** Encodings that tools write, or that programs use to capture text. */
export const CHARSETS = [
  'utf8',
  'utf16',
  'cp437',
  'cp850',
  'cp852',
  'cp857',
  'cp866',
  'cp932',
  'cp936',
  'windows1250',
  'windows1251',
  'windows1252',
  'windows1254',
] as const;
export type Charset = (typeof CHARSETS)[number];

/**
 * Views with a single name. The names of all other views consist of two encodings, or of `normalised` and some rules.
 */
export const NAMED_VIEWS = [...CHARSETS, 'clixml', 'terminal', 'normalised'] as const;
export type NamedView = (typeof NAMED_VIEWS)[number];

/** A text written in one encoding and read as another, such as `utf8-as-cp850`. */
export interface Misreading {
  readonly written: Charset;
  readonly readAs: Charset;
}

/** One or two misreadings, in the order of undoing them: `utf8-as-cp850`, `utf8-as-windows1252.utf8-as-cp850`. */
export type ReadingView = `${string}-as-${string}`;

/**
 * `normalised.host.times` applies only the rules `host` and `times`. `normalised` applies the first four rules.
 * `own-` before Base64url names an expression of the user.
 */
type NormalisedView = 'normalised' | `normalised.${string}`;

export type TextView = NamedView | ReadingView | NormalisedView;

/** Begins the name of a rule that is an expression of the user. */
const OWN = 'own-';

/** Maximum number of misreadings in a row. A misread text can be misread again, but more than two were never seen. */
const MAX_STEPS = 2;

/** Reads the view's word from an address. @returns undefined for any other word */
export function parseTextView(word: string | null): TextView | undefined {
  const named = NAMED_VIEWS.find((known) => known === word);
  if (named !== undefined || word === null) return named;
  const rules = normaliseRulesOf(word);
  if (rules !== undefined) return word === normalisedView(rules) ? word : undefined;
  return misreadingsOf(word) === undefined ? undefined : (word as ReadingView);
}

/** Returns the misreadings that a view undoes, in the order of undoing; undefined for a view of another kind. */
export function misreadingsOf(view: string): readonly Misreading[] | undefined {
  const words = view.split('.');
  const steps = words.flatMap((word) => {
    const [written, readAs, ...rest] = word.split('-as-');
    const step = { written: findCharset(written), readAs: findCharset(readAs) };
    const isWhole = step.written !== undefined && step.readAs !== undefined && rest.length === 0;
    return isWhole && written !== readAs ? [step as Misreading] : [];
  });
  return steps.length === words.length && steps.length <= MAX_STEPS ? steps : undefined;
}

/** Returns the view that undoes these misreadings. */
export function readingOf(steps: readonly Misreading[]): ReadingView {
  return steps.map(({ written, readAs }) => `${written}-as-${readAs}`).join('.') as ReadingView;
}

/** Returns the rules that a `normalised` view applies; undefined for a view of another kind. */
export function normaliseRulesOf(view: string): NormaliseRules | undefined {
  const [word, ...rules] = view.split('.');
  if (word !== 'normalised') return undefined;
  const named: readonly string[] = rules.length === 0 ? PLAIN_RULES : rules;
  const has = (rule: string): boolean => named.includes(rule);
  const own = named.find((rule) => rule.startsWith(OWN))?.slice(OWN.length);
  const expression = own === undefined ? undefined : Buffer.from(own, 'base64url').toString();
  if (expression !== undefined && ownPattern(expression) === undefined) return undefined;
  return {
    host: has('host'),
    times: has('times'),
    pids: has('pids'),
    guids: has('guids'),
    numbers: has('numbers'),
    ...(expression === undefined ? {} : { own: expression }),
  };
}

/** Returns the view that applies the rules. */
export function normalisedView(rules: NormaliseRules): NormalisedView {
  const own = rules.own === undefined ? [] : [`${OWN}${Buffer.from(rules.own).toString('base64url')}`];
  const chosen = [...NORMALISE_RULES.filter((rule) => rules[rule]), ...own];
  if (chosen.join('.') === PLAIN_RULES.join('.')) return 'normalised';
  return `normalised.${chosen.length === 0 ? 'none' : chosen.join('.')}`;
}

function findCharset(word: string | undefined): Charset | undefined {
  return CHARSETS.find((known) => known === word);
}
