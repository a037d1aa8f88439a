import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { appendFile, copyFile, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, mock, suite, test } from 'node:test';
import { ActiveCase } from '../../../src/case/activeCase.ts';
import type { CaseChoice } from '../../../src/case/activeCase.ts';
import { caseTools } from '../../../src/case/caseTools.ts';
import { readRecord } from '../../../src/case/record/recordFiles.ts';
import { createScene, fetched, hasPython, NOW, verify } from './scene.ts';
import type { Scene } from './scene.ts';

const HASH = 'a'.repeat(64);
const FILE = 'anna.20261123T210400Z.00000001.jsonl';

suite('a record in a folder that others change', () => {
  let scene: Scene;
  let record: string;
  beforeEach(async () => {
    scene = await createScene();
    record = path.join(scene.folder, 'record');
  });
  afterEach(() => rm(scene.folder, { recursive: true }));

  async function results(): Promise<(string | undefined)[]> {
    const files = await readRecord(scene.folder);
    return files.flatMap(({ lines }) => lines.flatMap(({ line }) => line?.results?.map(({ sha256 }) => sha256) ?? []));
  }

  test('taken away while a window records: the next step is on the disk, and the lost file is missed', async () => {
    const writer = scene.writer('anna');
    await writer.append(fetched(1));
    await rm(record, { recursive: true });
    await writer.append(fetched(2));
    await writer.close();
    assert.equal((await results()).length, 1);
    assert.deepEqual(
      (await scene.check()).faults.map(({ kind }) => kind),
      ['fileGone'],
    );
  });

  test('replaced by a copy of itself: every acknowledged step is there', async () => {
    const writer = scene.writer('anna');
    await writer.append(fetched(1));
    const [file = ''] = await scene.files();
    await copyFile(file, `${file}.copy`);
    await rename(`${file}.copy`, file);
    await writer.append(fetched(2));
    await writer.close();
    assert.equal((await results()).length, 2);
    assert.deepEqual((await scene.check()).faults, []);
  });

  test('what somebody appended is not overwritten, and shows', async () => {
    const writer = scene.writer('anna');
    await writer.append(fetched(1));
    const [file = ''] = await scene.files();
    await appendFile(file, '{"of":"somebody"}\n');
    await writer.append(fetched(2));
    await writer.close();
    assert.match(await readFile(file, 'utf8'), /\{"of":"somebody"\}\n$/u);
    assert.equal((await results()).length, 2);
    assert.deepEqual(
      (await scene.check()).faults.map(({ kind }) => kind),
      ['unreadable'],
    );
  });

  test('millions of empty lines, or of lines, are refused at once', async () => {
    await mkdir(record);
    for (const text of [Buffer.alloc(8 * 1024 * 1024, 10), Buffer.alloc(2_000_002, 'x\n')]) {
      await writeFile(path.join(record, FILE), text);
      await assert.rejects(readRecord(scene.folder), { code: 'fileFailed' });
      if (hasPython) assert.equal(verify(scene.folder).status, 2);
    }
  });

  test('no window begins a record whose first line nobody could read', async () => {
    await mkdir(record);
    for (let number = 0; number <= 1000; number++) {
      const name = `eve.20261123T210400Z.${number.toString(16).padStart(8, '0')}.jsonl`;
      await writeFile(path.join(record, name), 'x\n');
    }
    const writer = scene.writer('anna');
    await assert.rejects(writer.append(fetched(1)), { code: 'fileFailed' });
    assert.ok((await scene.files()).every((file) => path.basename(file).startsWith('eve.')));
  });

  /** Writes a record of two lines with a chain that fits. */
  async function plant(second: Readonly<Record<string, unknown>> | ((prev: string) => string)): Promise<void> {
    const base = { v: 1, at: '2026-11-23T21:04:00.000Z', who: 'anna', tool: '1' };
    const begun = { ...base, seq: 0, prev: '0'.repeat(64), what: 'begun', own: FILE, case: scene.made.id, after: [] };
    const first = `${JSON.stringify(begun)}\n`;
    const prev = createHash('sha256').update(first).digest('hex');
    const line = typeof second === 'function' ? second(prev) : JSON.stringify({ ...base, seq: 1, prev, ...second });
    await mkdir(record, { recursive: true });
    await writeFile(path.join(record, FILE), `${first}${line}\n`);
  }

  const lines: readonly [string, Parameters<typeof plant>[0]][] = [
    [
      'an action that is no text',
      { what: 'fetched', results: [{ ...fetched(1).results?.[0], actionId: { toString: null } }] },
    ],
    ['a file that is null', { what: 'exported', file: null }],
    ['a number that is true', { what: 'fetched', seq: true }],
    ['a time in another form', { what: 'fetched', at: '2026-11-23' }],
    ['a time of another zone', { what: 'fetched', at: '2026-11-23T21:04:00+14:00' }],
    ['a day that is none', { what: 'fetched', at: '2026-02-30T21:04:00.000Z' }],
    ['a clock that is a text', { what: 'fetched', clock: 'slow' }],
    ['a size below zero', { what: 'exported', file: { name: null, sha256: HASH, size: -1 } }],
    [
      'a key twice',
      (prev) =>
        `{"v":1,"at":"2026-11-23T21:04:00.000Z","who":"anna","tool":"1","seq":1,"prev":"${prev}","what":"cleared","what":"fetched"}`,
    ],
    [
      'spaces',
      (prev) =>
        `{"v":1, "at":"2026-11-23T21:04:00.000Z","who":"anna","tool":"1","seq":1,"prev":"${prev}","what":"fetched"}`,
    ],
  ];
  for (const [name, second] of lines) {
    test(`a line with ${name} is no line, for both verifiers`, async () => {
      await plant(second);
      assert.deepEqual((await scene.check()).faults, [{ kind: 'unreadable', file: FILE, line: 2 }]);
      if (!hasPython) return;
      const { status, text } = verify(scene.folder);
      assert.equal(status, 1, text);
      assert.match(text, /no line of a record: anna\.\S+, line 2/u);
    });
  }

  test('a step of a newer version is a line, with a remark, for both verifiers', async () => {
    await plant({ what: 'reviewed' });
    const { faults, unknown } = await scene.check();
    assert.deepEqual([faults, unknown], [[], 1]);
    if (!hasPython) return;
    const { status, text } = verify(scene.folder);
    assert.equal(status, 0, text);
    assert.match(text, /unknown steps, as of a newer version: 1, first: anna\.\S+, line 2/u);
  });

  test('a file whose name has digits of another script is ignored by both', async () => {
    await plant({ what: 'fetched' });
    await writeFile(path.join(record, 'ana٣.20261130T100000Z.00000001.jsonl'), 'x\n');
    assert.deepEqual((await scene.check()).faults, []);
    if (hasPython) assert.equal(verify(scene.folder).status, 0);
  });

  test('anchors that are not looked at are counted, and one without heads is a fault', async () => {
    await plant({ what: 'fetched' });
    await mkdir(path.join(scene.folder, 'anchors'));
    for (let number = 1; number <= 201; number++) {
      await writeFile(path.join(scene.folder, 'anchors', `20261123T210400Z-${number}.heads`), '');
    }
    const { faults, olderAnchors } = await caseTools.verifyCase({
      folder: scene.folder,
      compareResult: () => Promise.resolve('absent'),
      ssh: { environment: process.env, platform: process.platform },
      signal: new AbortController().signal,
    });
    assert.equal(olderAnchors, 1);
    assert.equal(faults.filter(({ kind }) => kind === 'anchor').length, 200);
  });
});

