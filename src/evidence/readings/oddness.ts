import { LATIN_ALPHABETS, RUSSIAN } from './alphabets.ts';
import { tablesOf } from './doubleBytePages.ts';

/** What a unit is to somebody who reads. */
const Kind = {
  plain: 0,
  asciiLower: 1,
  asciiUpper: 2,
  latinLower: 3,
  latinUpper: 4,
  cyrillicLower: 5,
  cyrillicUpper: 6,
  greek: 7,
  kana: 8,
  commonHan: 9,
  rareHan: 10,
  otherLetter: 11,
  punctuation: 12,
  symbol: 13,
  box: 14,
  apostrophe: 15,
  never: 16,
} as const;
type Kind = (typeof Kind)[keyof typeof Kind];

let kinds: Uint8Array | undefined;

/**
 * Measures how little a text looks like what people and programs write: letters of several languages or scripts in a
 * word, capitals behind small letters, symbols inside of words, characters that nothing writes. Only texts that were made
 * of the same bytes can be compared by it. 0: nothing is odd.
 */
export function measureOddness(text: string): number {
  const table = (kinds ??= createKinds());
  const missing = new Uint32Array(LATIN_ALPHABETS.length);
  let odd = 0;
  let hasLatin = false;
  let boxes = 0;
  let beforeBoxes: Kind = Kind.plain;
  let before: Kind = Kind.plain;
  let kind = kindAt(table, text, 0);
  for (let at = 0; at < text.length; at++) {
    const behind = at + 1 < text.length ? kindAt(table, text, at + 1) : Kind.plain;
    if (kind > Kind.asciiUpper) odd += oddnessOf(kind, before, behind, text.charCodeAt(at));
    if (kind === Kind.asciiUpper && before === Kind.latinLower) odd += CAPITAL_INSIDE;
    if (kind === Kind.latinLower || kind === Kind.latinUpper) {
      hasLatin = true;
      noteMissing(text.charAt(at), missing);
    }
    if (kind === Kind.box) boxes++;
    if (boxes > 0 && behind !== Kind.box) {
      odd += boxes * oddnessOfBoxes(boxes, isLetter(beforeBoxes), isLetter(behind));
      boxes = 0;
    }
    if (kind !== Kind.box) beforeBoxes = kind;
    before = kind;
    kind = behind;
  }
  return (
    odd +
    (hasLatin ? Math.min(...LATIN_ALPHABETS.map(({ rarity }, at) => rarity + FOREIGN_LETTER * (missing[at] ?? 0))) : 0)
  );
}

const CAPITAL_INSIDE = 15;
const OTHER_SCRIPT = 15;
const FOREIGN_LETTER = 8;
const NEVER_WRITTEN = 30;

function oddnessOf(kind: Kind, before: Kind, behind: Kind, unit: number): number {
  const touches = Number(isLetter(before)) + Number(isLetter(behind));
  switch (kind) {
    case Kind.latinLower:
      return isOtherScript(before, Kind.asciiLower, Kind.latinUpper) ? OTHER_SCRIPT : 0;
    case Kind.latinUpper:
      if (before === Kind.asciiLower || before === Kind.latinLower) return CAPITAL_INSIDE;
      return isOtherScript(before, Kind.asciiLower, Kind.latinUpper) ? OTHER_SCRIPT : 1;
    case Kind.cyrillicLower:
    case Kind.cyrillicUpper: {
      const script = isOtherScript(before, Kind.cyrillicLower, Kind.cyrillicUpper) ? OTHER_SCRIPT : 0;
      const capital = kind === Kind.cyrillicUpper && before === Kind.cyrillicLower ? CAPITAL_INSIDE : 0;
      const alone = touches === 0 ? 4 : 0;
      return (
        script + capital + alone + (RUSSIAN.includes(String.fromCharCode(unit).toLowerCase()) ? 0 : FOREIGN_LETTER)
      );
    }
    case Kind.greek:
      return before === Kind.greek || behind === Kind.greek ? 3 : 12;
    case Kind.kana:
      return touches === 0 ? 2 : 0;
    case Kind.commonHan:
      if (before === Kind.asciiLower || behind === Kind.asciiLower) return 8;
      if (before === Kind.asciiUpper || behind === Kind.asciiUpper) return 3;
      return touches > 0 ? 0 : 2;
    case Kind.rareHan:
    case Kind.otherLetter:
      return 10;
    case Kind.punctuation:
      return touches === 2 ? 10 : 1;
    case Kind.apostrophe:
      return 1;
    case Kind.symbol:
      return [3, 9, 18][touches] ?? 0;
    case Kind.never:
      return NEVER_WRITTEN;
    default:
      return 0;
  }
}

