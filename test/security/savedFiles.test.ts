import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, suite, test } from 'node:test';
import { isAbsolutePath } from '../../src/connections/connection.ts';
import { findFactsNames, factsNameOf, hashedFactsNameOf } from '../../src/results/save/factsFileNames.ts';
import { FileSink } from '../../src/results/save/fileSink.ts';
import { writeLocalFile } from '../../src/results/save/localFile.ts';
import { describeOpened, hashInFacts } from '../../src/results/openedResult.ts';
import { encodeText, writeFile as writeInWorker } from '../../src/worker/writeFile.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'saved-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

suite('who can read a saved file', { skip: process.platform === 'win32' }, () => {
  const modeOf = async (file: string): Promise<number> => (await stat(file)).mode & 0o777;

  test('its owner alone, while it is written and when it is whole, whatever the mask of the process', async () => {
    const mask = process.umask(0);
    try {
      const target = path.join(folder, 'saved.json');
      const sink = new FileSink(target);
      await sink.append(Buffer.from('{}'));
      assert.equal(await modeOf(`${target}.part`), 0o600);
      await sink.keep();
      assert.equal(await modeOf(target), 0o600);
      await writeLocalFile(path.join(folder, 'facts.json'), Buffer.from('{}'));
      assert.equal(await modeOf(path.join(folder, 'facts.json')), 0o600);
      writeInWorker(path.join(folder, 'text.txt'), encodeText('text'));
      assert.equal(await modeOf(path.join(folder, 'text.txt')), 0o600);
    } finally {
      process.umask(mask);
    }
  });

  test('also where another file had its name, and others could read that', async () => {
    const target = path.join(folder, 'saved.json');
    await writeFile(target, 'old', { mode: 0o644 });
    await writeLocalFile(target, Buffer.from('new'));
    assert.equal(await modeOf(target), 0o600);
    assert.equal(await readFile(target, 'utf8'), 'new');
    assert.deepEqual(await readdir(folder), ['saved.json']);
  });
});

suite('the facts file beside a saved result', () => {
  const sha256 = createHash('sha256').update('{}').digest('hex');
  const other = sha256.replaceAll(/[0-7]/gu, '8');
  const ACTION = '988cc94e-7a8f-4b28-ab65-54970c5d5018';
  const facts = (hash: string): string =>
    JSON.stringify({
      file: { sha256: hash },
      cloud: 'commercial',
      tenantId: ACTION,
      actionId: ACTION,
      commandIndex: 0,
    });
  const opened = (...factsFiles: readonly string[]): ReturnType<typeof describeOpened> =>
    describeOpened({ kind: 'file', name: 'output.json', sha256, size: 2, openedAt: 1, factsFiles });

  test('files whose names differ by their ending alone have one each', () => {
    const names = ['output.json', 'output.gz', 'output', 'output.json.gz'].map(factsNameOf);
    assert.equal(new Set(names).size, names.length);
  });

  test('is found by its own name, by the one of version 0.1, and with the hash in it', () => {
    const hashed = hashedFactsNameOf('output.json', sha256);
    const all = ['output.json', 'output.facts.json', hashed, 'output.json.facts.json', 'output.json.extra.facts.json'];
    assert.deepEqual(findFactsNames('output.json', all), ['output.json.facts.json', 'output.facts.json', hashed]);
    assert.deepEqual(findFactsNames('output.json.gz', all), ['output.json.facts.json', 'output.facts.json']);
    assert.deepEqual(findFactsNames('output.gz', all), ['output.facts.json']);
    assert.deepEqual(findFactsNames('other.json', all), []);
  });

  test('of several the one with the hash of the file is used, whatever stands in the others', () => {
    assert.equal(hashInFacts(facts(sha256)), sha256);
    assert.equal(opened(facts(other), facts(sha256)).verdict, 'used');
    assert.equal(opened(facts(sha256), 'no JSON').verdict, 'used');
    assert.equal(opened(facts(other)).verdict, 'otherFile');
    assert.equal(opened('no JSON', facts(other)).verdict, 'unreadable');
    assert.equal(opened().verdict, 'none');
  });
});

test('a network share is no absolute path, with whatever slashes', () => {
  for (const share of [
    String.raw`\\server\share\a.pem`,
    '//server/share/a.pem',
    String.raw`/\server\share\a.pem`,
    String.raw`\/server/share/a.pem`,
  ]) {
    assert.equal(isAbsolutePath(share), false, share);
  }
  for (const local of ['/home/a.pem', String.raw`C:\a.pem`, 'c:/a.pem'])
    assert.equal(isAbsolutePath(local), true, local);
});
