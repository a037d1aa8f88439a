import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import type { SpawnSyncReturns } from 'node:child_process';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { after, afterEach, before, beforeEach, suite, test } from 'node:test';
import { writeHeads } from '../../../src/case/anchors/anchors.ts';
import { readRecord } from '../../../src/case/record/recordFiles.ts';
import { createAuthority, hasOpenSsl } from './authority.ts';
import type { Authority } from './authority.ts';
import { createScene, fetched, hasPython, verify } from './scene.ts';
import type { Scene } from './scene.ts';

const HOUR_MS = 60 * 60_000;
const VERIFIER = path.resolve('tools/verify_record.py');

suite('a time stamp of the head', { skip: !hasOpenSsl || !hasPython }, () => {
  let authority: Authority;
  let scene: Scene;
  let heads: string;
  before(async () => {
    authority = await createAuthority();
  });
  after(() => authority.stop());
  beforeEach(async () => {
    scene = await createScene();
    await record(Date.now, 1);
    heads = (await writeHeads(scene.folder, await readRecord(scene.folder), Date.now())).file;
    await authority.stamp(heads);
  });
  afterEach(() => rm(scene.folder, { recursive: true }));

  function verifyByHand(): SpawnSyncReturns<Buffer> {
    return spawnSync('openssl', ['ts', '-verify', '-data', heads, '-in', `${heads}.tsr`, '-CAfile', authority.ca]);
  }

  async function record(now: () => number, number: number): Promise<void> {
    const writer = scene.writer('anna', now);
    await writer.append(fetched(number));
    await writer.close();
  }

  test('verifies, with openssl too, and lines behind it have their own times', async () => {
    await record(Date.now, 2);
    const byHand = verifyByHand();
    assert.equal(byHand.status, 0, String(byHand.stderr));
    const { status, text } = verify(scene.folder, '--ca', authority.ca);
    assert.equal(status, 0, text);
    assert.match(text, /\.heads: stamped \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC$/mu);
  });

  test('shows a line that is dated ahead of the stamp that covers it', async () => {
    await record(() => Date.now() + HOUR_MS, 2);
    const { file } = await writeHeads(scene.folder, await readRecord(scene.folder), Date.now());
    await authority.stamp(file);
    assert.equal(verify(scene.folder).status, 0);
    const { status, text } = verify(scene.folder, '--ca', authority.ca);
    assert.equal(status, 1, text);
    assert.match(text, /dated ahead: anna/u);
  });

  test('remarks on lines that say an earlier time and are not in it: another machine may have written them', async () => {
    await record(() => Date.now() - HOUR_MS, 2);
    const { status, text } = verify(scene.folder, '--ca', authority.ca);
    assert.equal(status, 0, text);
    assert.match(text, /\.heads: lines that say an earlier time, but are not in it: 2$/mu);
    assert.match(text, /lines not in it, which can be cut off or rewritten: 2$/mu);
    assert.match(text, /A later one, with all lines behind it, may have been taken away/u);
  });

  test('takes its time from what the authority signed, not from the words around it', async () => {
    const reply = await readFile(`${heads}.tsr`);
    const words = Buffer.from('ok\nTime stamp: Jan  1 00:00:00 2020 GMT\n');
    const status = der(0x30, Buffer.from([2, 1, 0]), der(0x30, der(0x0c, words)));
    const body = reply.subarray(reply[1] === 0x82 ? 4 : 3);
    await writeFile(`${heads}.tsr`, der(0x30, status, body.subarray(2 + (body[1] ?? 0))));
    const { status: code, text } = verify(scene.folder, '--ca', authority.ca);
    assert.equal(code, 0, text);
    assert.match(text, new RegExp(`stamped ${new Date().getUTCFullYear()}-`, 'u'));
    assert.doesNotMatch(text, /2020/u);
  });

  test('runs no program of the present folder or of the case', async () => {
    const program = path.join(scene.folder, 'openssl');
    await writeFile(program, `#!/bin/sh\ntouch ${scene.folder}/ran\n`, { mode: 0o755 });
    const own = process.env['PATH'] ?? '';
    for (const first of ['', '.', scene.folder]) {
      const { status, stderr } = spawnSync('python3', ['-I', VERIFIER, scene.folder, '--ca', authority.ca], {
        cwd: scene.folder,
        env: { ...process.env, PATH: `${first}:${own}` },
        encoding: 'utf8',
      });
      assert.equal(status, 0, stderr);
    }
    assert.ok(!(await readdir(scene.folder)).includes('ran'));
  });

  test('does not fit changed heads, nor those of another authority', async () => {
    const other = await createAuthority();
    try {
      assert.match(verify(scene.folder, '--ca', other.ca).text, /no time stamp of this authority/u);
    } finally {
      await other.stop();
    }
    await writeFile(heads, `${await readFile(heads, 'utf8')}${'0'.repeat(64)}  1  x\n`);
    const byHand = verifyByHand();
    assert.notEqual(byHand.status, 0);
    const { status, text } = verify(scene.folder, '--ca', authority.ca);
    assert.equal(status, 1, text);
    assert.match(text, /no time stamp of this authority for this head/u);
  });
});

/** Returns a value of DER with its tag and length. */
function der(tag: number, ...parts: readonly Uint8Array[]): Buffer {
  const body = Buffer.concat(parts);
  const length = body.length < 128 ? [body.length] : [0x82, body.length >> 8, body.length & 255];
  return Buffer.concat([Buffer.from([tag, ...length]), body]);
}
