import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { after, afterEach, before, beforeEach, suite, test } from 'node:test';
import { writeHeads } from '../../../src/case/anchors/anchors.ts';
import { readRecord } from '../../../src/case/record/recordFiles.ts';
import { createAuthority, hasOpenSsl } from './authority.ts';
import type { Authority } from './authority.ts';
import { createScene, fetched, hasPython, verify } from './scene.ts';
import type { Scene } from './scene.ts';

const HOUR_MS = 60 * 60_000;

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

  async function record(now: () => number, number: number): Promise<void> {
    const writer = scene.writer('anna', now);
    await writer.append(fetched(number));
    await writer.close();
  }

  test('verifies, with openssl too, and lines behind it have their own times', async () => {
    await record(Date.now, 2);
    const byHand = spawnSync('openssl', [
      'ts',
      '-verify',
      '-data',
      heads,
      '-in',
      `${heads}.tsr`,
      '-CAfile',
      authority.ca,
    ]);
    assert.equal(byHand.status, 0, String(byHand.stderr));
    const { status, text } = verify(scene.folder, '--ca', authority.ca);
    assert.equal(status, 0, text);
    assert.match(text, /\.heads: stamped \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC$/mu);
  });

  test('shows a line that was dated back behind it', async () => {
    await record(() => Date.now() - HOUR_MS, 2);
    assert.equal(verify(scene.folder).status, 0);
    const { status, text } = verify(scene.folder, '--ca', authority.ca);
    assert.equal(status, 1, text);
    assert.match(text, /back-dated: anna/u);
  });

  test('does not fit changed heads, nor those of another authority', async () => {
    const other = await createAuthority();
    try {
      assert.match(verify(scene.folder, '--ca', other.ca).text, /no time stamp of this authority/u);
    } finally {
      await other.stop();
    }
    await writeFile(heads, `${await readFile(heads, 'utf8')}${'0'.repeat(64)}  1  x\n`);
    const byHand = spawnSync('openssl', [
      'ts',
      '-verify',
      '-data',
      heads,
      '-in',
      `${heads}.tsr`,
      '-CAfile',
      authority.ca,
    ]);
    assert.notEqual(byHand.status, 0);
    const { status, text } = verify(scene.folder, '--ca', authority.ca);
    assert.equal(status, 1, text);
    assert.match(text, /no time stamp of this authority for this head/u);
  });
});
