import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { suite, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { hashUnpacked, safeFileName } from '../../../../src/results/save/unpackedHash.ts';

suite('the file in a gzip', () => {
  test('is hashed without being unpacked; what is cut off, no gzip or a bomb has no hash', async () => {
    const folder = await mkdtemp(path.join(os.tmpdir(), 'unpacked-'));
    const { signal } = new AbortController();
    const write = async (bytes: Buffer): Promise<string> => {
      const file = path.join(folder, 'file.gz');
      await writeFile(file, bytes);
      return file;
    };
    try {
      const content = Buffer.alloc(1_000_000, 'abc');
      const packed = gzipSync(content);
      const sha256 = createHash('sha256').update(content).digest('hex');
      assert.deepEqual(await hashUnpacked(await write(packed), signal), { sha256, size: content.length });
      assert.deepEqual(await hashUnpacked(packed, signal), { sha256, size: content.length });
      assert.equal(await hashUnpacked(await write(packed), signal, 999_999), undefined);
      assert.equal(await hashUnpacked(await write(packed.subarray(0, -9)), signal), undefined);
      assert.equal(await hashUnpacked(await write(content), signal), undefined);
      assert.equal(await hashUnpacked(await write(packed), AbortSignal.abort()), undefined);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });

  test('has a safe name', () => {
    assert.equal(safeFileName('C:\\ProgramData\\Triage\\triage.csv'), 'triage.csv');
    assert.equal(safeFileName('/var/log/../.bashrc'), 'bashrc');
    assert.equal(safeFileName('C:\\a\\$(calc) \u202etxt.exe'), 'calc_txt.exe');
    for (const path of ['', '..', '../..', 'C:\\', '日本']) assert.ok(!/[\\/:]/u.test(safeFileName(path)), path);
    assert.equal(safeFileName('..'), '');
    assert.equal(safeFileName('x'.repeat(300)).length, 80);
  });
});
