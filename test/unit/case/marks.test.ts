import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { appendFile, mkdir, readdir, readFile, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, suite, test } from 'node:test';
import { promisify } from 'node:util';
import fc from 'fast-check';
import { createCase } from '../../../src/case/folder/caseFile.ts';
import { appendMarks, readMarks } from '../../../src/case/marks/markFiles.ts';
import { isTag, readMarkLine, toMarkBytes } from '../../../src/case/marks/markLine.ts';
import type { MarkLine } from '../../../src/case/marks/markLine.ts';
import { mergeMarks } from '../../../src/case/marks/mergeMarks.ts';
import { times } from '../../fuzz/support/settings.ts';
import { mark, marksOf, onLines, plant, REMARK, resultAt, troubleOf } from './markScene.ts';
import { createScene, NOW } from './scene.ts';
import type { Scene } from './scene.ts';

const WINDOW = path.join(import.meta.dirname, 'windowThatMarks.ts');
const NO_TROUBLE = { unreadable: 0, unknown: 0, torn: 0, refused: 0 };
const reviewed = (set: boolean) => ({ what: 'reviewed', on: resultAt(1), set }) as const;
const remark = (text: string | null) => ({ what: 'remark', on: onLines(1, 3, 5), id: REMARK, text }) as const;

suite('marks of a case', () => {
  let scene: Scene;
  beforeEach(async () => {
    scene = await createScene();
  });
  afterEach(() => rm(scene.folder, { recursive: true }));

  test('there are none, and no folder, before the first', async () => {
    assert.equal(await marksOf(scene, 1), undefined);
    assert.deepEqual(await readdir(scene.folder), ['case.json']);
  });

  test('are lines of the writer’s own file, and are read by everybody', async () => {
    await mark(scene, 'anna', reviewed(true));
    await mark(scene, 'bob', { what: 'tag', on: resultAt(1), tag: 'persistence', set: true });
    await mark(scene, 'bob', remark('look at this'));
    assert.deepEqual((await readdir(path.join(scene.folder, 'marks'))).sort(), ['anna.jsonl', 'bob.jsonl']);
    const { isReviewed, tags, remarks = [] } = (await marksOf(scene, 1)) ?? {};
    assert.deepEqual([isReviewed, tags], [true, ['persistence']]);
    assert.deepEqual(
      remarks.map(({ who, text, on }) => [who, text, on.lines]),
      [['bob', 'look at this', [3, 5]]],
    );
    const line = await readFile(path.join(scene.folder, 'marks', 'anna.jsonl'), 'utf8');
    assert.equal(
      line,
      `{"v":1,"at":"2026-11-23T21:04:00.000Z","who":"anna","what":"reviewed","on":${JSON.stringify(resultAt(1))},"set":true}\n`,
    );
  });

  test('the last word counts, also of a person whose clock is behind', async () => {
    await mark(scene, 'anna', reviewed(true), NOW + 600_000);
    await mark(scene, 'bob', reviewed(false), NOW);
    assert.equal(await marksOf(scene, 1), undefined);
    await mark(scene, 'anna', reviewed(true), NOW - 600_000);
    assert.equal((await marksOf(scene, 1))?.isReviewed, true);
  });

  test('a remark is edited and deleted by a later line; its place and its first time stay', async () => {
    await mark(scene, 'anna', remark('first'));
    await mark(scene, 'anna', { ...remark('second'), on: onLines(1, 7) }, NOW + 1000);
    const [only, ...more] = (await marksOf(scene, 1))?.remarks ?? [];
    assert.deepEqual(
      [only?.text, only?.on.lines, only?.at, more.length],
      ['second', [3, 5], '2026-11-23T21:04:00.000Z', 0],
    );
    await mark(scene, 'anna', remark(null));
    assert.equal(await marksOf(scene, 1), undefined);
    assert.match(
      await readFile(path.join(scene.folder, 'marks', 'anna.jsonl'), 'utf8'),
      /"first".*\n.*"second".*\n.*null/u,
    );
  });

  test('nobody changes or deletes the remark of another', async () => {
    await mark(scene, 'anna', remark('mine'));
    await mark(scene, 'eve', remark('not yours'), NOW + 1000);
    await mark(scene, 'eve', remark(null), NOW + 2000);
    assert.deepEqual(
      (await marksOf(scene, 1))?.remarks.map(({ who, text }) => [who, text]),
      [['anna', 'mine']],
    );
    // A line that names another writer is none of that writer.
    await plant(
      scene,
      'eve.jsonl',
      toMarkBytes({ v: 1, at: '2026-11-23T22:00:00.000Z', who: 'anna', ...reviewed(true) }),
    );
    assert.equal((await marksOf(scene, 1))?.isReviewed, false);
    assert.equal((await troubleOf(scene)).unreadable, 1);
  });

  test('two processes that append at once lose nothing, each in its file and both in one', async () => {
    const run = (writer: string, count: number): Promise<unknown> =>
      promisify(execFile)(process.execPath, [
        ...['--disable-warning=ExperimentalWarning', WINDOW],
        ...[scene.folder, scene.made.id, writer, count.toString()],
      ]);
    await Promise.all([run('anna', 60), run('bob', 60), run('same', 60), run('same', 60)]);
    const { results, trouble } = await readMarks(scene.folder);
    assert.deepEqual(trouble, NO_TROUBLE);
    assert.equal(results.size, 60);
    for (const { tags, remarks } of results.values()) {
      assert.deepEqual(tags, ['by-anna', 'by-bob', 'by-same']);
      assert.deepEqual(remarks.map(({ who }) => who).sort(), ['anna', 'bob', 'same', 'same']);
    }
  });

  test('the order of files and lines has no influence', () => {
    const line = fc.record({
      at: fc.integer({ min: 0, max: 3 }),
      who: fc.constantFrom('anna', 'bob', 'eve'),
      number: fc.integer({ min: 1, max: 2 }),
      what: fc.constantFrom('reviewed', 'tag', 'remark'),
      set: fc.boolean(),
    });
    fc.assert(
      // Two lines of one writer never have the same time on one subject.
      fc.property(
        fc.uniqueArray(line, {
          selector: ({ at, who, number, what }) => `${at} ${who} ${number} ${what}`,
          maxLength: 12,
        }),
        fc.array(fc.nat(), { minLength: 12, maxLength: 12 }),
        (made, keys) => {
          const lines = made.map(({ at, who, number, what, set }): MarkLine => {
            const head = { v: 1, at: new Date(NOW + at).toISOString(), who } as const;
            if (what === 'reviewed') return { ...head, what, on: resultAt(number), set };
            if (what === 'tag') return { ...head, what, on: resultAt(number), tag: 'x', set };
            return {
              ...head,
              what: 'remark',
              on: onLines(number, 1),
              id: `${REMARK.slice(0, -1)}${number}`,
              text: set ? `${at}` : null,
            };
          });
          const shuffled = lines
            .map((one, at) => ({ one, key: keys[at] ?? 0 }))
            .sort((one, other) => one.key - other.key)
            .map(({ one }) => one);
          const sorted = (all: readonly MarkLine[]): unknown => [...mergeMarks(all).results].sort();
          assert.deepEqual(sorted(shuffled), sorted(lines));
        },
      ),
      times(300),
    );
  });

  test('a torn last line is counted, stays, and the next line is whole', async () => {
    await mark(scene, 'anna', reviewed(true));
    await mark(scene, 'anna', { what: 'tag', on: resultAt(1), tag: 'x', set: true });
    const file = path.join(scene.folder, 'marks', 'anna.jsonl');
    const { length } = await readFile(file);
    await truncate(file, length - 20);
    assert.deepEqual(await troubleOf(scene), { ...NO_TROUBLE, torn: 1 });
    assert.deepEqual((await marksOf(scene, 1))?.tags, []);
    await mark(scene, 'anna', remark('after the crash'));
    assert.deepEqual(await troubleOf(scene), { ...NO_TROUBLE, unreadable: 1 });
    const { isReviewed, remarks = [] } = (await marksOf(scene, 1)) ?? {};
    assert.deepEqual([isReviewed, remarks[0]?.text], [true, 'after the crash']);
  });

  test('lines of a newer version are counted and stay', async () => {
    const newer = `{"v":1,"at":"2026-11-23T21:04:00.000Z","who":"anna","what":"starred","on":{},"stars":5}\n{"v":2,"at":"2026-11-23T21:04:00.000Z","who":"anna","what":"reviewed"}\n`;
    await plant(scene, 'anna.jsonl', newer);
    await mark(scene, 'anna', reviewed(true));
    assert.deepEqual(await troubleOf(scene), { ...NO_TROUBLE, unknown: 2 });
    assert.ok((await readFile(path.join(scene.folder, 'marks', 'anna.jsonl'), 'utf8')).startsWith(newer));
  });

  test('keys that no mark has change nothing', async () => {
    const line = { v: 1, at: '2026-11-23T21:04:00.000Z', who: 'anna', ...reviewed(true), color: 'red', command: 'x' };
    await plant(scene, 'anna.jsonl', `${JSON.stringify(line)}\n`);
    assert.deepEqual(await marksOf(scene, 1), { isReviewed: true, tags: [], remarks: [] });
    assert.deepEqual(readMarkLine(Buffer.from(JSON.stringify(line)), 'anna'), {
      ...{ v: 1, at: line.at, who: 'anna' },
      ...reviewed(true),
    });
  });

  const head = '"v":1,"at":"2026-11-23T21:04:00.000Z","who":"anna"';
  const on = JSON.stringify(resultAt(1));
  const onText = JSON.stringify(onLines(1, 3));
  const hostile: readonly [string, string][] = [
    ['no JSON', 'reviewed'],
    ['a list', '[1]'],
    ['a key twice', `{${head},"what":"reviewed","on":${on},"set":false,"set":true}`],
    ['spaces', `{ ${head},"what":"reviewed","on":${on},"set":true}`],
    [
      'a time of another zone',
      `{"v":1,"at":"2026-11-23T21:04:00+14:00","who":"anna","what":"reviewed","on":${on},"set":true}`,
    ],
    [
      'a day that is none',
      `{"v":1,"at":"2026-02-30T21:04:00.000Z","who":"anna","what":"reviewed","on":${on},"set":true}`,
    ],
    ['a kind that is a list', `{${head},"what":["reviewed"],"on":${on},"set":true}`],
    ['a switch that is a text', `{${head},"what":"reviewed","on":${on},"set":"true"}`],
    ['no result', `{${head},"what":"reviewed","on":null,"set":true}`],
    ['another cloud', `{${head},"what":"reviewed","on":${on.replace('commercial', '__proto__')},"set":true}`],
    ['a path for an action', `{${head},"what":"reviewed","on":${on.replace(/2222[^"]*/u, '../../x')},"set":true}`],
    ['a number below zero', `{${head},"what":"reviewed","on":${on.replace(':0}', ':-1}')},"set":true}`],
    ['a tag of two words', `{${head},"what":"tag","on":${on},"tag":"Exit 0 · pass","set":true}`],
    ['a tag that turns the text around', `{${head},"what":"tag","on":${on},"tag":"a\u202eb","set":true}`],
    ['a tag that is a link', `{${head},"what":"tag","on":${on},"tag":"[x](command:y)","set":true}`],
    ['an icon as a tag', `{${head},"what":"tag","on":${on},"tag":"$(pass)","set":true}`],
    ['a remark without an id', `{${head},"what":"remark","on":${onText},"text":"x"}`],
    ['a remark of nothing', `{${head},"what":"remark","on":${onText},"id":"${REMARK}","text":" "}`],
    [
      'a remark that is an object',
      `{${head},"what":"remark","on":${onText},"id":"${REMARK}","text":{"value":"x","isTrusted":true}}`,
    ],
    [
      'a remark that is a book',
      `{${head},"what":"remark","on":${onText},"id":"${REMARK}","text":"${'x'.repeat(8001)}"}`,
    ],
    ['line 0', `{${head},"what":"remark","on":${onText.replace('[3,3]', '[0,3]')},"id":"${REMARK}","text":"x"}`],
    [
      'lines backwards',
      `{${head},"what":"remark","on":${onText.replace('[3,3]', '[5,3]')},"id":"${REMARK}","text":"x"}`,
    ],
    [
      'a line beyond all',
      `{${head},"what":"remark","on":${onText.replace('[3,3]', '[3,9007199254740991]')},"id":"${REMARK}","text":"x"}`,
    ],
    [
      'another stream',
      `{${head},"what":"remark","on":${onText.replace('output', 'command')},"id":"${REMARK}","text":"x"}`,
    ],
    [
      'a view that is none',
      `{${head},"what":"remark","on":${onText.replace('"stream"', '"view":"x","stream"')},"id":"${REMARK}","text":"x"}`,
    ],
    ['bytes that are no text', '{"v":1,\xff}'],
    ['a line of 70 kB', `{${head},"what":"reviewed","on":${on},"set":true,"x":"${'x'.repeat(70_000)}"}`],
  ];
  for (const [name, line] of hostile) {
    test(`a hostile line says nothing: ${name}`, async () => {
      await plant(scene, 'anna.jsonl', Buffer.from(`${line}\n`, name.startsWith('bytes') ? 'latin1' : 'utf8'));
      const { results, trouble } = await readMarks(scene.folder);
      assert.deepEqual([results.size, trouble], [0, { ...NO_TROUBLE, unreadable: 1 }]);
    });
  }

  test('links, huge files, millions of lines and strange names are refused and counted; the others are read', async () => {
    await mark(scene, 'anna', reviewed(true));
    const place = path.join(scene.folder, 'marks');
    const good = await readFile(path.join(place, 'anna.jsonl'), 'utf8');
    const outside = path.join(scene.folder, 'outside.jsonl');
    await writeFile(outside, good.replace('"anna"', '"link"').replace('true', 'false'));
    await symlink(outside, path.join(place, 'link.jsonl'));
    await writeFile(path.join(place, 'huge.jsonl'), '');
    await truncate(path.join(place, 'huge.jsonl'), 17 * 1024 * 1024);
    await writeFile(path.join(place, 'lines.jsonl'), '\n'.repeat(300_000));
    await writeFile(path.join(place, 'anna (conflict of bob).jsonl'), good);
    await writeFile(path.join(place, 'ANNA.jsonl'), good);
    await writeFile(path.join(place, 'notes.txt'), 'x');
    await mkdir(path.join(place, 'folder.jsonl'));
    assert.deepEqual(await troubleOf(scene), { ...NO_TROUBLE, refused: 6 });
    assert.equal((await marksOf(scene, 1))?.isReviewed, true);
    await assert.rejects(mark(scene, 'link', reviewed(true)), { code: 'fileFailed' });
    assert.match(await readFile(outside, 'utf8'), /"set":false\}\n$/u);
    await assert.rejects(mark(scene, 'huge', reviewed(true)), { code: 'fileFailed' });
  });

  test('a link in place of the folder is refused, and nothing is written behind it', async () => {
    const outside = await createScene();
    try {
      await symlink(outside.folder, path.join(scene.folder, 'marks'));
      await assert.rejects(readMarks(scene.folder), { code: 'fileFailed' });
      await assert.rejects(
        appendMarks({
          ...{ folder: scene.folder, caseId: scene.made.id, writer: 'anna', now: NOW },
          ...{ marks: [reviewed(true)], lastWords: new Map<string, string>() },
        }),
        { code: 'fileFailed' },
      );
      assert.deepEqual(await readdir(outside.folder), ['case.json']);
    } finally {
      await rm(outside.folder, { recursive: true });
    }
  });

  test('nothing is written into another case that took its place, and no case is started where marks are', async () => {
    await mark(scene, 'anna', reviewed(true));
    await rm(path.join(scene.folder, 'case.json'));
    await assert.rejects(mark(scene, 'anna', reviewed(false)), { code: 'fileFailed' });
    await assert.rejects(createCase(scene.folder, { name: 'x', number: '', now: NOW }), { code: 'fileFailed' });
    assert.equal((await marksOf(scene, 1))?.isReviewed, true);
  });

  test('a file that did not change is not read again, and one that did is', async () => {
    await mark(scene, 'anna', reviewed(true));
    await mark(scene, 'bob', remark('x'));
    const before = await readMarks(scene.folder);
    await appendFile(path.join(scene.folder, 'marks', 'bob.jsonl'), '\n');
    const after = await readMarks(scene.folder, before.files);
    assert.equal(after.files.get('anna.jsonl'), before.files.get('anna.jsonl'));
    assert.notEqual(after.files.get('bob.jsonl'), before.files.get('bob.jsonl'));
    assert.deepEqual(after.results, before.results);
  });

  test('a mark of a day that has not come counts for nothing: nobody could change it', async () => {
    const line: MarkLine = { v: 1, at: '9999-12-31T23:59:59.999Z', who: 'anna', ...reviewed(true) };
    await plant(scene, 'anna.jsonl', toMarkBytes(line));
    assert.equal(await marksOf(scene, 1), undefined);
    await mark(scene, 'bob', reviewed(true));
    assert.equal((await marksOf(scene, 1))?.isReviewed, true);
    await mark(scene, 'bob', reviewed(false));
    assert.deepEqual(await troubleOf(scene), { ...NO_TROUBLE, unreadable: 1 });
    assert.equal(await marksOf(scene, 1), undefined);
  });

  test('tags are words of every script', () => {
    for (const tag of ['persistence', 'T1053.005', 'şüpheli', '可疑', 'a_b-c', 'हिन्दी']) assert.ok(isTag(tag), tag);
    for (const tag of ['', '-a', 'a b', '#a', 'a·b', 'a\u200bb', 'x'.repeat(41)]) assert.ok(!isTag(tag), tag);
  });
});
