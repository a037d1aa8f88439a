import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rename, rm, symlink, unlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, suite, test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { caseTools } from '../../src/case/caseTools.ts';
import type { CaseParts } from '../../src/case/folder/caseParts.ts';
import { readRecord } from '../../src/case/record/recordFiles.ts';
import { handedRun } from '../../src/runs/pack/handedRun.ts';
import { namedRow } from '../../src/runs/pack/namedRow.ts';
import { packActions } from '../../src/runs/pack/packActions.ts';
import { packedCase } from '../../src/runs/pack/packedCase.ts';
import { toReport } from '../../src/runs/pack/packReport.ts';
import type { PackInput } from '../../src/runs/pack/packFiles.ts';
import { toRows } from '../../src/runs/runRows.ts';
import { zipOf } from '../../src/sample/base/zipFile.ts';
import { Copy } from '../unit/runs/pack/changes.ts';
import { filesOf, read } from '../unit/runs/pack/opened.ts';
import { packInput, unpackedPack, verify as verifyPack, writeSample } from '../unit/runs/pack/samplePack.ts';
import { createScene, fetched, hasPython, verify } from '../unit/case/scene.ts';
import type { Scene } from '../unit/case/scene.ts';

const NOTE = '# Notes\n\n<script>alert(1)</script> & \u202egpj.exe\n';

