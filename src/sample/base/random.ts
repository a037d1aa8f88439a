/**
 * A small seeded generator. It makes the sample tenant the same on every machine and in every run.
 *
 * Not for secrets: all its values are public sample data.
 */
export interface Random {
  /** Returns a number in [0, 1). */
  readonly next: () => number;
  /** Returns an integer from `low` to `high`, both included. */
  readonly int: (low: number, high: number) => number;
  /** Returns a random element of `items`, which must not be empty. */
  readonly pick: <T>(items: readonly T[]) => T;
  /** Returns `length` lower-case hexadecimal digits. */
  readonly hex: (length: number) => string;
  /** Returns `length` bytes. */
  readonly bytes: (length: number) => Uint8Array<ArrayBuffer>;
  /** Returns a lower-case version 4 GUID. */
  readonly guid: () => string;
}

/** Returns the 32-bit FNV-1a hash of a text's UTF-16 code units. All sample data is generated from such hashes. */
export function hashText(text: string): number {
  let hash = 0x811c9dc5;
  for (let position = 0; position < text.length; position += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(position), 0x01000193);
  }
  return hash >>> 0;
}

/** Creates a generator (mulberry32) whose sequence depends only on `seed`. */
export function createRandom(seed: string): Random {
  let state = hashText(seed);
  const word = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
  const next = (): number => word() / 0x1_0000_0000;
  const int = (low: number, high: number): number => low + Math.floor(next() * (high - low + 1));
  const hex = (length: number): string => {
    let digits = '';
    while (digits.length < length) {
      digits += word().toString(16).padStart(8, '0');
    }
    return digits.slice(0, length);
  };
  return {
    next,
    int,
    hex,
    pick: <T>(items: readonly T[]): T => {
      const item = items[int(0, items.length - 1)];
      if (item === undefined) {
        throw new RangeError('nothing to pick from');
      }
      return item;
    },
    bytes: (length) => {
      const bytes = new Uint8Array(length);
      for (let position = 0; position < length; position += 1) {
        bytes[position] = word() & 0xff;
      }
      return bytes;
    },
    guid: () => {
      const digits = hex(32);
      const variant = ((parseInt(digits.charAt(16), 16) & 0x3) | 0x8).toString(16);
      return [
        digits.slice(0, 8),
        digits.slice(8, 12),
        `4${digits.slice(13, 16)}`,
        `${variant}${digits.slice(17, 20)}`,
        digits.slice(20),
      ].join('-');
    },
  };
}
