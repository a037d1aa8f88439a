import assert from 'node:assert/strict';
import { appendFile, copyFile, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { randomUUID } from 'node:crypto';
import path from 'node:path';
import { afterEach, beforeEach, suite, test } from 'node:test';
import { createCase } from '../../../src/case/folder/caseFile.ts';
import { readRecord } from '../../../src/case/record/recordFiles.ts';
import type { FaultKind } from '../../../src/case/record/verifyRecord.ts';
import { createScene, editLines, fetched, hasPython, NOW, verify } from './scene.ts';
import type { Scene } from './scene.ts';

suite('the record of a case', () => {
  let scene: Scene;
  beforeEach(async () => {
    scene = await createScene();
  });
  afterEach(() => rm(scene.folder, { recursive: true }));

  /** Two windows of one writer, and another writer after them. */
  async function fill(): Promise<string[]> {
    const [first, second, third] = [scene.writer('anna'), scene.writer('anna'), scene.writer('ben')];
    await first.append(fetched(1));
    await second.append(fetched(2));
    await Promise.all([first.append(fetched(3)), second.append(fetched(4)), first.append(fetched(5))]);
    await first.close();
    await second.close();
    await third.append(fetched(6));
    await third.close();
    return scene.files();
  }

  async function expectFault(kind: FaultKind, words: RegExp): Promise<void> {
    const { faults } = await scene.check();
    assert.ok(
      faults.some((fault) => fault.kind === kind),
      JSON.stringify(faults),
    );
    if (!hasPython) return;
    const { status, text } = verify(scene.folder);
    assert.equal(status, 1, text);
    assert.match(text, words);
    assert.match(text, /^NOT CONSISTENT: \d+ problems$/mu);
  }

  test('two windows of a writer and a third person write at once: every line is there, and it is consistent', async () => {
    const files = await fill();
    assert.equal(files.length, 3);
    const checked = await scene.check();
    assert.deepEqual(checked.faults, []);
    assert.equal(checked.lines, 6 + 3);
    assert.equal(checked.results.length, 6);
    if (!hasPython) return;
    const { status, text } = verify(scene.folder);
    assert.equal(status, 0, text);
    assert.match(text, /^CONSISTENT: 9 lines in 3 files, 0 unfinished\./mu);
    assert.match(text, /truncation, rewriting and back-dating are not excluded/u);
  });

  test('a line names what was asked for, and no text, folder or account', async () => {
    const [file = ''] = await fill();
    const [, line = ''] = (await readFile(file, 'utf8')).split('\n');
    const { prev, at, ...rest } = JSON.parse(line) as Record<string, unknown>;
    assert.match(String(prev), /^[\da-f]{64}$/u);
    assert.ok(String(at).startsWith('2026-11-23T21:0'));
    assert.deepEqual(rest, { v: 1, seq: 1, who: 'anna', tool: '9.9.9', ...fetched(1) });
    assert.ok(!(await readFile(file, 'utf8')).includes(scene.folder));
  });

  test('without a step, no file is made', async () => {
    await scene.writer('anna').close();
    await assert.rejects(scene.files(), { code: 'ENOENT' });
  });

  const changes: readonly [string, FaultKind, RegExp, (lines: string[]) => string[]][] = [
    ['an edit', 'chain', /changed, moved/u, (lines) => lines.map((line) => line.replace('"fetched"', '"opened"'))],
    ['a deletion in the middle', 'chain', /changed, moved/u, (lines) => lines.toSpliced(1, 1)],
    ['another order', 'chain', /changed, moved/u, (lines) => [lines[0] ?? '', ...lines.slice(1).reverse()]],
    ['a replay', 'chain', /changed, moved/u, (lines) => [...lines, lines[1] ?? '']],
    ['a line of anything', 'unreadable', /no line of a record/u, (lines) => [...lines, '{"v":1}']],
    ['a cut that another file remembers', 'fileCut', /cut off: anna/u, (lines) => lines.slice(0, -1)],
    [
      'a line that is changed at the end, so that no chain breaks',
      'fileChanged',
      /rewritten: anna/u,
      (lines) => lines.with(-1, (lines.at(-1) ?? '').replace('"9.9.9"', '"9.9.8"')),
    ],
  ];
  for (const [name, kind, words, edit] of changes) {
    test(`it shows ${name}`, async () => {
      const [first = ''] = await fill();
      await editLines(first, edit);
      await expectFault(kind, words);
    });
  }

  test('it shows a file that was taken away, and one that has another name', async () => {
    const [first = '', , third = ''] = await fill();
    await rename(third, third.replace('ben.', 'eve.'));
    await expectFault('otherFile', /renamed/u);
    await rm(first);
    await expectFault('fileGone', /taken away: anna/u);
  });

  test('it shows a copy of a file under another name, and the record of another case', async () => {
    const [first = ''] = await fill();
    const copy = first.replace(/[\da-f]{8}\.jsonl$/u, '00000000.jsonl');
    await copyFile(first, copy);
    await expectFault('otherFile', /renamed/u);
    await rm(copy);
    await rm(path.join(scene.folder, 'case.json'));
    // A case is not started where the record of another one is.
    await assert.rejects(createCase(scene.folder, { name: 'Other', number: '', now: NOW }), { code: 'fileFailed' });
    const other = { ...scene.made, format: 'live-response-case', version: 1, id: randomUUID() };
    await writeFile(path.join(scene.folder, 'case.json'), JSON.stringify(other));
    const { status, text } = verify(scene.folder);
    assert.equal(status, 1, text);
    assert.match(text, /of another case/u);
  });

  test('a line that was cut off by a crash stays, and does no harm', async () => {
    const [first = ''] = await fill();
    await appendFile(first, '{"v":1,"seq":4,"pre');
    const { faults, torn } = await scene.check();
    assert.deepEqual([faults, torn], [[], 1]);
    const next = scene.writer('anna');
    await next.append(fetched(7));
    await next.close();
    const begun = (await readRecord(scene.folder)).flatMap(({ lines }) => lines[0]?.line?.after ?? []);
    // The next window says what it found.
    assert.ok(begun.some(({ file, torn: bytes }) => file === path.basename(first) && bytes === 19));
    assert.deepEqual((await scene.check()).faults, []);
    if (hasPython) assert.match(verify(scene.folder).text, /^CONSISTENT: 11 lines in 4 files, 1 unfinished/mu);
  });

  test('links and files of other names are not read', async () => {
    const [first = ''] = await fill();
    await writeFile(path.join(scene.folder, 'record', 'notes.txt'), 'nothing');
    await symlink(first, first.replace(/[\da-f]{8}\.jsonl$/u, '00000000.jsonl'));
    await assert.rejects(scene.check(), { code: 'fileFailed' });
    if (hasPython) assert.equal(verify(scene.folder).status, 2);
  });

  test(
    'hostile lines are no lines: a key twice, numbers that are none, a depth without end',
    { skip: !hasPython },
    async () => {
      for (const line of ['{"v":1,"v":1}', '[NaN]', '['.repeat(200_000), '"text"', '7', 'null', '\uFEFF{}']) {
        const [file = ''] = await fill();
        await appendFile(file, `${line}\n`);
        assert.ok((await scene.check()).faults.length > 0, line.slice(0, 20));
        assert.equal(verify(scene.folder).status, 1, line.slice(0, 20));
        await rm(path.join(scene.folder, 'record'), { recursive: true });
      }
    },
  );
});
