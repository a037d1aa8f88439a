import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { suite, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { decodeResult } from '../../src/evidence/decode/decode.ts';
import { resultJson } from '../unit/evidence/results.ts';

/** Returns letters and digits that compress badly: the packed file has about three quarters of their length. */
function noise(length: number): string {
  const blocks: string[] = [];
  for (let at = 0; at * 64 < length; at++) blocks.push(createHash('sha384').update(at.toString()).digest('base64url'));
  return blocks.join('').slice(0, length);
}

/** Returns the packed file, cut where the last four bytes look like a size that is too large but possible. */
function cutsThatClaim(packed: Uint8Array, most: number): Uint8Array[] {
  const cuts: Uint8Array[] = [];
  const view = new DataView(packed.buffer, packed.byteOffset);
  for (let end = packed.length - 1; end > 18 && cuts.length < most; end -= 9973) {
    for (let at = end; at > end - 9000 && at > 18; at--) {
      const claimed = view.getUint32(at - 4, true);
      if (claimed <= 128 * 1024 * 1024 || claimed > at * 1032) continue;
      cuts.push(packed.subarray(0, at));
      break;
    }
  }
  return cuts;
}

suite('a gzip file that was cut off (D3)', () => {
  for (const megabytes of [0.2, 1, 4, 8]) {
    test(`D3: ${megabytes} MB, cut where the last four bytes look like a size`, { timeout: 120_000 }, () => {
      const packed = gzipSync(resultJson(noise(Math.round(megabytes * 1_350_000))), { level: 1 });
      const cuts = cutsThatClaim(packed, 6);
      assert.ok(cuts.length > 0, 'no cut of this file claims a size');
      for (const cut of cuts) assert.deepEqual(decodeResult(cut).rejection, { reason: 'truncated' }, `${cut.length}`);
    });
  }

  test('cut anywhere: in its header, its blocks, its checksum and its size', () => {
    const packed = gzipSync(resultJson(noise(40_000)));
    const ends = [
      ...Array.from({ length: 30 }, (_, at) => at + 2),
      ...Array.from({ length: 8 }, (_, at) => packed.length - 1 - at),
    ];
    for (let end = 32; end < packed.length; end += 997) ends.push(end);
    for (const end of ends) {
      assert.deepEqual(decodeResult(packed.subarray(0, end)).rejection, { reason: 'truncated' }, end.toString());
    }
  });

  test('zeros behind a whole gzip file are not taken for its size', () => {
    const packed = Buffer.concat([gzipSync(resultJson('x')), Buffer.alloc(64)]);
    assert.equal(decodeResult(packed).transcript?.output, 'x');
  });

  test('bytes behind a whole gzip file are not taken for its size', () => {
    const packed = Buffer.concat([gzipSync(resultJson(noise(600_000))), Buffer.of(0, 0, 0, 0x0a)]);
    assert.equal(decodeResult(packed).rejection, undefined);
  });
});
