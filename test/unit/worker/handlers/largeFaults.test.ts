import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { after, afterEach, before, beforeEach, suite, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import type { PlainAddress } from '../../../../src/worker/viewCalls.ts';
import { createHandlers } from '../../../../src/worker/handlers/handlers.ts';
import type { WorkerHandlers } from '../../../../src/worker/handlers/handlers.ts';
import type { ResultHits } from '../../../../src/worker/searchCalls.ts';
import { arrived, ref, resultFile } from '../../results/fixtures.ts';
import { addAll, ANYWHERE, FILE, LargeScene, OUTPUT, store } from './largeScene.ts';

const address = (change: Partial<PlainAddress> = {}): PlainAddress => ({ ...ref(), stream: 'output', ...change });

suite('what can happen to a result in pieces: one', () => {
  const scene = new LargeScene();
  let handlers: WorkerHandlers;
  before(() => scene.makeFolder());
  after(() => scene.removeFolder());
  beforeEach(() => {
    handlers = scene.open();
  });
  afterEach(() => {
    handlers.removeAll();
  });

  test('that somebody began and left is swept away, one that is under way is not', async () => {
    const old = handlers.beginLarge();
    handlers.addLarge(old, new Uint8Array(FILE.subarray(0, 250_000)));
    const young = handlers.beginLarge();
    handlers.addLarge(young, new Uint8Array(FILE.subarray(0, 250_000)));
    const pieces = scene.countPieces();
    scene.table((database) => {
      // The first of the two results that were begun.
      database.exec(
        'UPDATE large_results SET touched_at = 0 WHERE rowid = (SELECT id FROM large_files ORDER BY rowid LIMIT 1)',
      );
    });
    scene.open();
    await scene.swept();
    const left = scene.countPieces();
    assert.ok(left > 0 && left < pieces);
    addAll(handlers, young, FILE.subarray(250_000));
    handlers.endLarge(young, arrived(FILE)[0], undefined);
    assert.equal(handlers.text(ref(), 'output'), OUTPUT);
    assert.throws(() => {
      handlers.addLarge(old, FILE);
    }, /cleared/u);
  });

  test('is set aside when a piece of it is not what was stored, and can be fetched anew', async () => {
    for (const name of ['large_texts', 'large_files']) {
      store(handlers, FILE);
      scene.table((database) => {
        const other = createHash('sha256').update(name).digest();
        database.prepare(`UPDATE ${name} SET bytes = ? WHERE n = 1`).run(other);
      });
      const target = path.join(scene.folder, 'damaged.json');
      const reading = (): unknown =>
        name === 'large_texts' ? handlers.text(ref(), 'output') : handlers.saveFile(ref(), target);
      assert.throws(reading, { name: 'ResultDamaged' });
      assert.deepEqual(
        (await readdir(scene.folder)).filter((one) => one.startsWith('damaged')),
        [],
      );
      assert.equal(handlers.facts(ref()), undefined);
      store(handlers, FILE);
      assert.equal(handlers.text(ref(), 'output'), OUTPUT);
    }
  });

  test('of two windows cannot mix with another one, whatever was cleared meanwhile', async () => {
    const id = handlers.beginLarge();
    handlers.addLarge(id, new Uint8Array(FILE.subarray(0, 250_000)));
    const other = scene.open();
    other.removeAll();
    store(other, FILE);
    assert.throws(() => {
      handlers.addLarge(id, new Uint8Array(FILE.subarray(250_000)));
    }, /cleared/u);
    handlers.dropLarge(id);
    await scene.swept();
    assert.equal(other.text(ref(), 'output'), OUTPUT);
  });

  test('that is replaced while it is searched is neither damaged nor lost', async () => {
    store(handlers, FILE);
    const id = handlers.beginSearch({
      ...{ text: 'nowhere', isRegExp: false, matchCase: true },
      ...ANYWHERE,
    });
    assert.equal(handlers.searchOn(id).done, false);
    const other = scene.open();
    store(other, FILE);
    other.deleteResults([]);
    await scene.swept();
    for (let step = handlers.searchOn(id); !step.done; step = handlers.searchOn(id)) assert.deepEqual(step.found, []);
    assert.equal(handlers.text(ref(), 'output'), OUTPUT);
  });

  test('made to be a burden is refused, and takes next to nothing', () => {
    const texts = Array.from({ length: 40_000 }, () => '"script_output": "a"').join(',');
    const keys = Array.from({ length: 40_000 }, (_, at) => `"a key of a result ${at}": 1`).join(',');
    const long = `"${'k'.repeat(100_000)}": 1`;
    const name = `"script_name": "${'n'.repeat(100_000)}"`;
    for (const fields of [texts, keys, long, name]) {
      store(handlers, Buffer.from(`{"script_output": "", ${fields}}`));
      const facts = handlers.facts(ref());
      assert.equal(facts?.rejection?.reason, 'notATranscript');
      assert.ok(JSON.stringify(facts).length < 100_000);
      assert.ok(scene.countPieces() < 100);
    }
  });

  test('is not written over what somebody else is writing', async () => {
    store(handlers, FILE);
    const target = path.join(scene.folder, 'taken.json');
    await writeFile(`${target}.part`, 'theirs');
    assert.throws(() => handlers.saveFile(ref(), target), { name: 'FileFailed', message: 'EEXIST' });
    assert.equal(await readFile(`${target}.part`, 'utf8'), 'theirs');
    assert.throws(() => handlers.saveText(address(), path.join(scene.folder, 'no', 'folder')), { message: 'ENOENT' });
  });

  test('needs a file to be kept in', () => {
    assert.throws(() => createHandlers().beginLarge(), /no file/u);
  });

  test('that nobody began takes no bytes', () => {
    assert.throws(() => {
      handlers.addLarge(99, new Uint8Array(1));
    }, /not on its way/u);
  });

  test('is set aside when a section is another text, or none, and the search says so', () => {
    for (const change of [
      `UPDATE large_texts SET bytes = ? WHERE n = 1`,
      'DELETE FROM large_texts WHERE n = 1',
      // A table of another program, which holds anything in any column.
      `CREATE TABLE other AS SELECT * FROM large_texts; DROP TABLE large_texts; ALTER TABLE other RENAME TO large_texts;
       UPDATE large_texts SET bytes = 'text' WHERE n = 1`,
    ]) {
      store(handlers, FILE);
      scene.table((database) => {
        if (change.includes('?')) database.prepare(change).run(gzipSync('another text'));
        else database.exec(change);
      });
      const id = handlers.beginSearch({ text: 'nowhere', isRegExp: false, matchCase: true, ...ANYWHERE });
      const found: ResultHits[] = [];
      for (let isDone = false; !isDone;) {
        const step = handlers.searchOn(id);
        found.push(...step.found);
        isDone = step.done;
      }
      assert.deepEqual(
        found.map(({ hits, givenUp }) => [hits, givenUp]),
        [[[], 'damaged']],
      );
      assert.equal(handlers.facts(ref()), undefined);
    }
  });

  test('is not put together where the text would not fit into memory', () => {
    store(handlers, FILE);
    scene.table((database) => {
      database.exec('UPDATE large_texts SET document_bytes = 60000000 WHERE n = 1');
    });
    assert.throws(() => handlers.text(ref(), 'output'), { name: 'TextTooLarge', message: /^6\d{7} bytes$/u });
  });

  test('is given up by a search whose expression would never end', () => {
    store(handlers, resultFile(`${'a'.repeat(100_000)}!`));
    const id = handlers.beginSearch({ text: '(a+)+$', isRegExp: true, matchCase: true, ...ANYWHERE });
    const step = handlers.searchOn(id);
    assert.deepEqual(
      step.found.map(({ givenUp }) => givenUp),
      ['tooSlow'],
    );
    // Nor is the rest of it searched.
    assert.deepEqual(handlers.searchOn(id), { found: [], searched: 0, without: [], done: true });
  });
});
