import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, suite, test } from 'node:test';
import { caseTools } from '../../../src/case/caseTools.ts';
import { readRecord } from '../../../src/case/record/recordFiles.ts';
import type { CaseVerdict } from '../../../src/case/verifyCase.ts';
import { createScene, editLines, fetched, hasPython, verify } from './scene.ts';
import type { Scene } from './scene.ts';

const SSH = { environment: process.env, platform: process.platform };
const hasSsh = spawnSync('ssh-keygen', ['-?']).error === undefined;

suite('anchors of a record', { skip: !hasSsh || !hasPython }, () => {
  let scene: Scene;
  let outside: string;
  let key: string;
  let signers: string;
  beforeEach(async () => {
    scene = await createScene();
    outside = await mkdtemp(path.join(tmpdir(), 'live-response-elsewhere-'));
    key = path.join(outside, 'key');
    signers = path.join(outside, 'signers');
    spawnSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', '', '-f', key]);
    await writeFile(signers, `anna@example.test ${await readFile(`${key}.pub`, 'utf8')}`);
    const writer = scene.writer('anna');
    for (const number of [1, 2, 3]) await writer.append(fetched(number));
    await writer.close();
  });

  afterEach(async () => {
    await rm(scene.folder, { recursive: true });
    await rm(outside, { recursive: true });
  });

  const check = (): Promise<CaseVerdict> =>
    caseTools.verifyCase({
      folder: scene.folder,
      compareResult: () => Promise.resolve('absent'),
      ssh: SSH,
      signal: new AbortController().signal,
    });

  async function sign(): Promise<{ readonly file: string; readonly head: string }> {
    const anchor = await caseTools.writeHeads(scene.folder, await readRecord(scene.folder), Date.now());
    await caseTools.signHeads(SSH, key, anchor.file, new AbortController().signal);
    return anchor;
  }

  test('a signature of the head verifies, with ssh-keygen too, and stays valid while the record grows', async () => {
    const { file, head } = await sign();
    const [anchor] = (await check()).anchors;
    assert.match(anchor?.signedBy ?? '', /^SHA256:[\w+/]{43}$/u);
    assert.equal(anchor?.head, head);
    const byHand = spawnSync(
      'ssh-keygen',
      ['-Y', 'verify', '-f', signers, '-I', 'anna@example.test', '-n', 'live-response-record', '-s', `${file}.sig`],
      { input: await readFile(file) },
    );
    assert.equal(byHand.status, 0, String(byHand.stderr));
    const writer = scene.writer('anna');
    await writer.append(fetched(4));
    await writer.close();
    assert.deepEqual((await check()).faults, []);
    const { status, text } = verify(scene.folder, '--signers', signers, '--head', head);
    assert.equal(status, 0, text);
    assert.match(text, /\.heads: signed by anna@example\.test$/mu);
    assert.match(text, /^the given head: \d{8}T\d{6}Z\.heads$/mu);
  });

  test('with it, a cut end shows, and a record that was written anew from the beginning', async () => {
    await sign();
    const [file = ''] = await scene.files();
    const whole = await readFile(file);
    await editLines(file, (lines) => lines.slice(0, -1));
    assert.deepEqual((await check()).faults, [{ kind: 'fileCut', file: path.basename(file) }]);
    assert.match(verify(scene.folder, '--signers', signers).text, /cut off: anna/u);
    // Without the anchor, nobody sees it.
    await rm(path.join(scene.folder, 'anchors'), { recursive: true });
    const cut = verify(scene.folder);
    assert.equal(cut.status, 0);
    assert.match(cut.text, /truncation, rewriting and back-dating are not excluded/u);
    // A reader who expects the signature sees that it is gone.
    assert.match(verify(scene.folder, '--signers', signers).text, /no anchor for what was given/u);

    await writeFile(file, whole);
    const { head } = await sign();
    await rm(path.join(scene.folder, 'record'), { recursive: true });
    const forger = scene.writer('anna');
    for (const number of [7, 8, 9]) await forger.append(fetched(number));
    await forger.close();
    assert.deepEqual(
      (await check()).faults.map(({ kind }) => kind),
      ['fileGone'],
    );
    // The forger makes the anchor anew, too, but has another key, and cannot change the paper.
    await rm(path.join(scene.folder, 'anchors'), { recursive: true });
    spawnSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', '', '-f', `${key}2`]);
    key = `${key}2`;
    await sign();
    assert.deepEqual((await check()).faults, []);
    assert.match(verify(scene.folder, '--signers', signers).text, /not signed with these keys/u);
    assert.match(verify(scene.folder, '--head', head).text, /no anchor for what was given/u);
  });

  test('a signature of something else is a fault', async () => {
    const { file } = await sign();
    await writeFile(file, (await readFile(file, 'utf8')).replace('  4  ', '  3  '));
    const kinds = (await check()).faults.map(({ kind }) => kind);
    assert.ok(kinds.includes('signature'), String(kinds));
    assert.equal(verify(scene.folder, '--signers', signers).status, 1);
  });

  test('a key that cannot sign is told, and nothing is signed', async () => {
    const anchor = await caseTools.writeHeads(scene.folder, await readRecord(scene.folder), Date.now());
    await assert.rejects(caseTools.signHeads(SSH, signers, anchor.file, new AbortController().signal), {
      code: 'fileFailed',
    });
    assert.ok(!(await readdir(path.dirname(anchor.file))).some((name) => name.endsWith('.sig')));
  });

  test('without ssh-keygen, the report says that it was not checked', async () => {
    await sign();
    const { anchors } = await caseTools.verifyCase({
      folder: scene.folder,
      compareResult: () => Promise.resolve('same'),
      ssh: { ...SSH, environment: { PATH: '/nowhere' } },
      signal: new AbortController().signal,
    });
    assert.equal(anchors[0]?.signedBy, 'unchecked');
  });

  test('a link in place of the signature is not followed', async () => {
    const anchor = await caseTools.writeHeads(scene.folder, await readRecord(scene.folder), Date.now());
    const victim = path.join(outside, 'victim');
    await writeFile(victim, 'mine');
    await symlink(victim, `${anchor.file}.sig`);
    await assert.rejects(caseTools.signHeads(SSH, key, anchor.file, new AbortController().signal), {
      code: 'fileFailed',
      values: { reason: 'taken' },
    });
    assert.equal(await readFile(victim, 'utf8'), 'mine');
  });
});
