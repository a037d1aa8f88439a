import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { suite, test } from 'node:test';
import { refOf } from '../../../../src/base/resultUri.ts';
import { toMarkBytes } from '../../../../src/case/marks/markLine.ts';
import { Window } from '../../../security/support/packWindow.ts';
import { sha256 } from './changes.ts';
import { filesOf } from './opened.ts';
import { markedInput, REMARK_TEXT } from './sampleMarks.ts';
import { hasPython, packInput, unpackedPack, verify, writeSample } from './samplePack.ts';

const ANALYST = 'data/marks/analyst-2.jsonl';
const BOB = 'data/marks/bob.jsonl';

/** Returns the files of a pack whose names match, by their names. */
async function textsOf(zip: Buffer, pattern: RegExp): Promise<ReadonlyMap<string, string>> {
  const all = await filesOf(zip);
  return new Map([...all].filter(([name]) => pattern.test(name)).map(([name, bytes]) => [name, sha256(bytes)]));
}

suite('marks in a hand-over pack', () => {
  test('are not in it unless they were chosen, and then nothing speaks of them', async () => {
    const files = await filesOf((await writeSample(packInput())).zip);
    assert.ok(![...files.keys()].some((name) => name.includes('marks')));
    assert.doesNotMatch(Buffer.from(files.get('README.txt') ?? '').toString(), /marks/u);
  });

  test('stand in it as in the files of their writers, without those of hosts that have no result', async () => {
    const { marks, ...input } = markedInput();
    const files = await filesOf((await writeSample({ ...input, marks })).zip);
    const names = [...files.keys()].filter((name) => name.startsWith('data/marks/'));
    assert.deepEqual(names, [ANALYST, BOB]);
    const bytesOf = (writer: string, count: number): Buffer =>
      Buffer.concat((marks.get(writer) ?? []).slice(0, count).map(toMarkBytes));
    assert.deepEqual(Buffer.from(files.get(ANALYST) ?? ''), bytesOf('analyst-2', 3));
    assert.deepEqual(Buffer.from(files.get(BOB) ?? ''), bytesOf('bob', 1));
    const manifest = Buffer.from(files.get('manifest-sha256.txt') ?? '').toString();
    for (const name of names) assert.ok(manifest.includes(`${sha256(files.get(name) ?? '')}  ${name}\n`));
    assert.match(Buffer.from(files.get('README.txt') ?? '').toString(), /data\/marks\/ .*\n.*pseudonym/u);
  });

  test('of results that the pack cannot hold are left out, with their writers', async () => {
    const input = markedInput();
    const [first] = input.rows;
    const { zip } = await writeSample({ ...input, canHold: ({ ref }) => ref.actionId !== first?.ref.actionId });
    assert.deepEqual([...(await textsOf(zip, /marks/u)).keys()], [BOB]);
  });

  test('the same marks give the same bytes, in whatever order their writers are read', async () => {
    const { marks, ...input } = markedInput();
    const other = new Map([...marks].reverse());
    assert.equal((await writeSample({ ...input, marks })).seal, (await writeSample({ ...input, marks: other })).seal);
  });

  test('the verifier and sha256sum find it consistent', { skip: !hasPython && 'needs python3' }, async () => {
    const { zip, root, folder, seal } = await unpackedPack(markedInput());
    const { status, text } = verify(zip, '--seal', seal);
    assert.equal(status, 0, text);
    for (const name of ['manifest-sha256.txt', 'tagmanifest-sha256.txt']) {
      const { status: code, stdout } = spawnSync('sha256sum', ['-c', name], { cwd: root, encoding: 'utf8' });
      assert.equal(code, 0, stdout);
    }
    assert.equal((await readFile(path.join(root, BOB), 'utf8')).split('\n').length, 2);
    await rm(folder, { recursive: true });
  });

  test('show with the results of the opened pack, and nobody changes them', async () => {
    const window = new Window();
    const connection = await window.open((await writeSample(markedInput())).zip);
    const { marks } = window;
    const { cloud, tenantId } = connection;
    const [first, second] = packInput().rows.map(({ ref }) => ({ ...refOf(ref), cloud, tenantId }));
    assert.ok(first !== undefined && second !== undefined);
    assert.deepEqual([marks.isOpen, marks.isShown(connection), marks.isMarkable(connection)], [false, true, false]);
    const { isReviewed, tags, remarks } = marks.of(first);
    assert.deepEqual([isReviewed, tags, marks.of(second).tags], [true, [], ['run-key']]);
    assert.deepEqual(
      remarks.map(({ who, text, on }) => [who, text, on.lines, on.cloud, on.tenantId]),
      [['analyst-2', REMARK_TEXT, [2, 3], cloud, tenantId]],
    );
    assert.deepEqual([marks.remarks(connection).length, marks.tags(connection)], [1, ['run-key']]);
    await assert.rejects(marks.add([{ what: 'reviewed', on: second, set: true }]), { code: 'fileFailed' });
    await window.store.dispose();
  });

  test('opened and handed over again, it holds the same results and the same marks, and says that it was a pack', async () => {
    const { zip } = await writeSample(markedInput());
    const window = new Window();
    const again = await writeSample(await window.input(await window.open(zip)));
    const third = new Window();
    const once = await writeSample(await third.input(await third.open(again.zip)));
    const wanted = await textsOf(zip, /^data\/(?:marks\/|results\/.*gz$)/u);
    assert.equal(wanted.size, 13);
    assert.deepEqual(await textsOf(again.zip, /^data\/(?:marks\/|results\/.*gz$)/u), wanted);
    assert.deepEqual(await textsOf(once.zip, /^data\/(?:marks\/|results\/.*gz$)/u), wanted);
    const facts = (await filesOf(again.zip)).get('data/results/0001-dc1.json.gz.facts.json');
    assert.match(Buffer.from(facts ?? '').toString(), /"openedFrom": "pack"/u);
    await window.store.dispose();
    await third.store.dispose();
  });
});