/** Lines of a table stand beside words, one at a time; those of a wrong reading stand inside of words. */
function oddnessOfBoxes(count: number, isBehindLetter: boolean, isBeforeLetter: boolean): number {
  if (isBehindLetter && isBeforeLetter) return 12;
  return count > 1 && (isBehindLetter || isBeforeLetter) ? 4 : 0;
}

function isLetter(kind: Kind): boolean {
  return kind >= Kind.asciiLower && kind <= Kind.otherLetter;
}

/** Whether a letter is of none of the kinds between these two. */
function isOtherScript(kind: Kind, first: Kind, last: Kind): boolean {
  return isLetter(kind) && (kind < first || kind > last);
}

function noteMissing(letter: string, missing: Uint32Array): void {
  const small = letter.toLowerCase();
  for (const [at, { letters }] of LATIN_ALPHABETS.entries()) {
    if (!letters.includes(small) && !letters.includes(letter)) missing[at] = (missing[at] ?? 0) + 1;
  }
}

function kindAt(table: Uint8Array, text: string, at: number): Kind {
  return (table[text.charCodeAt(at)] ?? Kind.never) as Kind;
}

const PATTERNS: readonly (readonly [kind: Kind, pattern: RegExp])[] = [
  [Kind.plain, /[\t\n\v\f\r -@[-`{-~]/u],
  [Kind.asciiLower, /[a-z]/u],
  [Kind.asciiUpper, /[A-Z]/u],
  [Kind.never, /[\p{Cc}\p{Cn}\p{Co}\p{Cs}\ufffd]/u],
  [Kind.apostrophe, /[\u2019\u00a0\u2013\u2014\u2022\u00b7\u200b\ufeff]/u],
  [Kind.punctuation, /[\u00ab\u00bb\u2018\u201a-\u201f\u2026\u00b0\u00a7\u20ac\u2116\u00a9\u00ae\u2122]/u],
  [Kind.plain, /[\u3000-\u3011\u30fb\u30fc\uff01-\uff20\uff3b-\uff40\uff5b-\uff5e]/u],
  // Corners of a single and a double line: hardly anything draws them.
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
  // What colours begin with.
  table[0x1b] = Kind.plain;
  for (const unit of commonHan()) table[unit] = Kind.commonHan;
  // Halves of pairs: characters beyond the first plane are signs and letters that tools write.
  table.fill(Kind.symbol, 0xd83c, 0xd83f);
  table.fill(Kind.plain, 0xdc00, 0xe000);
  return table;
}

function kindOfOther(character: string): Kind {
  const isLower = /\p{Ll}/u.test(character);
  if (/\p{Script=Latin}/u.test(character) && /[\u00c0-\u021b]/u.test(character)) {
    return isLower ? Kind.latinLower : Kind.latinUpper;
  }
  if (/[\u0400-\u0491]/u.test(character)) return isLower ? Kind.cyrillicLower : Kind.cyrillicUpper;
  return /[\p{L}\p{M}]/u.test(character) ? Kind.otherLetter : Kind.symbol;
}

/** The characters that each standard puts first, as those that are in use. */
function commonHan(): readonly number[] {
  const rows = (page: 'cp932' | 'cp936', first: number, last: number, trail: number): readonly number[] => {
    const { pairs } = tablesOf(page);
    return Array.from({ length: (last - first + 1) * 256 }, (_, at) => first * 256 + at)
      .filter((code) => (code & 0xff) >= trail)
      .map((code) => pairs[code] ?? 0);
  };
  return [
    ...rows('cp932', 0x89, 0x97, 0x40),
    ...rows('cp932', 0x88, 0x88, 0x9f),
    ...rows('cp936', 0xb0, 0xd7, 0xa1),
  ].filter((unit) => unit > 0x4dff && unit < 0xa000);
}
