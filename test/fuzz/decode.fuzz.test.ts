import assert from 'node:assert/strict';
import { before, suite, test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { decodeResult } from '../../src/evidence/decode/decode.ts';
import type { DecodedResult } from '../../src/evidence/decode/decode.ts';
import { sampleScenarios } from '../../src/sample/data/catalogue.ts';
import { scenarioBytes, startTenant } from '../unit/sample/harness.ts';
import { mutate, mutations } from './support/mutations.ts';
import { readByTheBook, readUtf8 } from './support/oracle.ts';
import { ordinaryResult, toStoredBytes, writtenResult } from './support/results.ts';
import { describeSeed, samples, times } from './support/settings.ts';

const MUTATED_RUNS = 18_000;
const MUTATED_SAMPLE_RUNS = 2_000;
const PREFIX_RUNS = 2_000;
const VALID_RUNS = 2_000;
/** Limit for one decode. Decoding a few kB takes well under a millisecond, so this long is a hang. */
const HANG_MS = 60_000;
const MAX_HEAP_GROWTH = 32 * 1024 * 1024;

suite(`decoding results (${describeSeed})`, () => {
  const sampleFiles: Buffer[] = [];

  before(async () => {
    const { tenant } = startTenant();
    for (const name of Object.keys(sampleScenarios) as (keyof typeof sampleScenarios)[]) {
      const hasResult = !['liveRun', 'putFile', 'pendingOffline', 'timedOut', 'failedBeforeStart'].includes(name);
      const bytes = hasResult ? Buffer.from(await scenarioBytes(tenant, name)) : Buffer.alloc(0);
      if (bytes.length > 0 && bytes.length < 20_000) sampleFiles.push(bytes);
    }
    assert.ok(sampleFiles.length > 10);
  });

  test('the oracle reads UTF-8 as the standard does', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.nat(255), fc.constantFrom(0xe2, 0xed, 0xf0, 0xf4, 0x80, 0xa0, 0xbf))),
        (bytes) => {
          const file = Uint8Array.from(bytes);
          assert.equal(readUtf8(file, 0).text, new TextDecoder('utf-8', { ignoreBOM: true }).decode(file));
        },
      ),
      times(VALID_RUNS),
    );
  });

  test('a result in any encoding comes back as it was written', () => {
    fc.assert(
      fc.property(ordinaryResult, (written) => {
        const { controls, nonAscii } = written.style;
        // A lone surrogate can be stored only as an escape: every encoding has U+FFFD for it.
        const stored = (value: unknown): unknown =>
          typeof value === 'string' && controls === 'raw' && nonAscii === 'raw' ? value.toWellFormed() : value;
        const [scriptName, exitCode, output, errors] = written.fields.map(([, value]) => stored(value));
        const { transcript } = decodeResult(toStoredBytes(written));
        assert.deepEqual(transcript, { scriptName, exitCode, output, errors, otherKeys: {} });
      }),
      times(VALID_RUNS),
    );
  });

  test('a mutated result equals the oracle, or is refused as the oracle refuses it', async () => {
    let accepted = 0;
    const start = await collectedHeap();
    fc.assert(
      fc.property(writtenResult, mutations, (written, changes) => {
        if (agree(mutate(toStoredBytes(written), changes))) accepted++;
      }),
      times(MUTATED_RUNS),
    );
    const share = accepted / times(MUTATED_RUNS).numRuns;
    assert.ok(share > 0.1 && share < 0.8, `${share} of all were accepted: the mutations test one side only`);
    const growth = (await collectedHeap()) - start;
    assert.ok(growth < MAX_HEAP_GROWTH, `decoding kept ${growth} bytes`);
  });

  test('a mutated result of the sample tenant equals the oracle', () => {
    fc.assert(
      fc.property(fc.nat(), mutations, (which, changes) => {
        agree(mutate(sampleFiles[which % sampleFiles.length] ?? Buffer.alloc(0), changes));
      }),
      times(MUTATED_SAMPLE_RUNS),
    );
  });

  test('the beginning of a result is never a transcript, and is called cut off', () => {
    fc.assert(
      fc.property(writtenResult, fc.double({ min: 0, max: 1, noNaN: true }), (written, share) => {
        const plain = toStoredBytes({ ...written, style: { ...written.style, gzip: false } });
        // White space behind the last brace may be missing.
        const brace = plain.lastIndexOf('}');
        // Half a unit of UTF-16 is not text: no one can tell whether it was cut.
        const unit = written.style.encoding === 'utf-8' ? 1 : 2;
        const cut = plain.subarray(0, Math.floor((share * brace) / unit) * unit);
        const { transcript, rejection } = decodeResult(cut);
        assert.equal(transcript, undefined);
        if (cut.length > 4) assert.equal(rejection?.reason, 'truncated');
        const packed = gzipSync(plain);
        const packedCut = packed.subarray(0, Math.floor(share * packed.length));
        if (share === 1) return;
        assert.equal(decodeResult(packedCut).transcript, undefined);
        if (packedCut.length > 2) assert.equal(decodeResult(packedCut).rejection?.reason, 'truncated');
      }),
      times(PREFIX_RUNS),
    );
  });

  test('no bytes at all make it throw', () => {
    for (const bytes of samples(fc.uint8Array({ maxLength: 200 }), VALID_RUNS)) agree(Buffer.from(bytes));
  });
});

/** @returns whether there is a transcript */
function agree(file: Buffer): boolean {
  const start = performance.now();
  const result = decodeResult(file);
  const took = performance.now() - start;
  assert.ok(took < HANG_MS, `decoding ${file.length} bytes took ${took} ms`);
  const verdict = readByTheBook(file);
  assert.deepEqual(result.transcript, verdict.transcript);
  assert.equal(result.encoding, verdict.encoding);
  const sides = [result.transcript, result.rejection].filter((side) => side !== undefined);
  assert.equal(sides.length, 1);
  const reason = result.rejection?.reason;
  assert.equal(reason === 'truncated', verdict.cut, `refused as ${reason ?? ''}`);
  if (reason !== undefined) return false;
  assert.deepEqual(changesOf(result), verdict.changes);
  return true;
}

function changesOf({ changes }: DecodedResult): Record<string, unknown> {
  const byKind = Object.fromEntries(changes.map(({ kind, ...rest }) => [kind, rest]));
  assert.equal(Object.keys(byKind).length, changes.length, 'a kind is reported twice');
  return byKind;
}

async function collectedHeap(): Promise<number> {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  // Buffers are freed after the garbage collection, in a turn of their own.
  for (let turn = 0; turn < 3; turn++) {
    collect();
    await setImmediate();
  }
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}
