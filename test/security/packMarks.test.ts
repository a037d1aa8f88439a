import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { before, suite, test } from 'node:test';
import { packTenant, refOf } from '../../src/base/resultUri.ts';
import type { ResultRef } from '../../src/base/resultUri.ts';
import { ActiveCase } from '../../src/case/activeCase.ts';
import { caseTools } from '../../src/case/caseTools.ts';
import { failure } from '../unit/defender/expected.ts';
import { mark } from '../unit/case/markScene.ts';
import { noCase } from '../unit/case/noCase.ts';
import { createScene } from '../unit/case/scene.ts';
import { zipOf } from '../../src/sample/base/zipFile.ts';
import { Copy } from '../unit/runs/pack/changes.ts';
import { filesOf, read } from '../unit/runs/pack/opened.ts';
import { markedInput } from '../unit/runs/pack/sampleMarks.ts';
import { hasPython, packInput, verify, writeSample } from '../unit/runs/pack/samplePack.ts';
import { Window } from './support/packWindow.ts';

const BOB = 'data/marks/bob.jsonl';
const REMARK = '33333333-3333-4333-8333-333333333333';

suite('marks of a hand-over pack that somebody wrote to harm its reader', () => {
  let files: ReadonlyMap<string, Uint8Array>;
  let line: string;
  let first: ResultRef;
  let sha256: string;
  before(async () => {
    files = await filesOf((await writeSample(markedInput())).zip);
    line = Buffer.from(files.get(BOB) ?? '').toString();
    const [row] = packInput().rows;
    assert.ok(row?.facts !== undefined);
    first = refOf(row.ref);
    ({ sha256 } = row.facts);
  });

  /** Returns the zip of the pack with this content of a file, and manifests that are right. */
  function packed(content: string | Uint8Array, name = BOB): Buffer {
    const copy = new Copy(files);
    copy.set(name, content);
    copy.seal();
    return Buffer.from(zipOf([...copy.files].map(([one, bytes]) => ({ name: one, bytes }))));
  }

  /** Returns a line of bob's, which marks the first result. */
  function bobs(change: Readonly<Record<string, unknown>>): string {
    const known = { v: 1, at: '2026-11-24T09:00:00.000Z', who: 'bob', what: 'reviewed', on: first, set: true };
    return `${JSON.stringify({ ...known, ...change })}\n`;
  }

  function remark(id: string, text: string, who = 'bob'): string {
    const on = { ...first, stream: 'output', sha256, lines: [1, 1] };
    return `${JSON.stringify({ v: 1, at: '2026-11-24T09:00:00.000Z', who, what: 'remark', on, id, text })}\n`;
  }

  const CONTENTS: readonly (readonly [what: string, content: () => string | Uint8Array])[] = [
    ['a line that is no mark', () => 'x\n'],
    ['a line of a newer version', () => bobs({ v: 2 })],
    ['a line that is cut off', () => line.slice(0, -1)],
    ['empty lines', () => `${line}\n${line}`],
    ['no line', () => ''],
    ['another writer in its lines', () => line.replace('"bob"', '"eve"')],
    ['a writer that is a path', () => line.replace('"bob"', '"../bob"')],
    ['a key that no mark has', () => line.replace('"set":true', '"set":true,"link":"command:x"')],
    ['a key that stands twice', () => line.replace('"set":true', '"set":false,"set":true')],
    ['a prototype', () => line.replace('"set":true', '"set":true,"__proto__":{"isReviewed":true}')],
    ['a tag with a mark that reverses the text', () => line.replace('run-key', 'run\u202Ekey')],
    ['a tag that is a command', () => line.replace('run-key', '[x](command:y)')],
    ['a remark of megabytes', () => remark(REMARK, 'x'.repeat(5_000_000))],
    ['a result of another action', () => line.replace(/"actionId":"[^"]*"/u, `"actionId":"${REMARK}"`)],
    ['another command of a session', () => line.replace('"commandIndex":0', '"commandIndex":1')],
    ['a host without a result', () => bobs({ on: refOf(missing()) })],
    ['bytes that are no text', () => Buffer.from(line.replace('run-key', 'run\u00e9'), 'latin1')],
    ['more than 8 MB', () => line.repeat(Math.ceil((8 * 1024 * 1024) / line.length) + 1)],
  ];
  for (const [what, content] of CONTENTS) {
    test(`${what}: found, and nothing of the pack is kept`, async () => {
      const { differences, results } = await read(packed(content()));
      const { length } = differences.filter(({ kind, name }) => kind === 'otherMarks' && name === BOB);
      assert.equal(length, 1, JSON.stringify(differences));
      assert.deepEqual(results, []);
    });
  }

  test('a name that is no writer’s is found, and one that is a path is refused before anything is read', async () => {
    for (const name of ['x.txt', 'Eve.jsonl', '-a.jsonl', 'a/b.jsonl', `${'a'.repeat(33)}.jsonl`, '.jsonl']) {
      const own = line.replace('"bob"', JSON.stringify(name.replace('.jsonl', '')));
      const { differences } = await read(packed(own, `data/marks/${name}`));
      assert.ok(
        differences.some(({ kind }) => kind === 'otherMarks'),
        `${name}: ${JSON.stringify(differences)}`,
      );
    }
    assert.deepEqual((await read(packed(line.replace('"bob"', '"eve"'), 'data/marks/eve.jsonl'))).differences, []);
    for (const name of ['data/marks/../x.jsonl', 'data/marks/..\\x.jsonl'])
      await assert.rejects(read(packed(line, name)), failure('packRefused', { reason: 'odd' }));
  });

  test('a thousand writers are read, one more is found; so are marks that no manifest lists', async () => {
    const copy = new Copy(files);
    for (let at = 0; at < 999; at++)
      copy.set(
        `data/marks/w${at.toString().padStart(4, '0')}.jsonl`,
        bobs({ who: `w${at.toString().padStart(4, '0')}` }),
      );
    copy.seal();
    const zipped = (): Buffer => Buffer.from(zipOf([...copy.files].map(([name, bytes]) => ({ name, bytes }))));
    const kinds = async (): Promise<readonly string[]> => (await read(zipped())).differences.map(({ kind }) => kind);
    assert.deepEqual(await kinds(), ['otherMarks']);
    for (const name of ['data/marks/w0000.jsonl', 'data/marks/w0001.jsonl']) copy.files.delete(name);
    copy.seal();
    assert.deepEqual(await kinds(), []);
    copy.set('data/marks/eve.jsonl', bobs({ who: 'eve' }));
    assert.deepEqual(await kinds(), ['added']);
  });

  test('100,000 lines are read in seconds, and give way to other work; one more is found', async () => {
    const copy = new Copy(files);
    copy.files.delete('data/marks/analyst-2.jsonl');
    for (const who of ['a', 'b', 'c', 'd']) copy.set(`data/marks/${who}.jsonl`, bobs({ who }).repeat(24_999));
    copy.set(BOB, bobs({}).repeat(4));
    const kinds = async (): Promise<readonly string[]> => {
      copy.seal();
      const zip = Buffer.from(zipOf([...copy.files].map(([name, bytes]) => ({ name, bytes }))));
      return (await read(zip)).differences.map(({ kind }) => kind);
    };
    let turns = 0;
    const timer = setInterval(() => turns++, 1);
    const begun = performance.now();
    assert.deepEqual(await kinds(), []);
    clearInterval(timer);
    assert.ok(performance.now() - begun < 20_000);
    assert.ok(turns > 10, turns.toString());
    copy.set(BOB, bobs({}).repeat(5));
    assert.deepEqual(await kinds(), ['otherMarks']);
  });

  test(
    'the published verifier finds what is not of a writer, or about no result',
    { skip: !hasPython && 'needs python3' },
    async () => {
      const folder = await mkdtemp(path.join(tmpdir(), 'pack-'));
      const zip = path.join(folder, 'pack.zip');
      for (const content of [
        line.replace('"bob"', '"eve"'),
        line.replace(/"actionId":"[^"]*"/u, `"actionId":"${REMARK}"`),
        bobs({ on: refOf(missing()) }),
      ]) {
        await writeFile(zip, packed(content));
        const { status, text } = verify(zip);
        assert.equal(status, 1, text);
        assert.match(text, /^a mark of another person, or of no result in the pack: data\/marks\/bob\.jsonl$/mu);
      }
      await writeFile(zip, packed(line, 'data/marks/x.txt'));
      assert.match(verify(zip).text, /^added, .*data\/marks\/x\.txt$/mu);
      await writeFile(zip, packed('{"on":\n'));
      assert.match(verify(zip).text, /^(?:ended: |CANNOT BE READ: )/mu);
      await rm(folder, { recursive: true });
    },
  );

  test('whatever tenant its lines name, they are about the results of the pack, and end with it', async () => {
    const window = new Window();
    const connection = await window.open(packed(bobs({})));
    assert.equal(window.marks.of(inPack(connection)).isReviewed, true);
    for (const ref of [first, { ...first, ...packTenant('0'.repeat(64)) }])
      assert.equal(window.marks.of(ref).isReviewed, false);
    assert.deepEqual([window.marks.isShown(first), window.marks.remarks(), window.marks.tags()], [false, [], []]);
    const told: (readonly string[])[] = [];
    window.marks.onDidChange((ids) => told.push(ids));
    await window.list.remove(connection.name);
    await window.closing;
    assert.deepEqual(told, [[]]);
    assert.deepEqual([window.marks.isAnyShown, window.marks.isOfPack(connection)], [false, false]);
    await window.store.dispose();
  });

  test('they never mix with those of a case, even under the pseudonym and the id of its own remark', async () => {
    const scene = await createScene();
    const on = { ...first, stream: 'output' as const, sha256, lines: [1, 1] as const };
    await mark(scene, 'bob', { what: 'remark', on, id: REMARK, text: 'own words' });
    const activeCase = new ActiveCase({
      state: {
        get: () => ({ folder: scene.folder, id: scene.made.id, name: 'Intrusion', writer: 'bob', records: false }),
        update: () => undefined,
      },
      loadTools: () => Promise.resolve(caseTools),
      toolVersion: '9.9.9',
      user: () => assert.fail('nobody is named'),
      isAllowed: () => true,
      onFailure: (error) => assert.fail(String(error)),
    });
    const window = new Window(undefined, undefined, activeCase);
    const { marks } = window;
    const connection = await window.open(packed(`${bobs({})}${remark(REMARK, 'words of a stranger')}`));
    await marks.read();
    const words = (tenant?: ResultRef): readonly string[] =>
      marks.remarks(tenant).flatMap(({ who, text }) => (who === 'bob' ? [text] : []));
    const strange = inPack(connection);
    assert.deepEqual([words(), words(first), words(strange)], [['own words'], ['own words'], ['words of a stranger']]);
    assert.deepEqual([marks.of(first).isReviewed, marks.of(strange).isReviewed], [false, true]);
    const [own, ...others] = [...marks.remarks(), ...marks.remarks(strange)].map(({ key }) => key);
    assert.ok(own !== undefined && others.length === 2 && !others.includes(own));
    assert.deepEqual([marks.isMarkable(first), marks.isMarkable(strange)], [true, false]);
    // Handing over the case's results takes the case's marks, and the pack's take its own.
    assert.match(JSON.stringify([...(await marks.linesAbout([first]))]), /own words/u);
    assert.doesNotMatch(JSON.stringify([...(await marks.linesAbout([strange]))]), /own words/u);
    await window.store.dispose();
    await rm(scene.folder, { recursive: true });
  });

  test('where the organisation forbids a record, they are checked and not shown', async () => {
    const window = new Window(undefined, undefined, noCase(false));
    const connection = await window.open(packed(bobs({})));
    assert.deepEqual(
      [window.marks.isShown(connection), window.marks.of(inPack(connection)).isReviewed],
      [false, false],
    );
    await window.store.dispose();
  });

  test('of a pack that could not be kept nothing stays', async () => {
    const window = new Window();
    const opening = window.open(packed(bobs({})), (pack) => {
      queueMicrotask(() => void window.packs.abandon());
      return pack;
    });
    await assert.rejects(opening, failure('cancelled'));
    assert.equal(window.marks.isAnyShown, false);
    await window.store.dispose();
  });

  /** Returns the first result as one of a pack. */
  function inPack({ cloud, tenantId }: Pick<ResultRef, 'cloud' | 'tenantId'>): ResultRef {
    return { ...first, cloud, tenantId };
  }

  function missing(): ResultRef {
    return packInput().rows.find(({ facts }) => facts === undefined)?.ref ?? assert.fail('every host has a result');
  }
});