suite('a case that is handed over', () => {
  let scene: Scene;
  let elsewhere: string;
  beforeEach(async () => {
    scene = await createScene();
    elsewhere = await mkdtemp(path.join(tmpdir(), 'live-response-elsewhere-'));
    for (const who of ['anna', 'bob']) {
      const writer = scene.writer(who);
      for (const number of [1, 2]) await writer.append(fetched(number));
      await writer.close();
    }
    await caseTools.writeHeads(scene.folder, await readRecord(scene.folder), Date.now());
    await write('notes.md', NOTE);
  });
  afterEach(async () => {
    await rm(scene.folder, { recursive: true });
    await rm(elsewhere, { recursive: true });
  });

  const place = (name: string): string => path.join(scene.folder, name);
  async function write(name: string, text: string): Promise<void> {
    await mkdir(path.dirname(place(name)), { recursive: true });
    await writeFile(place(name), text);
  }
  const readParts = (): Promise<CaseParts> => caseTools.readCaseParts(scene.folder, new AbortController().signal);
  const inputOf = ({ name, number, record, notes }: CaseParts): PackInput => ({
    ...packInput(),
    ofCase: packedCase({ name, number, record, notes }),
  });

  test('names each result of the record once, the people in it, and its head', async () => {
    const { name, number, named, record, notes, refused } = await readParts();
    assert.deepEqual([name, number, named.length, refused], ['Intrusion', '2026-17', 2, 0]);
    assert.deepEqual([record?.writers, record?.users, record?.steps], [['anna', 'bob'], [], 6]);
    assert.deepEqual(
      notes.map((note) => note.place),
      ['notes.md'],
    );
    assert.deepEqual(
      record?.files.map((file) => file.place.replace(/\.\d{8}T.*|\d{8}T\d{6}Z/u, '')),
      ['case.json', 'anchors/.heads', 'record/anna', 'record/bob'],
    );
  });

  test('has no record if nothing was recorded', async () => {
    await rm(place('record'), { recursive: true });
    assert.equal((await readParts()).record, undefined);
  });

  test('takes notes of folders, and no links, hidden folders, large files or files of the case', async () => {
    await write('people/Anna Ü/Tag 1.MD', 'one');
    for (const hidden of ['.git/x.md', 'node_modules/y.md', 'marks/z.md', 'people/node_modules/w.md'])
      await write(hidden, 'not taken');
    await write('notes.txt', 'no note');
    await write('large.md', 'x'.repeat(1024 * 1024 + 1));
    await writeFile(path.join(elsewhere, 'secret.md'), 'of another folder');
    await symlink(path.join(elsewhere, 'secret.md'), place('link.md'));
    await symlink(elsewhere, place('linked'));
    const { notes, refused } = await readParts();
    assert.deepEqual(
      notes.map((note) => note.place),
      ['notes.md', 'people/Anna Ü/Tag 1.MD'],
    );
    assert.equal(refused, 2, 'the large file and the link');
    assert.deepEqual(
      packedCase({ name: '', number: '', record: undefined, notes }).notes.map((note) => note.path),
      ['data/notes/0001-notes.md', 'data/notes/0002-tag-1.md'],
    );
  });

  test('holds the record as it was when it was read: later steps and anchors are not in it', async () => {
    const { record } = await readParts();
    const writer = scene.writer('carol');
    await writer.append(fetched(3));
    await caseTools.writeHeads(scene.folder, await readRecord(scene.folder), Date.now() + 60_000);
    const files = record?.files ?? [];
    const grown = files.find((file) => file.place.startsWith('record/anna'))?.place ?? '';
    const before = await readFile(place(grown));
    await writeFile(place(grown), Buffer.concat([before, Buffer.from('{"a line that is being writ')]));
    const bytes = await Promise.all(files.map((file) => file.read()));
    assert.deepEqual(Buffer.from(bytes[files.findIndex((file) => file.place === grown)] ?? []), before);
    assert.equal(files.length, 4);
    await writer.close();
  });

  test('refuses a record that became shorter, or says something else, since it was read', async () => {
    const { record } = await readParts();
    const file = record?.files.find((one) => one.place.startsWith('record/bob'));
    const written = place(file?.place ?? '');
    const text = await readFile(written, 'utf8');
    for (const other of ['', text.slice(0, -1), text.replace('"fetched"', '"cleared"')]) {
      await writeFile(written, other);
      await assert.rejects(async () => file?.read(), { code: 'fileFailed' }, other.slice(-20));
    }
  });

  test('keeps the file of the case as it was when its id was read', async () => {
    const { record } = await readParts();
    const before = await readFile(place('case.json'));
    await writeFile(place('case.json'), before.toString().replace('Intrusion', 'Another'));
    const [file] = record?.files ?? [];
    assert.deepEqual(Buffer.from((await file?.read()) ?? []), before);
  });

  test('takes no result that no address can name, whatever a colleague writes, and counts it', async () => {
    const writer = scene.writer('mallory');
    const [result] = fetched(7).results ?? [];
    if (result === undefined) throw new Error('there is no result');
    const others = [
      { commandIndex: 1_000_000 },
      { actionId: '=cmd|1' },
      { tenantId: 'x y' },
      { cloud: 'evil' as 'file' },
    ];
    await writer.append({ what: 'fetched', results: others.map((other) => ({ ...result, ...other })) });
    await writer.close();
    const { named, refused } = await readParts();
    assert.deepEqual([named.length, refused], [2, others.length]);
  });

  test('has its results and notes where its record is none, or an anchor too large', async () => {
    await writeFile(place('anchors/20260101T000000Z.heads'), 'x'.repeat(2 * 1024 * 1024 + 1));
    const { record } = await readParts();
    assert.equal(record?.files.filter(({ place: name }) => name.startsWith('anchors/')).length, 1);
    const [file = ''] = await scene.files();
    await writeFile(file, '\n');
    const { record: none, notes, refused } = await readParts();
    assert.deepEqual([none, notes.length, refused], [undefined, 1, 2]);
  });

  test('follows no link that takes the place of a folder while it is read', async () => {
    await write('people/a.md', 'inside');
    await writeFile(path.join(elsewhere, 'a.md'), 'outside');
    const there = place('people');
    const over = new AbortController();
    const swapping = (async () => {
      while (!over.signal.aborted) {
        await rename(there, place('aside'));
        await symlink(elsewhere, there);
        await setImmediate();
        await unlink(there);
        await rename(place('aside'), there);
        await setImmediate();
      }
    })();
    try {
      for (let round = 0; round < 300; round++) {
        const { notes } = await readParts();
        assert.ok(notes.every(({ bytes }) => Buffer.from(bytes).toString() !== 'outside'));
      }
    } finally {
      over.abort();
      await swapping;
    }
  });

  test('says nothing of a result that is only named, here and where the pack is opened', async () => {
    const input = packInput();
    const ref = { ...input.run.tenant, actionId: '99999999-9999-4999-8999-999999999999', commandIndex: 3 };
    const { zip } = await writeSample({ ...input, rows: [...input.rows, namedRow(ref)] });
    const index = Buffer.from((await filesOf(zip)).get('data/index.ndjson') ?? []).toString();
    const told = JSON.parse(index.trimEnd().split('\n').at(-1) ?? '') as Readonly<Record<string, unknown>>;
    assert.deepEqual(
      [told['device'], told['script'], told['arguments'], told['comment'], told['state']],
      ['–', '–', '', '', 'failed'],
    );
    const { rows, differences } = await read(zip);
    assert.deepEqual(differences, []);
    const tenant = { cloud: 'pack', tenantId: ref.tenantId } as const;
    const { actions } = packActions(tenant, rows, []);
    const run = handedRun(tenant, [ref], (id) => actions.find((one) => one.id === id));
    const [again] = toRows(
      { run, state: 'none', failures: {} },
      () => undefined,
      () => [],
    );
    assert.deepEqual([again?.state, again?.member.device], ['failed', '–']);
    assert.deepEqual(run.words, { script: '–', args: '', comment: '' });
  });

  test('shows long notes on the page as far as a browser likes it, and names the file', () => {
    const notes = ['one', 'two'].map((name) => ({
      place: `${name}.md`,
      path: `data/notes/${name}.md`,
      bytes: Buffer.from('\u0080'.repeat(600 * 1024)),
    }));
    const page = toReport(packInput().run, [], notes);
    assert.ok(page.length < 8_000_000, page.length.toString());
    assert.match(page, /data\/notes\/two\.md, which holds more than is shown here/u);
  });

  test('packs the results alone if nothing of it was chosen, and names the case', async () => {
    const input = inputOf({ ...(await readParts()), record: undefined, notes: [] });
    const files = await filesOf((await writeSample(input)).zip);
    assert.ok([...files.keys()].every((name) => !/^data\/(?:case|notes)/u.test(name)));
    const info = Buffer.from(files.get('bag-info.txt') ?? []).toString();
    assert.match(info, /^Live-Response-Case: Intrusion$/mu);
    assert.match(info, /^Live-Response-Case-Number: 2026-17$/mu);
    assert.doesNotMatch(info, /Record-Head/u);
    assert.doesNotMatch(Buffer.from(files.get('README.txt') ?? []).toString(), /data\/(?:case|notes)|verify_record/u);
  });

  test('is the same pack for the same head, and one that the reader takes', async () => {
    const one = await writeSample(inputOf(await readParts()));
    const other = await writeSample(inputOf(await readParts()));
    assert.equal(one.seal, other.seal);
    assert.deepEqual((await read(one.zip)).differences, []);
  });

  test('shows its notes on the page as characters', async () => {
    const files = await filesOf((await writeSample(inputOf(await readParts()))).zip);
    const page = Buffer.from(files.get('data/report.html') ?? []).toString();
    assert.match(page, /<h2>notes\.md<\/h2><p>data\/notes\/0001-notes\.md<\/p><pre># Notes\n\n&lt;script&gt;/u);
    assert.doesNotMatch(page, /<script|\u202e/u);
    assert.equal(Buffer.from(files.get('data/notes/0001-notes.md') ?? []).toString(), NOTE, 'the file is as it was');
  });

  test('no other file passes for one of the case', async () => {
    const files = await filesOf((await writeSample(inputOf(await readParts()))).zip);
    for (const name of [
      'data/case/verify.py',
      'data/case/record/evil.sh',
      'data/case/record/setup.exe.sig',
      'data/case/anchors/payload.jsonl',
      'data/notes/notes.md',
      'data/notes/0001-a.html',
      'data/case/marks/x.jsonl',
    ]) {
      const copy = new Copy(files);
      copy.set(name, 'x');
      copy.seal();
      const zip = zipOf([...copy.files].map(([entry, bytes]) => ({ name: entry, bytes })));
      const { differences } = await read(zip);
      assert.deepEqual(differences, [{ kind: 'added', name }]);
      if (!hasPython) continue;
      await writeFile(path.join(elsewhere, 'copy.zip'), zip);
      const { status, text } = verifyPack(path.join(elsewhere, 'copy.zip'));
      assert.equal(status, 1, text);
      assert.ok(text.includes(name), text);
    }
  });

  suite('whoever receives it', { skip: !hasPython && 'needs python3' }, () => {
    test('checks pack, record and head with the published verifiers, as its README says', async () => {
      const parts = await readParts();
      const pack = await unpackedPack(inputOf(parts));
      try {
        const { status, text } = verifyPack(pack.zip, '--seal', pack.seal);
        assert.equal(status, 0, text);
        assert.match(text, /For data\/case: verify_record\.py/u);
        const readme = await readFile(path.join(pack.root, 'README.txt'), 'utf8');
        assert.match(readme, /^data\/notes\/ {12}notes of the case/mu);
        assert.match(readme, /^ {5}python3 -I verify_record\.py data\/case --head HEAD$/mu);
        const info = await readFile(path.join(pack.root, 'bag-info.txt'), 'utf8');
        const head = /^Live-Response-Record-Head: ([\da-f]{64})$/mu.exec(info)?.[1] ?? '';
        assert.equal(head, parts.record?.head);
        const recorded = verify(path.join(pack.root, 'data/case'), '--head', head);
        assert.equal(recorded.status, 0, recorded.text);
        assert.match(recorded.text, /the given head: now/u);
        const sums = spawnSync('sha256sum', ['-c', 'manifest-sha256.txt'], { cwd: pack.root, encoding: 'utf8' });
        assert.equal(sums.status, 0, sums.stderr);
      } finally {
        await rm(pack.folder, { recursive: true });
      }
    });

    test('sees a changed note by the pack, and a changed step by the record', async () => {
      const pack = await unpackedPack(inputOf(await readParts()));
      try {
        const copy = new Copy(await filesOf(await readFile(pack.zip)));
        copy.edit('data/notes/0001-notes.md', (text) => `${text}and more`);
        await writeFile(pack.zip, zipOf([...copy.files].map(([name, bytes]) => ({ name, bytes }))));
        assert.match(verifyPack(pack.zip).text, /changed: data\/notes\/0001-notes\.md/u);
        const [step = ''] = [...copy.files.keys()].filter((name) => name.startsWith('data/case/record/'));
        copy.edit(step, (text) => text.replace('"fetched"', '"cleared"'));
        await writeFile(path.join(pack.root, step), copy.read(step));
        assert.equal(verify(path.join(pack.root, 'data/case')).status, 1);
      } finally {
        await rm(pack.folder, { recursive: true });
      }
    });
  });
});
