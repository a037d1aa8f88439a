import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, suite, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { FileSink } from '../../../../src/results/save/fileSink.ts';
import { failure } from '../../defender/expected.ts';

const SOURCE = pathToFileURL(path.join(import.meta.dirname, '../../../../src/results/save/fileSink.ts')).href;

suite('a file that gets its name when it is whole', () => {
  let folder: string;
  let target: string;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'file-sink-'));
    target = path.join(folder, 'saved.gz');
  });
  afterEach(() => rm(folder, { recursive: true }));
  const files = async (): Promise<string[]> => (await readdir(folder)).sort();

  test('its bytes stand beside it until it is kept, and then under its name alone', async () => {
    const sink = new FileSink(target);
    await sink.open();
    await sink.append(Buffer.from('one '));
    await sink.append(Buffer.from('two'));
    assert.deepEqual(await files(), ['saved.gz.part']);
    assert.equal(sink.size, 7);
    await sink.keep();
    assert.deepEqual(await files(), ['saved.gz']);
    assert.equal(await readFile(target, 'utf8'), 'one two');
  });

  test('nothing at all is a file too', async () => {
    await new FileSink(target).keep();
    assert.equal((await readFile(target)).length, 0);
    assert.deepEqual(await files(), ['saved.gz']);
  });

  test('what had the name stays until then, and is replaced by it', async () => {
    await writeFile(target, 'an older and much longer text');
    const sink = new FileSink(target);
    await sink.append(Buffer.from('new'));
    assert.equal(await readFile(target, 'utf8'), 'an older and much longer text');
    await sink.keep();
    assert.equal(await readFile(target, 'utf8'), 'new');
  });

  test('a file that another program put there while it was closed is not continued, kept or deleted', async () => {
    const sink = new FileSink(target);
    await sink.append(Buffer.from('AAAA'));
    await sink.close();
    // The first one stays, so that the file system cannot give its inode to the other one.
    await rename(`${target}.part`, path.join(folder, 'taken'));
    await writeFile(`${target}.part`, 'BBBB');
    await assert.rejects(sink.append(Buffer.from('CC')), failure('fileFailed', { systemCode: 'EEXIST' }));
    await assert.rejects(sink.keep(), failure('fileFailed', { systemCode: 'EEXIST' }));
    await sink.discard();
    assert.equal(await readFile(`${target}.part`, 'utf8'), 'BBBB');
  });

  test('nor is one that has replaced it while it was open', async () => {
    const sink = new FileSink(target);
    await sink.append(Buffer.from('AAAA'));
    await rename(`${target}.part`, path.join(folder, 'taken'));
    await writeFile(`${target}.part`, 'BBBB');
    await assert.rejects(sink.keep(), failure('fileFailed', { systemCode: 'EEXIST' }));
    await sink.discard();
    assert.deepEqual(await files(), ['saved.gz.part', 'taken']);
    assert.equal(await readFile(`${target}.part`, 'utf8'), 'BBBB');
  });

  test('one that begins anew holds nothing of what it held before', async () => {
    const sink = new FileSink(target);
    await sink.append(Buffer.from('a long beginning'));
    await sink.clear();
    assert.equal(sink.size, 0);
    await sink.append(Buffer.from('short'));
    await sink.keep();
    assert.equal(await readFile(target, 'utf8'), 'short');
  });

  test('it can be let go of, and continued', async () => {
    const sink = new FileSink(target);
    await sink.append(Buffer.from('one '));
    await sink.close();
    await sink.append(Buffer.from('two'));
    await sink.close();
    await sink.keep();
    assert.equal(await readFile(target, 'utf8'), 'one two');
  });

  for (const discard of ['discard', 'discardNow'] as const) {
    test(`${discard} leaves nothing behind, and what had the name as it was`, async () => {
      await writeFile(target, 'older');
      const sink = new FileSink(target);
      await sink.append(Buffer.from('new'));
      await sink[discard]();
      assert.deepEqual(await files(), ['saved.gz']);
      assert.equal(await readFile(target, 'utf8'), 'older');
      await sink.close();
    });
  }

  test('an unfinished file that is not ours is neither written nor removed', async () => {
    await writeFile(`${target}.part`, 'theirs');
    const sink = new FileSink(target);
    await assert.rejects(sink.open(), failure('fileFailed', { systemCode: 'EEXIST' }));
    await sink.discard();
    sink.discardNow();
    assert.equal(await readFile(`${target}.part`, 'utf8'), 'theirs');
  });

  test('a link in its place is not followed', async () => {
    const victim = path.join(folder, 'victim');
    await symlink(victim, `${target}.part`);
    await assert.rejects(
      new FileSink(target).append(Buffer.from('x')),
      failure('fileFailed', { systemCode: 'EEXIST' }),
    );
    await assert.rejects(readFile(victim), { code: 'ENOENT' });
  });

  test('a folder that is not there, and a name that is a folder, are failures with the code of the system', async () => {
    const nowhere = new FileSink(path.join(folder, 'none', 'saved.gz'));
    await assert.rejects(nowhere.open(), failure('fileFailed', { systemCode: 'ENOENT' }));
    await mkdir(target);
    await writeFile(path.join(target, 'inside'), '');
    const sink = new FileSink(target);
    await sink.append(Buffer.from('x'));
    await assert.rejects(sink.keep(), failure('fileFailed'));
    await sink.discard();
    assert.deepEqual(await files(), ['saved.gz']);
  });

  test('one that was taken away before it was whole is a failure', async () => {
    const sink = new FileSink(target);
    await sink.append(Buffer.from('malware'));
    await rm(`${target}.part`);
    await assert.rejects(sink.keep(), failure('fileFailed', { systemCode: 'ENOENT' }));
    await sink.discard();
  });

  test(
    'where there is no more room it fails with the bytes that fitted, and goes on when there is',
    { skip: process.platform === 'win32' },
    async () => {
      // A limit on the size of files is the closest to a full disk that every process can set.
      const script = `
        import { FileSink } from ${JSON.stringify(SOURCE)};
        const sink = new FileSink(${JSON.stringify(target)});
        await sink.append(Buffer.alloc(300_000, 'a'));
        const failed = await sink.append(Buffer.alloc(300_000, 'b')).catch((error) => error);
        const size = sink.size;
        await sink.close();
        await sink.append(Buffer.alloc(10, 'c'));
        await sink.keep();
        console.log(JSON.stringify({ code: failed.code, values: failed.values, size }));`;
      const { stdout } = await promisify(execFile)('sh', [
        '-c',
        // Blocks of 512 bytes.
        'ulimit -f 800; exec "$0" --input-type=module -e "$1"',
        process.execPath,
        script,
      ]);
      const said: unknown = JSON.parse(stdout);
      assert.deepEqual(said, { code: 'fileFailed', values: { systemCode: 'EFBIG' }, size: 300_000 });
      // No byte of the chunk that did not fit remains at the end.
      const saved = await readFile(target, 'latin1');
      assert.equal(saved, 'a'.repeat(300_000) + 'c'.repeat(10));
    },
  );
});