suite('steps of a workspace that changes its case', () => {
  let scenes: readonly [Scene, Scene];
  beforeEach(async () => {
    scenes = [await createScene(), await createScene()];
  });
  afterEach(() => Promise.all(scenes.map(({ folder }) => rm(folder, { recursive: true }))));

  function choiceOf({ folder, made }: Scene, writer: string): CaseChoice {
    return { folder, id: made.id, name: 'Intrusion', writer, records: true, namesUser: false };
  }

  function open(first: CaseChoice, tools: () => Promise<typeof caseTools>): ActiveCase {
    return new ActiveCase({
      state: { get: () => first, update: () => undefined },
      loadTools: tools,
      toolVersion: '9.9.9',
      user: () => '',
      isAllowed: () => true,
      onFailure: (error) => {
        throw error;
      },
    });
  }

  const stepsOf = async ({ folder }: Scene): Promise<string[]> =>
    (await readRecord(folder)).flatMap(({ lines }) => lines.map(({ line }) => `${line?.who} ${line?.what}`));

  test('none is written into the other case, also while the first is being closed', async () => {
    const [one, other] = scenes;
    const closing = Promise.withResolvers<undefined>();
    const isClosing = Promise.withResolvers<undefined>();
    const slow = {
      ...caseTools,
      createWriter: (parts: Parameters<typeof caseTools.createWriter>[0]) => {
        const writer = caseTools.createWriter(parts);
        const close = writer.close.bind(writer);
        writer.close = async () => {
          isClosing.resolve(undefined);
          await closing.promise;
          await close();
        };
        return writer;
      },
    };
    const active = open(choiceOf(one, 'anna'), () => Promise.resolve(slow));
    active.note(fetched(1));
    await active.settle();
    const chosen = active.choose(choiceOf(other, 'ben'));
    await isClosing.promise;
    active.note({ what: 'verified' });
    closing.resolve(undefined);
    await chosen;
    active.note({ what: 'cleared' });
    await active.settle();
    await active.choose(undefined);
    assert.deepEqual(await stepsOf(one), ['anna begun', 'anna fetched']);
    assert.deepEqual(await stepsOf(other), ['ben begun', 'ben cleared']);
  });

  test('a step has the time at which it happened, not that at which it is written', async () => {
    const [scene] = scenes;
    const loading = Promise.withResolvers<typeof caseTools>();
    const active = open(choiceOf(scene, 'anna'), () => loading.promise);
    mock.timers.enable({ apis: ['Date'], now: NOW });
    try {
      active.note(fetched(1));
      mock.timers.setTime(NOW + 90_000);
      loading.resolve(caseTools);
      await active.settle();
    } finally {
      mock.timers.reset();
    }
    await active.choose(undefined);
    const [, step] = (await readRecord(scene.folder)).flatMap(({ lines }) => lines);
    assert.equal(step?.line?.at, new Date(NOW).toISOString());
  });
});
