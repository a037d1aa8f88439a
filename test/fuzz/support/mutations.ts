import fc from 'fast-check';

/** One change to a file. Places are shares of its length, so that the change fits any file. */
export type Mutation =
  | { readonly kind: 'flip'; readonly place: number; readonly bit: number }
  | { readonly kind: 'put' | 'insert'; readonly place: number; readonly bytes: Uint8Array }
  | {
      readonly kind: 'delete' | 'double' | 'splice';
      readonly place: number;
      readonly length: number;
      readonly to: number;
    }
  | { readonly kind: 'truncate'; readonly place: number }
  | { readonly kind: 'duplicateKey'; readonly place: number; readonly key: string; readonly value: unknown };

const place = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
const length = fc.integer({ min: 1, max: 24 });
/** Bytes with a meaning in JSON, UTF-8, UTF-16 or gzip. */
const telling = fc
  .constantFrom<number[]>(
    [0x22],
    [0x5c],
    [0x7b],
    [0x7d],
    [0x5b],
    [0x5d],
    [0x2c],
    [0x3a],
    [0x00],
    [0x0a],
    [0x0d, 0x0a],
    [0x20],
    [0x5c, 0x75, 0x64, 0x38],
    [0xef, 0xbf, 0xbd],
    [0xef, 0xbb, 0xbf],
    [0xff, 0xfe],
    [0xed, 0xa0, 0x80],
    [0xf0, 0x9f],
    [0xc0, 0x80],
    [0xf4, 0x90, 0x80, 0x80],
    [0xe2, 0x80],
    [0x1f, 0x8b],
    [0x2d],
    [0x30, 0x31],
    [0x65],
  )
  .map((bytes) => Uint8Array.from(bytes));
const bytes = fc.oneof(telling, fc.uint8Array({ minLength: 1, maxLength: 6 }));
const knownKey = fc.constantFrom('script_name', 'name', 'exit_code', 'script_output', 'script_errors', 'script_error');

const mutation: fc.Arbitrary<Mutation> = fc.oneof(
  fc.record({ kind: fc.constant('flip' as const), place, bit: fc.integer({ min: 0, max: 7 }) }),
  fc.record({ kind: fc.constantFrom('put' as const, 'insert' as const), place, bytes }),
  fc.record({
    kind: fc.constantFrom('delete' as const, 'double' as const, 'splice' as const),
    place,
    length,
    to: place,
  }),
  fc.record({ kind: fc.constant('truncate' as const), place }),
  fc.record({ kind: fc.constant('duplicateKey' as const), place, key: knownKey, value: fc.jsonValue({ maxDepth: 1 }) }),
);

/** One to four changes, most often one: several changes hide each other. */
export const mutations: fc.Arbitrary<readonly Mutation[]> = fc.oneof(
  { weight: 3, arbitrary: fc.array(mutation, { minLength: 1, maxLength: 1 }) },
  { weight: 1, arbitrary: fc.array(mutation, { minLength: 2, maxLength: 4 }) },
);

/** Applies changes one after the other, without changing the original. */
export function mutate(original: Uint8Array, all: readonly Mutation[]): Buffer {
  return all.reduce(applyOne, Buffer.from(original));
}

function applyOne(file: Buffer, change: Mutation): Buffer {
  const at = Math.floor(change.place * file.length);
  const replace = (removed: number, added: Uint8Array): Buffer =>
    Buffer.concat([file.subarray(0, at), added, file.subarray(at + removed)]);
  switch (change.kind) {
    case 'flip':
      return replace(1, Uint8Array.of((file[at] ?? 0) ^ (1 << change.bit)));
    case 'put':
      return replace(change.bytes.length, change.bytes);
    case 'insert':
      return replace(0, change.bytes);
    case 'delete':
      return replace(change.length, Buffer.alloc(0));
    case 'double':
      return replace(0, file.subarray(at, at + change.length));
    case 'splice': {
      const from = Math.floor(change.to * file.length);
      return replace(change.length, file.subarray(from, from + change.length));
    }
    case 'truncate':
      return file.subarray(0, at);
    case 'duplicateKey': {
      const field = `${JSON.stringify(change.key)}:${JSON.stringify(change.value)}`;
      // Behind the opening brace, or before the closing one.
      const first = change.place < 0.5;
      const brace = first ? file.indexOf('{') : file.lastIndexOf('}');
      if (brace < 0) return file;
      const cut = brace + (first ? 1 : 0);
      return Buffer.concat([file.subarray(0, cut), Buffer.from(first ? `${field},` : `,${field}`), file.subarray(cut)]);
    }
  }
}
