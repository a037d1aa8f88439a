import assert from 'node:assert/strict';
import { beforeEach, suite, test } from 'node:test';
import { LiveResponseError } from '../../../../src/base/errors.ts';
import { WholeSink } from '../../../../src/results/save/wholeSink.ts';
import { failure } from '../../defender/expected.ts';

suite('a file that is written whole', () => {
  let written: string[];
  let refuses: boolean;
  let sink: WholeSink;
  beforeEach(() => {
    written = [];
    refuses = false;
    sink = new WholeSink({
      maxBytes: 7,
      write: (bytes) => {
        if (refuses) return Promise.reject(new LiveResponseError('fileFailed', { systemCode: 'Unavailable' }));
        written.push(new TextDecoder().decode(bytes));
        return Promise.resolve();
      },
    });
  });

  test('is nowhere until it is kept, and then there in one piece', async () => {
    sink.append(Buffer.from('one '));
    sink.append(Buffer.from('two'));
    assert.deepEqual([sink.size, written], [7, []]);
    await sink.keep();
    assert.deepEqual([sink.size, written], [0, ['one two']]);
  });

  test('is nowhere after the window was closed meanwhile', async () => {
    await sink.open();
    sink.append(Buffer.from('one'));
    sink.discardNow();
    assert.equal(sink.size, 0);
    await sink.keep();
    assert.deepEqual(written, ['']);
  });

  test('takes no more than its place does', () => {
    sink.append(Buffer.from('one two'));
    assert.throws(
      () => {
        sink.append(Buffer.from('!'));
      },
      failure('fileFailed', { reason: 'tooLargeThere', limit: 7 }),
    );
    sink.clear();
    sink.append(Buffer.from('!'));
    assert.equal(sink.size, 1);
  });

  test('stays where it could not be written, to be tried again, until it is given up', async () => {
    sink.append(Buffer.from('one'));
    refuses = true;
    await assert.rejects(sink.keep(), failure('fileFailed', { systemCode: 'Unavailable' }));
    await sink.close();
    refuses = false;
    await sink.keep();
    assert.deepEqual(written, ['one']);
    sink.append(Buffer.from('two'));
    await sink.discard();
    assert.equal(sink.size, 0);
  });
});
