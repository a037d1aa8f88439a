import { unitAt } from '../text/units.ts';
import { CYRILLIC_ALPHABETS, LATIN_ALPHABETS, RUSSIAN } from './alphabets.ts';
import { tablesOf } from './doubleBytePages.ts';

/** Kinds of UTF-16 units, as a reader distinguishes them. */
const Kind = {
  plain: 0,
  sign: 1,
  asciiLower: 2,
  asciiUpper: 3,
  latinLower: 4,
  latinUpper: 5,
  cyrillicLower: 6,
  cyrillicUpper: 7,
  greek: 8,
  kana: 9,
  commonHan: 10,
  rareHan: 11,
  otherLetter: 12,
  punctuation: 13,
  symbol: 14,
  unit: 15,
  box: 16,
  apostrophe: 17,
  never: 18,
} as const;
type Kind = (typeof Kind)[keyof typeof Kind];

let kinds: Uint8Array | undefined;

/** A color mark. The letter after it begins a word. */
const COLOUR = new RegExp(String.raw`\x1b\[[\d;]{0,20}m`, 'gu');

/**
 * Measures how unlike a text is to the texts that people and programs write. 0 means that nothing is odd. Odd signs
 * are: letters of several languages or writing systems in a word, capitals after small letters, symbols inside words,
 * and characters that nobody writes. Compare only texts that were decoded from the same bytes.
 */
export function measureOddness(written: string): number {
  const text = written.includes('\x1b[') ? written.replace(COLOUR, ' ') : written;
  const table = (kinds ??= createKinds());
  const latin = new Missing(LATIN_ALPHABETS);
  const cyrillic = new Missing(CYRILLIC_ALPHABETS.map((letters) => ({ letters, rarity: NEIGHBOUR })));
  let odd = 0;
  let boxes = 0;
  let beforeBoxes: Kind = Kind.plain;
  let before: Kind = Kind.plain;
  let kind = kindAt(table, text, 0);
  for (let at = 0; at < text.length; at++) {
    const behind = kindAt(table, text, at + 1);
    // The symbols of square and cubic meters are not odd.
    if (kind === Kind.unit && text.charAt(at - 1) === 'm') kind = Kind.plain;
    if (kind !== Kind.plain) odd += oddnessOf(kind, before, behind);
    if (kind === Kind.latinLower || kind === Kind.latinUpper) latin.note(text.charAt(at));
    else if (kind === Kind.cyrillicLower || kind === Kind.cyrillicUpper) {
      if (!RUSSIAN.includes(text.charAt(at).toLowerCase())) cyrillic.note(text.charAt(at));
    }
    if (kind === Kind.box) boxes++;
    if (boxes > 0 && behind !== Kind.box) {
      const isLine = boxes > 1 && text.charAt(at) === text.charAt(at - 1);
      odd += oddnessOfBoxes(boxes, isLine, Number(isLetter(beforeBoxes)) + Number(isLetter(behind)));
      boxes = 0;
    }
    if (kind !== Kind.box) beforeBoxes = kind;
    before = kind;
    kind = behind;
  }
  return odd + latin.least() + cyrillic.least();
}

const CAPITAL_INSIDE = 15;
const SMALL_BETWEEN_CAPITALS = 8;
const OTHER_SCRIPT = 15;
const FOREIGN_LETTER = 8;
const SIGN_INSIDE = 8;
const NEVER_WRITTEN = 30;
/** Oddness that is added to a Cyrillic text in another language than Russian. */
const NEIGHBOUR = 2;

/** Counts, for each alphabet, the letters of a text that it lacks. */
class Missing {
  readonly #alphabets: { readonly letters: string; readonly rarity: number; count: number }[];
  #isUsed = false;

  constructor(alphabets: readonly { readonly letters: string; readonly rarity: number }[]) {
    this.#alphabets = alphabets.map(({ letters, rarity }) => ({ letters, rarity, count: 0 }));
  }

