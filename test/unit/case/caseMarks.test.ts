import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, rm, symlink } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, suite, test } from 'node:test';
import { ActiveCase } from '../../../src/case/activeCase.ts';
import type { CaseChoice } from '../../../src/case/activeCase.ts';
import { caseTools } from '../../../src/case/caseTools.ts';
import { CaseMarks } from '../../../src/case/marks/caseMarks.ts';
import { readMarks } from '../../../src/case/marks/markFiles.ts';
import { markKey } from '../../../src/case/marks/mergeMarks.ts';
import { ref } from '../results/fixtures.ts';
import { mark, marksOf, onLines, plant, REMARK, resultAt } from './markScene.ts';
import { noCase } from './noCase.ts';
import { createScene } from './scene.ts';
import type { Scene } from './scene.ts';

const REVIEWED = { what: 'reviewed', on: resultAt(1), set: true } as const;

suite('the marks of the open case', () => {
  let scene: Scene;
  let failures: unknown[];
  let stored: unknown;
  let watched: { readonly folder: string; readonly changed: () => void }[];
  beforeEach(async () => {
    scene = await createScene();
    failures = [];
    watched = [];
  });
  afterEach(() => rm(scene.folder, { recursive: true }));

  function open(choice: Partial<CaseChoice> = {}, isAllowed = true): { activeCase: ActiveCase; marks: CaseMarks } {
    const chosen = { folder: scene.folder, id: scene.made.id, name: 'Intrusion', writer: 'anna', records: false };
    const activeCase = new ActiveCase({
      state: {
        get: () => ({ ...chosen, ...choice }),
        update: (_key, value) => {
          stored = value;
        },
      },
      loadTools: () => Promise.resolve(caseTools),
      toolVersion: '9.9.9',
      user: () => assert.fail('nobody is named'),
      isAllowed: () => isAllowed,
      onFailure: (error) => failures.push(error),
    });
    return { activeCase, marks: follow(activeCase) };
  }

  function follow(activeCase: ActiveCase): CaseMarks {
    return new CaseMarks({
      activeCase,
      watch: (folder, changed) => {
        const one = { folder, changed };
        watched.push(one);
        return { dispose: () => watched.splice(watched.indexOf(one), 1) };
      },
      onFailure: (error) => failures.push(error),
    });
  }

  test('without a case nothing is loaded, watched or read', async () => {
    const marks = follow(noCase());
    await marks.read();
    assert.deepEqual([marks.isOpen, marks.remarks(), marks.trouble, watched], [false, [], undefined, []]);
    assert.deepEqual(marks.of(resultAt(1)), { isReviewed: false, tags: [], remarks: [] });
    await assert.rejects(marks.add([REVIEWED]), { code: 'fileFailed' });
  });

  test('where the organisation forbids a record, colleagues’ marks are not read and none is written', async () => {
    await mark(scene, 'bob', REVIEWED);
    const { marks } = open({}, false);
    await marks.read();
    assert.deepEqual([marks.isOpen, marks.of(resultAt(1)).isReviewed, watched], [false, false, []]);
    await assert.rejects(marks.add([REVIEWED]), { code: 'fileFailed' });
    assert.deepEqual(await readdir(path.join(scene.folder, 'marks')), ['bob.jsonl']);
  });

  test('an open case alone writes nothing; a mark is written, told once, and read by another window', async () => {
    const { marks } = open();
    const other = open({ writer: 'bob' }).marks;
    const told: (readonly string[])[] = [];
    marks.onDidChange((ids) => told.push(ids));
    await Promise.all([marks.read(), other.read()]);
    assert.deepEqual(await readdir(scene.folder), ['case.json']);
    await marks.add([REVIEWED, { what: 'remark', on: onLines(1, 4), id: REMARK, text: 'x' }]);
    assert.deepEqual(told, [[resultAt(1).actionId]]);
    assert.equal(marks.of(resultAt(1)).isReviewed, true);
    await other.add([{ ...REVIEWED, set: false }]);
    assert.deepEqual([other.of(resultAt(1)).isReviewed, other.remarks().length], [false, 1]);
    for (const { changed } of watched) changed();
    await marks.read();
    assert.equal(marks.of(resultAt(1)).isReviewed, false);
    assert.deepEqual(failures, []);
  });

  test('a mark waits for a pseudonym, which is kept for the case and never changed', async () => {
    const { activeCase, marks } = open({ writer: '' });
    await assert.rejects(marks.add([REVIEWED]), { code: 'fileFailed' });
    assert.deepEqual(await readdir(scene.folder), ['case.json']);
    await activeCase.nameWriter('anna');
    await activeCase.nameWriter('bob');
    assert.equal((stored as CaseChoice).writer, 'anna');
    await marks.add([REVIEWED]);
    assert.deepEqual(await readdir(path.join(scene.folder, 'marks')), ['anna.jsonl']);
    assert.equal(watched.length, 1);
  });

  test('a step of the record is not written by a mark', async () => {
    const { activeCase, marks } = open({ records: true });
    await marks.add([REVIEWED]);
    await activeCase.settle();
    assert.deepEqual((await readdir(scene.folder)).sort(), ['case.json', 'marks']);
  });

  test('a closed case takes its marks along', async () => {
    const { activeCase, marks } = open();
    await marks.add([REVIEWED]);
    let told = 0;
    marks.onDidChange((ids) => {
      assert.deepEqual(ids, []);
      told++;
    });
    await activeCase.choose(undefined);
    assert.deepEqual([marks.isOpen, marks.of(resultAt(1)).isReviewed, watched, told], [false, false, [], 1]);
    await assert.rejects(marks.add([REVIEWED]), { code: 'fileFailed' });
  });

  test('in the folder of another case nothing is written', async () => {
    const { marks } = open({ id: '44444444-4444-4444-8444-444444444444' });
    await assert.rejects(marks.add([REVIEWED]), { code: 'fileFailed' });
    assert.deepEqual(await readdir(scene.folder), ['case.json']);
  });

  test('a folder that cannot be read is told, and what was known stays', async () => {
    const { marks } = open();
    await marks.add([REVIEWED]);
    await rm(path.join(scene.folder, 'marks'), { recursive: true });
    await mkdir(path.join(scene.folder, 'elsewhere'));
    await symlink(path.join(scene.folder, 'elsewhere'), path.join(scene.folder, 'marks'));
    await marks.read();
    assert.equal(failures.length, 1);
    assert.equal(marks.of(resultAt(1)).isReviewed, true);
    await assert.rejects(marks.add([REVIEWED]), { code: 'fileFailed' });
    assert.deepEqual(await readdir(path.join(scene.folder, 'elsewhere')), []);
  });

  test('many marks at once lose nothing, and none names a person of this machine', async () => {
    const { marks } = open();
    await Promise.all(
      Array.from({ length: 50 }, (_, number) =>
        marks.add([{ what: 'tag', on: resultAt(number), tag: 'seen', set: true }]),
      ),
    );
    for (let number = 0; number < 50; number++) assert.deepEqual((await marksOf(scene, number))?.tags, ['seen']);
    const text = await readFile(path.join(scene.folder, 'marks', 'anna.jsonl'), 'utf8');
    assert.ok(!text.includes(scene.folder) && !text.includes('CONTOSO'));
    await plant(scene, 'anna.jsonl', '{"v":1');
    await marks.read();
    assert.deepEqual(marks.trouble, { unreadable: 0, unknown: 0, torn: 1, refused: 0 });
  });

  test('files of others leave room for one’s own, and empty lines for all', async () => {
    await mark(scene, 'zoe', REVIEWED);
    await plant(scene, '0.jsonl', Buffer.from('\n'.repeat(100_000)));
    for (let at = 0; at < 1001; at++) await plant(scene, `a${at}.jsonl`, Buffer.from(''));
    const { results, trouble } = await readMarks(scene.folder, undefined, 'zoe');
    assert.equal([...results.values()][0]?.isReviewed, true);
    assert.ok(trouble.refused > 0);
  });

  test('results of a pack are marked apart from those of the tenant', () => {
    const one = ref();
    assert.notEqual(markKey(one), markKey({ ...one, cloud: 'pack' }));
    assert.equal(markKey(one), markKey({ ...one, cloud: 'gcc' }));
  });
});
