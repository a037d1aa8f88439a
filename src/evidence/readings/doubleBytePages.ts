import { textAt } from '../../base/atIndex.ts';
/* Windows code pages whose characters have one or two bytes. Their tables are read from Node's decoder once. */

/** Value for a character or a code that a page lacks. */
export const NONE = 0;

const PAGES = {
  cp932: {
    label: 'shift_jis',
    // If a page has two codes for a character, the first code is used. The bytes of the first code are characters in
    // more of the other encodings.
    leads: [...range(0x81, 0x9f), ...range(0xe0, 0xfc)],
    trails: [...range(0x40, 0x7e), ...range(0x80, 0xfc)],
    singles: [
      ...([
        [0x80, 0x80],
        [0xa0, 0xf8f0],
        [0xfd, 0xf8f1],
        [0xfe, 0xf8f2],
        [0xff, 0xf8f3],
      ] as const),
      ...range(0xa1, 0xdf).map((byte) => [byte, byte + 0xfec0] as const),
    ],
  },
  cp936: {
    label: 'gbk',
    leads: range(0x81, 0xfe),
    trails: [...range(0x40, 0x7e), ...range(0x80, 0xfe)],
    singles: [[0x80, 0x20ac]],
  },
} as const satisfies Record<
  string,
  {
    label: string;
    leads: readonly number[];
    trails: readonly number[];
    singles: readonly (readonly [byte: number, unit: number])[];
  }
>;

export type DoubleBytePage = keyof typeof PAGES;

/** The tables of a code page. */
export interface DoubleByteTables {
  /**
   * For each byte: the UTF-16 unit that the byte means by itself. {@link NONE} if it begins a pair, or means nothing.
   */
  readonly singles: Uint16Array;
  /** For each pair, at first byte × 256 + second byte: its UTF-16 unit, or {@link NONE}. */
  readonly pairs: Uint16Array;
  /**
   * For each UTF-16 unit: its byte, or its pair as first byte × 256 + second byte, or {@link NONE}. NUL is encoded as
   * itself.
   */
  readonly codes: Uint16Array;
}

const read = new Map<DoubleBytePage, DoubleByteTables>();

/** Whether an encoding uses one or two bytes for each character. */
export function isDoubleBytePage(name: string): name is DoubleBytePage {
  return Object.hasOwn(PAGES, name);
}

/** Returns the tables of a code page. */
export function tablesOf(page: DoubleBytePage): DoubleByteTables {
  const known = read.get(page);
  if (known !== undefined) return known;
  const tables = readTables(page);
  read.set(page, tables);
  return tables;
}

function readTables(page: DoubleBytePage): DoubleByteTables {
  const { label, leads, trails, singles: others } = PAGES[page];
  const decoder = new TextDecoder(label);
  const singles = new Uint16Array(0x100);
  const pairs = new Uint16Array(0x10000);
  const codes = new Uint16Array(0x10000);
  const learn = (code: number, unit: number, table: Uint16Array): void => {
    table[code] = unit;
    if (codes[unit] === NONE) codes[unit] = code;
  };
  for (let byte = 1; byte < 0x80; byte++) learn(byte, byte, singles);
  for (const [byte, unit] of others) learn(byte, unit, singles);
  for (const lead of leads) {
    // The decoder is called once for each first byte. A line end separates the pairs, because it is never a second
    // byte.
    const characters = decoder.decode(Uint8Array.from(trails.flatMap((trail) => [lead, trail, LINE_END]))).split('\n');
    for (const [at, trail] of trails.entries()) {
      const character = textAt(characters, at);
      if (character.length === 1 && character !== '\ufffd') learn(lead * 256 + trail, character.charCodeAt(0), pairs);
    }
  }
  return { singles, pairs, codes };
}

const LINE_END = 0x0a;

function range(first: number, last: number): readonly number[] {
  return Array.from({ length: last - first + 1 }, (_, at) => first + at);
}