  note(letter: string): void {
    this.#isUsed = true;
    const small = letter.toLowerCase();
    for (const alphabet of this.#alphabets) {
      if (!alphabet.letters.includes(small) && !alphabet.letters.includes(letter)) alphabet.count++;
    }
  }

  /** Returns the oddness of the letters, measured with the alphabet that fits best. */
  least(): number {
    if (!this.#isUsed) return 0;
    return Math.min(...this.#alphabets.map(({ rarity, count }) => rarity + FOREIGN_LETTER * count));
  }
}

function oddnessOf(kind: Kind, before: Kind, behind: Kind): number {
  const touches = Number(isLetter(before)) + Number(isLetter(behind));
  const isWithOwn = before === kind || behind === kind;
  switch (kind) {
    case Kind.asciiUpper:
      return before === Kind.latinLower ? CAPITAL_INSIDE : 0;
    case Kind.sign:
      return touches === 2 && (before > Kind.asciiUpper || behind > Kind.asciiUpper) ? SIGN_INSIDE : 0;
    case Kind.latinLower:
      if (isOtherScript(before, Kind.asciiLower, Kind.latinUpper)) return OTHER_SCRIPT;
      return isCapital(before) && isCapital(behind) ? SMALL_BETWEEN_CAPITALS : 0;
    case Kind.latinUpper:
      if (before === Kind.asciiLower || before === Kind.latinLower) return CAPITAL_INSIDE;
      return isOtherScript(before, Kind.asciiLower, Kind.latinUpper) ? OTHER_SCRIPT : 0;
    case Kind.cyrillicLower:
    case Kind.cyrillicUpper: {
      if (isOtherScript(before, Kind.cyrillicLower, Kind.cyrillicUpper)) return OTHER_SCRIPT;
      if (kind === Kind.cyrillicUpper && before === Kind.cyrillicLower) return CAPITAL_INSIDE;
      return touches === 0 ? 1 : 0;
    }
    case Kind.greek:
      return isWithOwn ? 0 : 12;
    case Kind.kana:
      return touches === 0 ? 2 : 0;
    case Kind.commonHan:
      if (before === Kind.asciiLower || behind === Kind.asciiLower) return 8;
      if (before === Kind.asciiUpper || behind === Kind.asciiUpper) return 3;
      return touches > 0 ? 0 : 2;
    case Kind.rareHan:
      if (before === Kind.asciiLower || behind === Kind.asciiLower) return 12;
      return isHan(before) || isHan(behind) ? 5 : 10;
    case Kind.otherLetter:
      return isWithOwn ? 3 : 10;
    case Kind.punctuation:
      return touches === 2 ? 10 : 1;
    case Kind.apostrophe:
      return 1;
    case Kind.unit:
      if (touches === 2) return 18;
      return isLetter(before) ? 9 : 2;
    case Kind.symbol:
      return touches === 2 ? 18 : 3 + 6 * touches;
    case Kind.never:
      return NEVER_WRITTEN;
    default:
      return 0;
  }
}

/**
 * Returns the oddness of a row of box characters. The lines of a table are beside words, not inside them. Box
 * characters of a wrong reading are inside words.
 */
function oddnessOfBoxes(count: number, isLine: boolean, touches: number): number {
  if (touches === 2) return 12 * count;
  if (touches === 0 || isLine) return 0;
  return count > 1 ? 8 : 2;
}

function isCapital(kind: Kind): boolean {
  return kind === Kind.asciiUpper || kind === Kind.latinUpper;
}

function isHan(kind: Kind): boolean {
  return kind === Kind.commonHan || kind === Kind.rareHan;
}

function isLetter(kind: Kind): boolean {
  return kind >= Kind.asciiLower && kind <= Kind.otherLetter;
}

/** Whether a unit is a letter of a kind outside this range. */
function isOtherScript(kind: Kind, first: Kind, last: Kind): boolean {
  return isLetter(kind) && (kind < first || kind > last);
}

/** Returns the kind of a unit. Nothing odd stands after the end. */
function kindAt(table: Uint8Array, text: string, at: number): Kind {
  return (table[text.charCodeAt(at)] ?? Kind.plain) as Kind;
}

const PATTERNS: readonly (readonly [kind: Kind, pattern: RegExp])[] = [
  [Kind.plain, /[\t\n\v\f\r -@]/u],
  [Kind.sign, /[[-`{-~]/u],
  [Kind.unit, /[\u00b2\u00b3\u00b5\u00b1\u00bd\u00bc\u00be\u00d7]/u],
  [Kind.asciiLower, /[a-z]/u],
  [Kind.asciiUpper, /[A-Z]/u],
  [Kind.never, /[\p{Cc}\p{Cn}\p{Co}\p{Cs}\ufffd]/u],
  [Kind.apostrophe, /[\u2019\u00a0\u2013\u2014\u2022\u00b7\u200b\ufeff]/u],
  [Kind.punctuation, /[\u00ab\u00bb\u2018\u201a-\u201f\u2026\u00b0\u00a7\u20ac\u2116\u00a9\u00ae\u2122]/u],
  [Kind.plain, /[\u3000-\u3011\u30fb\u30fc\uff01-\uff20\uff3b-\uff40\uff5b-\uff5e]/u],
  // Corners of a single and a double line. Very few programs draw them.
  [
    Kind.symbol,
    /[\u2552\u2553\u2555\u2556\u2558\u2559\u255b\u255c\u255e\u255f\u2561\u2562\u2564\u2565\u2567\u2568\u256a\u256b]/u,
  ],
  [Kind.box, /[\u2500-\u25ff]/u],
  [Kind.kana, /[\u3041-\u30fa\u30fd-\u30ff]/u],
  [Kind.rareHan, /\p{Script=Han}/u],
  [Kind.otherLetter, /[\uff61-\uff9f]/u],
  [Kind.greek, /\p{Script=Greek}/u],
];

function createKinds(): Uint8Array {
  const table = new Uint8Array(0x10000);
  for (let unit = 0; unit < table.length; unit++) {
    const character = String.fromCharCode(unit);
    table[unit] = PATTERNS.find(([, pattern]) => pattern.test(character))?.[0] ?? kindOfOther(character);
  }
  // ESC begins color marks, so it is not odd.
  table[0x1b] = Kind.plain;
  for (const unit of commonHan()) table[unit] = Kind.commonHan;
  // Surrogates. Their characters are symbols and letters that tools write.
  table.fill(Kind.symbol, 0xd83c, 0xd83f);
  table.fill(Kind.plain, 0xdc00, 0xe000);
  return table;
}

function kindOfOther(character: string): Kind {
  const isLower = /\p{Ll}/u.test(character);
  if (/\p{Script=Latin}/u.test(character) && /[\u00c0-\u021b]/u.test(character)) {
    return isLower ? Kind.latinLower : Kind.latinUpper;
  }
  if (/[\u0400-\u04ff]/u.test(character)) return isLower ? Kind.cyrillicLower : Kind.cyrillicUpper;
  return /[\p{L}\p{M}]/u.test(character) ? Kind.otherLetter : Kind.symbol;
}

/** Returns the characters that each standard lists first. They are in common use. */
function commonHan(): readonly number[] {
  const rows = (page: 'cp932' | 'cp936', first: number, last: number, trail: number): readonly number[] => {
    const { pairs } = tablesOf(page);
    return Array.from({ length: (last - first + 1) * 256 }, (_, at) => first * 256 + at)
      .filter((code) => (code & 0xff) >= trail)
      .map((code) => unitAt(pairs, code));
  };
  return [
    ...rows('cp932', 0x89, 0x97, 0x40),
    ...rows('cp932', 0x88, 0x88, 0x9f),
    ...rows('cp936', 0xb0, 0xd7, 0xa1),
  ].filter((unit) => unit > 0x4dff && unit < 0xa000);
}
