import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { createGzip, gzipSync } from 'node:zlib';
import { changeOf, decode, DOCUMENTATION_EXAMPLE, resultJson, transcriptOf } from './results.ts';

const MEGABYTE = 1024 * 1024;

/** Returns packed zeros, a thousand times smaller, without ever holding all the megabytes. */
async function packZeros(megabytes: number): Promise<Buffer> {
  const packer = createGzip();
  const zeros = Buffer.alloc(MEGABYTE);
  const packed: Uint8Array[] = [];
  packer.on('data', (chunk: Uint8Array) => packed.push(chunk));
  for (let written = 0; written < megabytes; written++) {
    if (!packer.write(zeros)) await new Promise((resolve) => packer.once('drain', resolve));
  }
  await new Promise<void>((resolve) => packer.once('end', resolve).end());
  return Buffer.concat(packed);
}

suite('a gzip result', () => {
  test('it is unpacked, and that is reported with the size after unpacking', () => {
    const json = resultJson('packed');
    assert.equal(transcriptOf(gzipSync(json)).output, 'packed');
    assert.deepEqual(decode(gzipSync(json)).changes, [{ kind: 'gunzipped', count: json.length }]);
  });

  test('what is inside is read like any other result', () => {
    const file = gzipSync(DOCUMENTATION_EXAMPLE);
    assert.equal(transcriptOf(file).scriptName, 'minidump.ps1');
    assert.equal(changeOf(file, 'controlCharactersEscaped')?.count, 1);
  });

  test('one that was cut off is refused wherever the cut is', () => {
    const file = gzipSync(resultJson('a line that is long enough to be cut'));
    for (let length = 12; length < file.length; length++) {
      assert.deepEqual(decode(file.subarray(0, length)).rejection, { reason: 'truncated' }, length.toString());
    }
  });

  test('one whose checksum does not fit is refused', () => {
    const file = gzipSync(resultJson('damaged'));
    file[file.length - 8] = (file[file.length - 8] ?? 0) ^ 0xff;
    assert.deepEqual(decode(file).rejection, { reason: 'binary' });
  });

  test('two bytes that only look like gzip are refused', () => {
    assert.equal(decode(Uint8Array.of(0x1f, 0x8b)).transcript, undefined);
    assert.deepEqual(decode(Buffer.from('1f8bffffffffffffffffffff', 'hex')).rejection, { reason: 'binary' });
  });

  test('one that unpacks to more than any text that can be shown is refused', async () => {
    assert.deepEqual(decode(await packZeros(128)).rejection, { reason: 'binary' });
    assert.deepEqual(decode(Buffer.concat([await packZeros(128), gzipSync('x')])).rejection, { reason: 'tooLarge' });
  });

  test('a bomb is refused, and what it would have unpacked to is never held', async () => {
    const bomb = await packZeros(600);
    assert.ok(bomb.length < MEGABYTE, 'the bomb itself is small');
    const before = process.resourceUsage().maxRSS;
    assert.deepEqual(decode(bomb).rejection, { reason: 'tooLarge' });
    const grownBy = (process.resourceUsage().maxRSS - before) / 1024;
    assert.ok(grownBy < 256, `${Math.round(grownBy)} MB were held`);
  });
});
