import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, suite, test } from 'node:test';
import { ActiveCase } from '../../../src/case/activeCase.ts';
import type { CaseChoice } from '../../../src/case/activeCase.ts';
import { caseTools } from '../../../src/case/caseTools.ts';
import type { CaseTools } from '../../../src/case/caseTools.ts';
import { isNameInCase, nameInCase } from '../../../src/case/folder/caseArtefacts.ts';
import { readCase, setRetention } from '../../../src/case/folder/caseFile.ts';
import { readRecord } from '../../../src/case/record/recordFiles.ts';
import { isWriter } from '../../../src/case/record/recordLine.ts';
import type { RecordLine } from '../../../src/case/record/recordLine.ts';
import type { CaseVerdict } from '../../../src/case/verifyCase.ts';
import { arrived } from '../results/fixtures.ts';
import { createScene, fetched, hasPython, verify } from './scene.ts';
import type { Scene } from './scene.ts';
import type { StoredFacts } from '../../../src/model/storedResult.ts';

const SSH = { environment: process.env, platform: process.platform };

suite('a case', () => {
  let scene: Scene;
  let outside: string;
  let failures: unknown[];
  beforeEach(async () => {
    scene = await createScene();
    outside = await mkdtemp(path.join(tmpdir(), 'live-response-elsewhere-'));
    failures = [];
  });
  afterEach(async () => {
    await rm(scene.folder, { recursive: true });
    await rm(outside, { recursive: true });
  });

  function open(
    choice: Partial<CaseChoice>,
    loadTools = (): Promise<CaseTools> => Promise.resolve(caseTools),
    isAllowed = true,
  ): ActiveCase {
    const { id } = scene.made;
    const chosen = { folder: scene.folder, id, name: 'Intrusion', writer: 'anna', records: true, namesUser: false };
    return new ActiveCase({
      state: { get: () => ({ ...chosen, ...choice }), update: () => undefined },
      loadTools,
      toolVersion: '9.9.9',
      user: () => 'CONTOSO-user',
      isAllowed: () => isAllowed,
      onFailure: (error) => failures.push(error),
    });
  }

  async function recorded(): Promise<RecordLine[]> {
    return (await readRecord(scene.folder)).flatMap(({ lines }) => lines.flatMap(({ line }) => line ?? []));
  }

  const check = (): Promise<CaseVerdict> =>
    caseTools.verifyCase({
      folder: scene.folder,
      compareResult: () => Promise.resolve('absent'),
      ssh: SSH,
      signal: new AbortController().signal,
    });

  function received(): StoredFacts {
    const [facts] = arrived(new TextEncoder().encode('{}'));
    return {
      ...facts,
      answeredAt: 1_000_000,
      blob: { date: 'Thu, 01 Jan 1970 00:16:37 GMT (a text of the server)' },
    } as unknown as StoredFacts;
  }

  test('off, or forbidden by a rule, nothing is loaded and nothing is written, whatever is done', async () => {
    const load = (): never => assert.fail('loaded');
    for (const off of [open({ records: false }, load), open({}, load, false)]) {
      assert.equal(off.records, false);
      off.noteReceived(received());
      off.note({ what: 'exported' }, { file: path.join(scene.folder, 'x') });
      await off.settle();
    }
    assert.deepEqual(await readdir(scene.folder), ['case.json']);
    assert.deepEqual(failures, []);
  });

  test('on, a fetched result is a line with both clocks; its account is there only if chosen', async () => {
    for (const namesUser of [false, true]) {
      const on = open({ namesUser });
      on.noteReceived(received());
      await on.settle();
      await on.choose(undefined);
    }
    const lines = await recorded();
    assert.deepEqual(failures, []);
    assert.deepEqual(lines.map(({ what }) => what).sort(), ['begun', 'begun', 'fetched', 'fetched']);
    assert.deepEqual(lines.find(({ what }) => what === 'fetched')?.clock, {
      server: '1970-01-01T00:16:37.000Z',
      offset: 3,
    });
    assert.deepEqual(
      lines.flatMap(({ user }) => user ?? []),
      ['CONTOSO-user'],
    );
    assert.deepEqual((await check()).faults, []);
  });

  test('a note in the folder is named by its place there, one elsewhere is not named', async () => {
    const on = open({});
    on.note({ what: 'quoted' }, { note: path.join(scene.folder, 'notes', 'day 1.md') });
    on.note({ what: 'quoted' }, { note: path.join(outside, 'secret-project.md') });
    on.note({ what: 'quoted' }, { note: null });
    await on.settle();
    await on.dispose();
    const lines = (await recorded()).filter(({ what }) => what === 'quoted');
    assert.deepEqual(
      lines.map(({ note }) => note),
      ['notes/day 1.md', null, null],
    );
    const files = await scene.files();
    const text = (await Promise.all(files.map((file) => readFile(file, 'utf8')))).join('');
    for (const word of [outside, scene.folder, 'secret-project', 'CONTOSO-user']) assert.ok(!text.includes(word), word);
  });

  test('a file that was written is hashed; changed later, both verifiers find it', async () => {
    const on = open({});
    const file = path.join(scene.folder, 'export.csv');
    await writeFile(file, 'a,b\n');
    await writeFile(path.join(outside, 'away.csv'), 'a,b\n');
    on.note({ what: 'exported', rows: 1 }, { file });
    on.note({ what: 'exported', rows: 1 }, { file: path.join(outside, 'away.csv') });
    await on.settle();
    assert.deepEqual((await check()).written, { same: 1, other: 0, absent: 0 });
    if (hasPython) assert.match(verify(scene.folder).text, /Files that steps wrote, unchanged: 1/u);
    await writeFile(file, 'a,c\n');
    assert.deepEqual((await check()).faults, [{ kind: 'artefact', file: 'export.csv' }]);
    if (hasPython) assert.match(verify(scene.folder).text, /not the file that was written: export\.csv/u);
    // Written again by a step, the last one counts.
    on.note({ what: 'exported', rows: 1 }, { file });
    await on.settle();
    await on.dispose();
    assert.deepEqual((await check()).faults, []);
    if (hasPython) assert.equal(verify(scene.folder).status, 0);
  });

  test('a step that cannot be recorded is told, and the next one is recorded', async () => {
    const on = open({});
    on.note({ what: 'exported' }, { file: path.join(scene.folder, 'not there') });
    await on.settle();
    assert.equal(failures.length, 1);
    on.note(fetched(1));
    await on.settle();
    await on.dispose();
    assert.deepEqual(
      (await recorded()).map(({ what }) => what),
      ['begun', 'fetched'],
    );
  });

  test('a folder that holds another case by now is not written to', async () => {
    const on = open({ id: '33333333-3333-4333-8333-333333333333' });
    on.note(fetched(1));
    await on.settle();
    assert.equal(failures.length, 1);
    assert.deepEqual(await readdir(scene.folder), ['case.json']);
  });

  test('its retention is written, and keys of others stay', async () => {
    const file = path.join(scene.folder, 'case.json');
    const value = JSON.parse(await readFile(file, 'utf8')) as object;
    await writeFile(file, JSON.stringify({ ...value, ours: { kept: true } }));
    await setRetention(scene.folder, { kind: 'delete', on: '2027-01-31' });
    assert.deepEqual((await readCase(scene.folder)).retention, { kind: 'delete', on: '2027-01-31' });
    assert.match(await readFile(file, 'utf8'), /"kept": true/u);
    assert.deepEqual(await readdir(scene.folder), ['case.json']);
  });

  test('hostile case files are refused: links, sizes, other forms', async () => {
    const file = path.join(scene.folder, 'case.json');
    const good = await readFile(file);
    for (const text of [
      '',
      '[]',
      '{}',
      'null',
      '{"format":"live-response-case","version":1,"id":"../..","name":"x"}',
    ]) {
      await writeFile(file, text);
      await assert.rejects(readCase(scene.folder), { code: 'fileFailed' }, text);
    }
    await writeFile(file, Buffer.concat([good, Buffer.alloc(2 * 1024 * 1024, 32)]));
    await assert.rejects(readCase(scene.folder), { code: 'fileFailed' });
    await rm(file);
    await writeFile(path.join(outside, 'case.json'), good);
    await symlink(path.join(outside, 'case.json'), file);
    await assert.rejects(readCase(scene.folder), { code: 'fileFailed' });
  });

  test('a record folder that is a link is neither read nor written', async () => {
    await symlink(outside, path.join(scene.folder, 'record'));
    const on = open({});
    on.note(fetched(1));
    await on.settle();
    assert.equal(failures.length, 1);
    assert.deepEqual(await readdir(outside), []);
    await assert.rejects(check(), { code: 'fileFailed' });
  });

  test('no name in a record leads out of the folder', async () => {
    for (const name of ['../x', 'a/../../x', '/etc/passwd', 'C:/x', 'a\\..\\x', '', 'a//b', '.', 'a\0b', '...']) {
      assert.equal(isNameInCase(name), false, JSON.stringify(name));
    }
    assert.equal(nameInCase(scene.folder, path.join(outside, 'x')), null);
    assert.equal(nameInCase(scene.folder, scene.folder), null);
    await mkdir(path.join(scene.folder, 'real'));
    await writeFile(path.join(outside, 'x'), 'secret');
    await symlink(outside, path.join(scene.folder, 'link'));
    const writer = scene.writer('eve');
    for (const name of [`../${path.basename(outside)}/x`, 'link/x', 'real'])
      await writer.append({ what: 'exported', file: { name, sha256: '0'.repeat(64), size: 6 } });
    await writer.close();
    // Neither verifier opens any of them: each would differ.
    const { faults, written } = await check();
    assert.deepEqual([faults, written.absent], [[], 3]);
    if (hasPython) assert.match(verify(scene.folder).text, /unchanged: 0/u);
  });

  test('a pseudonym names nothing but a file', () => {
    for (const name of ['anna', 'a', 'analyst-2', 'x'.repeat(32)]) assert.ok(isWriter(name), name);
    for (const name of ['', 'Anna', '-a', 'a-', '..', 'a/b', 'a.b', 'x'.repeat(33), 'ä', 'a\n'])
      assert.ok(!isWriter(name), name);
  });

  test('the verifier of records is two short files', async () => {
    for (const file of ['tools/verify_record.py', 'tools/record_format.py']) {
      const text = await readFile(file, 'utf8');
      assert.ok(text.split('\n').length <= 150);
      assert.doesNotMatch(text, /\b(?:urllib|socket|http)\b/u);
    }
  });
});
