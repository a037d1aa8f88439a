import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { suite, test } from 'node:test';
import { FileSink } from '../../src/results/save/fileSink.ts';
import type { StoredFacts } from '../../src/model/storedResult.ts';
import { StoreSink } from '../../src/results/storeSink.ts';
import type { LargePort } from '../../src/results/storeSink.ts';
import { WholeSink } from '../../src/results/save/wholeSink.ts';
import { fetchFrom, TRUTH } from './support/blobServer.ts';
import type { BlobScript } from './support/blobServer.ts';

const ETAG = '"0x8D1"';
const JUNK = Buffer.alloc(400, '#');

/** Four hundred bytes of another version first, then bytes that must never be joined with them. */
const SCRIPTS: Readonly<Record<string, BlobScript>> = {
  'the rest of another version': ({ at, from = 0 }) => {
    if (at === 0) return { status: 200, headers: { 'Content-Length': '1000', ETag: '"0x1"' }, body: JUNK };
    if (from === 0) return { status: 200, headers: { 'Content-Length': '1000', ETag: ETAG }, body: TRUTH };
    const range = { 'Content-Length': '600', 'Content-Range': 'bytes 400-999/1000', ETag: ETAG };
    return { status: 206, headers: range, body: TRUTH.subarray(400) };
  },
  'no length, cut once, then whole twice': ({ at }) => ({ status: 200, headers: {}, body: at === 0 ? JUNK : TRUTH }),
  'a length and a range that do not fit, once': ({ at }) => ({
    status: at === 0 ? 206 : 200,
    headers: { 'Content-Length': '1000', ...(at === 0 ? { 'Content-Range': 'bytes 0-399/1000' } : {}) },
    body: TRUTH,
  }),
};

suite('bytes that begin anew leave nothing of the earlier ones behind', () => {
  for (const [what, script] of Object.entries(SCRIPTS)) {
    test(`in a file: ${what}`, async (context) => {
      const folder = await mkdtemp(path.join(tmpdir(), 'sinks-'));
      context.after(() => rm(folder, { recursive: true }));
      const sink = new FileSink(path.join(folder, 'result.json'));
      await sink.open();
      assert.equal((await fetchFrom(script, { sink })).code, 'whole');
      await sink.keep();
      assert.deepEqual(await readdir(folder), ['result.json']);
      assert.ok(TRUTH.equals(await readFile(path.join(folder, 'result.json'))));
    });

    test(`elsewhere, out of memory: ${what}`, async () => {
      const written: Uint8Array[] = [];
      const sink = new WholeSink({
        maxBytes: 10_000,
        write: (bytes) => {
          written.push(bytes);
          return Promise.resolve();
        },
      });
      assert.equal((await fetchFrom(script, { sink })).code, 'whole');
      await sink.keep();
      assert.ok(TRUTH.equals(written[0] ?? JUNK));
    });

    test(`in the store: ${what}`, async () => {
      let pieces: Uint8Array[] = [];
      const call = (name: string, ...args: readonly unknown[]): Promise<unknown> => {
        if (name === 'restartLarge') pieces = [];
        if (name === 'addLarge' && args[1] instanceof Uint8Array) pieces.push(args[1]);
        return Promise.resolve(1);
      };
      const keepLarge = (): Promise<StoredFacts> => Promise.resolve({} as StoredFacts);
      const sink = new StoreSink({ keepLarge }, { call } as unknown as LargePort);
      await sink.open();
      const { code, facts } = await fetchFrom(script, { sink });
      assert.equal(code, 'whole');
      await sink.keep(facts as never, undefined);
      assert.ok(TRUTH.equals(Buffer.concat(pieces)));
    });
  }
});
