import fc from 'fast-check';
import type { HttpAnswer } from '../../../src/defender/transport.ts';

/** A structural change: the node of the value (a share of all), and its new value, or `undefined` to remove it. */
export interface Edit {
  readonly node: number;
  readonly kind: 'replace' | 'remove' | 'addKey' | 'rename' | 'wrap';
  readonly value: unknown;
  readonly key: string;
}

const key = fc.oneof(
  fc.string(),
  fc.constantFrom('__proto__', 'constructor', 'toString', 'value', 'error', 'id', '@odata.nextLink', 'index', 'status'),
);
const value = fc.oneof(
  fc.jsonValue({ maxDepth: 2 }),
  fc.constantFrom<unknown>('', 'Unheard', -1, 0.5, 2 ** 53, null, [], {}, [null], 'https://x/?sig=s'),
);

/** One to three structural changes of an answer. */
export const edits: fc.Arbitrary<readonly Edit[]> = fc.array(
  fc.record({
    node: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
    kind: fc.constantFrom('replace', 'remove', 'addKey', 'rename', 'wrap'),
    value,
    key,
  }),
  { minLength: 1, maxLength: 3 },
);

/** Applies structural changes to JSON without changing the original. */
export function editJson(original: unknown, all: readonly Edit[]): unknown {
  return all.reduce<unknown>((root, edit) => {
    const target = Math.floor(edit.node * countNodes(root));
    let seen = 0;
    const visit = (node: unknown): unknown => {
      if (seen++ === target) return change(node, edit);
      if (Array.isArray(node)) return node.map(visit);
      if (typeof node !== 'object' || node === null) return node;
      return Object.fromEntries(Object.entries(node).map(([name, held]) => [name, visit(held)]));
    };
    return visit(root);
  }, original);
}

function change(node: unknown, { kind, value: added, key: name }: Edit): unknown {
  if (kind === 'replace') return added;
  if (kind === 'wrap') return [node];
  if (Array.isArray(node)) return kind === 'remove' ? node.slice(1) : [...(node as unknown[]), added];
  if (typeof node !== 'object' || node === null) return added;
  const fields = Object.entries(node);
  if (kind === 'addKey') return Object.fromEntries([...fields, [name, added]]);
  return Object.fromEntries(kind === 'remove' ? fields.slice(1) : fields.map(([k, v], at) => [at === 0 ? name : k, v]));
}

function countNodes(node: unknown): number {
  if (typeof node !== 'object' || node === null) return 1;
  return 1 + Object.values(node).reduce<number>((sum, held) => sum + countNodes(held), 0);
}

/** Creates an answer as a transport delivers it, in pieces that end at these shares of its bytes. */
export function answerOf(
  bytes: Uint8Array,
  parts: Partial<Pick<HttpAnswer, 'status' | 'headers'>> & { readonly cuts?: readonly number[] } = {},
): HttpAnswer {
  const cuts = (parts.cuts ?? []).map((share) => Math.floor(share * bytes.length)).sort((a, b) => a - b);
  async function* body(): AsyncGenerator<Uint8Array, void, undefined> {
    let from = 0;
    for (const to of [...cuts, bytes.length]) {
      // A stream may deliver empty pieces, too.
      yield await Promise.resolve(bytes.subarray(from, to));
      from = to;
    }
  }
  return { status: parts.status ?? 200, headers: parts.headers ?? {}, body: body() };
}
