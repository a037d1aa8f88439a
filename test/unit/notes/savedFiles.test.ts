import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { after, before, suite, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { buildCollectedNote, buildPackageNote } from '../../../src/evidence/blocks/statusNote.ts';
import { findSavedFiles } from '../../../src/notes/savedFileLines.ts';
import type { StatedFile } from '../../../src/notes/savedFileLines.ts';
import { SavedFiles } from '../../../src/notes/savedFiles.ts';
import type { SavedFileComparison } from '../../../src/notes/savedFiles.ts';

const stated = (bytes: string | Uint8Array): StatedFile => ({
  size: Buffer.from(bytes).length,
  sha256: createHash('sha256').update(bytes).digest('hex'),
});
const gzip = gzipSync('file');
const collected = {
  device: 'ws-1 ` 9 bytes · SHA-256',
  path: 'C:\\Users\\a\\evil`.exe',
  actionId: '11111111-2222-3333-4444-555555555555',
  commandIndex: 0,
  createdAt: '2026-11-22T20:03:12Z',
  packed: stated(gzip),
  file: stated('file'),
};
const pack = {
  device: 'ws-2',
  actionId: collected.actionId,
  createdAt: collected.createdAt,
  ...stated('zip'),
  isZip: true,
};

suite('lines about saved files in a note', () => {
  test('a collected file and a package are found, with what they state, whatever a device is called', () => {
    const note = `# Case\n\n${buildCollectedNote(collected)}${buildPackageNote({ ...pack, isZip: false })}`;
    const [file, zip, ...rest] = findSavedFiles(note);
    const names = [collected.device, collected.path];
    assert.deepEqual(file, { kind: 'file', line: 2, names, saved: collected.packed, inside: collected.file });
    assert.deepEqual(zip, { kind: 'package', line: 3, names: ['ws-2'], saved: stated('zip'), inside: undefined });
    assert.deepEqual(rest, []);
    const bare = findSavedFiles(buildCollectedNote({ ...collected, device: '', path: '', file: undefined }))[0];
    assert.deepEqual([bare?.names, bare?.saved, bare?.inside], [['–', '–'], collected.packed, undefined]);
  });

  test('what an editor or a formatter does to a line changes nothing; lines without list marks stay apart', () => {
    const note = buildCollectedNote(collected);
    for (const changed of [
      note.replaceAll(' · ', '\n  · ').replace(/^- /u, '* '),
      `> ${note}`,
      note.replaceAll(' · ', ' ·  '),
    ])
      assert.deepEqual(findSavedFiles(changed)[0]?.inside, collected.file, changed);
    const plain = `${note}${buildPackageNote(pack)}`.replaceAll(/^- /gmu, '');
    assert.deepEqual(
      findSavedFiles(plain).map(({ line, kind, saved }) => [line, kind, saved]),
      [
        [0, 'file', collected.packed],
        [1, 'package', stated('zip')],
      ],
    );
  });

  test('a line in any other form states nothing: no number and no hash is taken out of its place', () => {
    const note = buildCollectedNote(collected);
    const inner = `${collected.file.size} bytes`;
    for (const changed of [
      note.replaceAll(/[\da-f]{64}/gu, 'none'),
      note.replace(collected.file.sha256, 'none'),
      note.replace(inner, `1,${inner}`),
      note.replace(inner, '0 bytes'),
      note.replace(' · stored as gzip', ''),
      note.replace(' · created', ' · 3 bytes · SHA-256 `0` · created'),
      'Collected file: `dc1` · `C:\\evil.exe` · 4 bytes · SHA-256 `e3b0`',
    ])
      assert.deepEqual(findSavedFiles(changed)[0]?.saved, undefined, changed);
    assert.deepEqual(findSavedFiles(`\`\`\`\n${note}\`\`\`\n`), [], 'code is the text of a device');
    assert.deepEqual(findSavedFiles('See Collected file: 4 bytes\n'), []);
  });
});

suite('checking a saved file', () => {
  let folder: string;
  const [line] = findSavedFiles(buildCollectedNote({ ...collected, path: 'C:\\evil.exe' }));
  assert.ok(line);

  before(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'saved-'));
    for (const name of ['gz', 'itself', 'other', 'empty', 'links']) await mkdir(path.join(folder, name));
    await writeFile(path.join(folder, 'gz', 'any name'), gzip);
    await writeFile(path.join(folder, 'itself', 'sample.bin'), 'file');
    await writeFile(path.join(folder, 'other', 'EVIL.exe'), 'fil3');
    await writeFile(path.join(folder, 'other', 'not evil.exe.txt'), 'abcd');
    for (let at = 0; at < 60; at++) await writeFile(path.join(folder, 'gz', `a${at}`), Buffer.alloc(gzip.length, at));
    await symlink(path.join(folder, 'itself', 'sample.bin'), path.join(folder, 'links', 'evil.exe'));
  });
  after(() => rm(folder, { recursive: true }));
  const check = (names: readonly string[], change: Partial<typeof line> = {}): Promise<SavedFileComparison> =>
    new SavedFiles(
      names.map((name) => path.join(folder, name)),
      new AbortController().signal,
    ).check({ ...line, ...change });

  test('it matches by its own size and hash, under any name and among any number of files', async () => {
    assert.deepEqual(await check(['other', 'itself']), {
      verdict: 'matching',
      finding: 'sameFile',
      file: 'sample.bin',
    });
    assert.deepEqual(await check(['gz']), { verdict: 'matching', finding: 'sameGzip', file: 'any name' });
  });

  test('a gzip file with the right hash does not vouch for a hash of the file in it that somebody changed', async () => {
    const changed = await check(['gz'], { inside: { size: 4711, sha256: '0'.repeat(64) } });
    assert.deepEqual(changed, { verdict: 'changed', finding: 'otherInside', file: 'any name' });
    const size = await check(['gz'], { inside: { ...collected.file, size: 5 } });
    assert.equal(size.verdict, 'changed');
  });

  test('a file of its own name and size with another hash is a change; any other file says nothing', async () => {
    assert.deepEqual(await check(['other']), { verdict: 'changed', finding: 'otherFile', file: 'EVIL.exe' });
    for (const name of ['C:\\evil', 'C:\\e', 'C:\\nothing.bin', ''])
      assert.equal((await check(['other'], { names: ['ws-1', name] })).finding, 'noSuchFile', name);
  });

  test('no file, a link, a folder that is not there, and a line in another form are unknown', async () => {
    for (const name of ['empty', 'links', 'missing'])
      assert.deepEqual(await check([name]), { verdict: 'unknown', finding: 'noSuchFile', file: '' }, name);
    assert.equal((await check(['gz'], { saved: undefined })).finding, 'noFileHash');
  });

  test('it can be canceled, also where no file has the size', async () => {
    for (const name of ['empty', 'gz'])
      await assert.rejects(new SavedFiles([path.join(folder, name)], AbortSignal.abort()).check(line), {
        name: 'AbortError',
      });
  });
});
