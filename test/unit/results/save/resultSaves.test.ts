import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { suite, test } from 'node:test';
import { LiveResponseError } from '../../../../src/base/errors.ts';
import { FileSave } from '../../../../src/results/save/fileSave.ts';
import { writeLocalFile } from '../../../../src/results/save/localFile.ts';
import { ResultSaves } from '../../../../src/results/save/resultSaves.ts';
import type { SaveSink, WholeTarget } from '../../../../src/results/save/wholeSink.ts';
import { failure, patience } from '../../defender/expected.ts';
import { ref } from '../fixtures.ts';

suite('files that a person saves', () => {
  test('a package that was saved is known by its tenant and action, and told', () => {
    const saves = new ResultSaves(() => Promise.reject(new Error('nothing is asked')));
    let told = 0;
    saves.onDidSavePackage(() => told++);
    assert.equal(saves.hasSavedPackage(ref()), false);
    saves.notePackage(ref());
    assert.deepEqual([saves.hasSavedPackage(ref()), told], [true, 1]);
    assert.equal(saves.hasSavedPackage(ref({ cloud: 'gcc' })), false);
    assert.equal(saves.hasSavedPackage(ref({ actionId: 'other' })), false);
  });

  test('to a place that takes whole files only: its limit is the download’s, and is told as the place’s', async () => {
    const written: number[] = [];
    const target: WholeTarget = {
      maxBytes: 7,
      write: (bytes) => {
        written.push(bytes.length);
        return Promise.resolve();
      },
    };
    const unfinished = new Set<SaveSink>();
    const limits: number[] = [];
    let isTooLarge = true;
    const save = new FileSave<string>(
      target,
      (sink) =>
        async (_signal, { maxBytes }) => {
          limits.push(maxBytes);
          await sink.append(Buffer.from('one'));
          if (isTooLarge) throw new LiveResponseError('tooLarge', { limit: maxBytes });
          return 'saved';
        },
      unfinished,
    );
    const refused = failure('fileFailed', { reason: 'tooLargeThere', limit: 7 });
    await assert.rejects(save.run({ signal: patience() }), refused);
    await save.discard();
    assert.equal(unfinished.size, 0);
    isTooLarge = false;
    assert.equal(await save.run({ signal: patience() }), 'saved');
    assert.deepEqual([written, limits], [[3], [7, 7]]);
  });

  test('a file that cannot be written whole leaves none behind', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'local-file-'));
    try {
      // A folder has the name of the file.
      await assert.rejects(writeLocalFile(folder, Buffer.from('x')), failure('fileFailed'));
      assert.deepEqual(await readdir(folder), []);
      await rm(`${folder}.part`).then(
        () => assert.fail('a part was left'),
        () => undefined,
      );
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
