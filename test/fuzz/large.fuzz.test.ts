import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { decodeResult } from '../../src/evidence/decode/decode.ts';
import type { DecodeChange } from '../../src/evidence/decode/transcript.ts';
import { hashText } from '../../src/base/hashText.ts';
import { LargeReader } from '../../src/evidence/large/largeReader.ts';
import type { LargeResult, ReadText } from '../../src/evidence/large/largeReader.ts';
import { SectionWriter } from '../../src/evidence/large/sectionWriter.ts';
import type { Section } from '../../src/evidence/large/sectionWriter.ts';
import { countErrorLines, measureText } from '../../src/evidence/text/textFacts.ts';
import { findParts } from '../../src/evidence/text/textParts.ts';
import type { PartLimits } from '../../src/evidence/text/textParts.ts';
import { mutate, mutations } from './support/mutations.ts';
import { ordinaryResult, toStoredBytes, writtenResult } from './support/results.ts';
import { describeSeed, times } from './support/settings.ts';
import { anyText } from './support/texts.ts';

const RUNS = 6_000;

/** Sizes of the pieces in which a file arrives. */
const stretches = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 20 });
const partLimits: fc.Arbitrary<PartLimits> = fc.record({
  units: fc.integer({ min: 2, max: 30 }),
  lines: fc.integer({ min: 1, max: 6 }),
});

/** Errors made of CLIXML marks and other pieces, all of whole characters. The test cuts them anywhere. */
const errorText = fc
  .array(fc.constantFrom('#< CLIXML', '<S S="Error">', '</S>', '</Objs>', '\r\n', '\n', 'oops', ' ', '\0', '<Obj'))
  .map((pieces) => pieces.join(''));

suite(`results that are read in stretches (${describeSeed})`, () => {
  test('an ordinary one is what decodeResult says', () => {
    fc.assert(
      fc.property(ordinaryResult, stretches, partLimits, (written, sizes, limits) => {
        const bytes = toStoredBytes({ ...written, style: { ...written.style, gzip: false } });
        assert.ok(compare(bytes, sizes, limits));
      }),
      times(RUNS),
    );
  });

  test('a mutated one, too, or it is refused for the same reason', () => {
    let accepted = 0;
    fc.assert(
      fc.property(writtenResult, mutations, stretches, partLimits, (written, changes, sizes, limits) => {
        const plain = toStoredBytes({ ...written, style: { ...written.style, gzip: false } });
        if (compare(mutate(plain, changes), sizes, limits)) accepted++;
      }),
      times(RUNS),
    );
    const share = accepted / times(RUNS).numRuns;
    assert.ok(share > 0.1 && share < 0.8, `${share} of all were accepted: the mutations test one side only`);
  });

  test('the parts of a text are those of the whole, and so are its measures', () => {
    fc.assert(
      fc.property(fc.oneof(anyText, errorText), stretches, partLimits, (text, sizes, limits) => {
        const parts: Section[] = [];
        const writer = new SectionWriter((part) => parts.push(part), limits);
        for (const [from, to] of cuts(text.length, sizes)) writer.add(text.slice(from, to));
        const { sha256, bytes, sayingLines, facts } = writer.end();
        assert.equal(joined(parts), text);
        assert.deepEqual(
          parts.map(({ text: part, first, lastLine }) => ({ part, first, lastLine })),
          findParts(text, limits).map(({ start, end, first, lastLine }) => {
            return { part: text.slice(start, end), first, lastLine };
          }),
        );
        assert.deepEqual(facts, measureText(text));
        assert.equal(sha256, hashText(text));
        assert.equal(bytes, Buffer.byteLength(text));
        assert.equal(sayingLines, countErrorLines(text));
      }),
      times(RUNS),
    );
  });
});

/** @returns whether there is a transcript */
function compare(file: Uint8Array, sizes: readonly number[], limits: PartLimits): boolean {
  const whole = decodeResult(file);
  const { result, parts } = read(file, sizes, limits);
  const packed = file[0] === 0x1f && file[1] === 0x8b;
  if (packed) {
    assert.deepEqual(result.rejection, { reason: 'tooLarge' });
    return false;
  }
  if (file.length === 0) return false;
  assert.equal(result.rejection?.reason, whole.rejection?.reason);
  assert.equal(result.encoding, whole.encoding);
  if (whole.transcript === undefined) return false;
  const { scriptName, exitCode, output, errors } = whole.transcript;
  assert.equal(result.transcript?.scriptName, scriptName);
  assert.equal(result.transcript?.exitCode, exitCode);
  const textOf = (text: ReadText | undefined): string =>
    text === undefined ? '' : joined(parts.get(text.source) ?? []);
  assert.equal(textOf(result.transcript?.output), output);
  assert.equal(textOf(result.transcript?.errors), errors);
  assert.deepEqual(byKind(result.changes), byKind(whole.changes));
  return true;
}

function read(
  file: Uint8Array,
  sizes: readonly number[],
  limits: PartLimits,
): { readonly result: LargeResult; readonly parts: ReadonlyMap<number, readonly Section[]> } {
  const parts = new Map<number, Section[]>();
  const reader = new LargeReader((source, part) => {
    parts.set(source, [...(parts.get(source) ?? []), part]);
  }, limits);
  for (const [from, to] of cuts(file.length, sizes)) reader.add(file.subarray(from, to));
  return { result: reader.end(), parts };
}

function cuts(length: number, sizes: readonly number[]): [from: number, to: number][] {
  const found: [number, number][] = [];
  for (let from = 0, at = 0; from < length; at++) {
    const to = Math.min(length, from + (sizes[at % sizes.length] ?? 1));
    found.push([from, to]);
    from = to;
  }
  return found;
}

function joined(parts: readonly Section[]): string {
  return parts.map(({ text, lineEnd }) => text + lineEnd).join('');
}

function byKind(changes: readonly DecodeChange[]): Record<string, DecodeChange> {
  return Object.fromEntries(changes.map((change) => [change.kind, change]));
}
