import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { after, before, suite, test } from 'node:test';
import { findSavedFiles } from '../../../src/notes/savedFileLines.ts';
import { buildCollectedNote, buildPackageNote } from '../../../src/evidence/blocks/statusNote.ts';
import { checkSavedFile } from '../../../src/notes/savedFiles.ts';

const sha = (text: string): string => createHash('sha256').update(text).digest('hex');
const collected = {
  device: 'ws-1 ` 9 bytes · SHA-256',
  path: 'C:\\Users\\a\\evil`.exe',
  actionId: '11111111-2222-3333-4444-555555555555',
  commandIndex: 0,
  createdAt: '2026-11-22T20:03:12Z',
  packed: { size: 6, sha256: sha('packed') },
  file: { size: 4, sha256: sha('file') },
};
const pack = {
  device: 'ws-2',
  actionId: collected.actionId,
  createdAt: collected.createdAt,
  size: 3,
  sha256: sha('zip'),
  isZip: true,
};

suite('lines about saved files in a note', () => {
  test('a collected file and a package are found, with what they state, whatever a device is called', () => {
    const note = `# Case\n\n${buildCollectedNote(collected)}${buildPackageNote({ ...pack, isZip: false })}`;
    const [file, zip, ...rest] = findSavedFiles(note);
    assert.deepEqual(file?.files, [collected.file, collected.packed]);
    assert.deepEqual(file.names, [collected.device, collected.path]);
    assert.deepEqual([file.kind, file.line], ['file', 2]);
    assert.deepEqual(
      [zip?.kind, zip?.line, zip?.files, zip?.names],
      ['package', 3, [{ size: 3, sha256: pack.sha256 }], ['ws-2']],
    );
    assert.deepEqual(rest, []);
  });

  test('what a formatter does to a line changes nothing; what a person takes away is not made up', () => {
    const note = buildCollectedNote(collected);
    const wrapped = note.replaceAll(' · ', '\n  · ').replace(/^- /u, '* ');
    assert.deepEqual(findSavedFiles(wrapped)[0]?.files, [collected.file, collected.packed]);
    assert.deepEqual(findSavedFiles(`> ${note}`)[0]?.files.length, 2);
    assert.deepEqual(findSavedFiles(note.replaceAll(/[\da-f]{64}/gu, 'none'))[0]?.files, []);
    assert.deepEqual(findSavedFiles(`\`\`\`\n${note}\`\`\`\n`), [], 'code is the text of a device');
    assert.deepEqual(findSavedFiles(`See Collected file: 4 bytes\n`), []);
  });
});

suite('checking a saved file', () => {
  const signal = new AbortController().signal;
  let folder: string;
  const line = { names: ['ws-1', 'C:\\evil.exe'], files: [{ size: 4, sha256: sha('file') }] };

  before(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'saved-'));
    for (const name of ['same', 'other', 'empty', 'links']) await mkdir(path.join(folder, name));
    await writeFile(path.join(folder, 'same', 'any name'), 'file');
    await writeFile(path.join(folder, 'other', 'ws-1 EVIL.exe'), 'fil3');
    await writeFile(path.join(folder, 'other', 'unrelated.txt'), 'abcd');
    await symlink(path.join(folder, 'same', 'any name'), path.join(folder, 'links', 'evil.exe'));
  });
  after(() => rm(folder, { recursive: true }));
  const check = (...names: string[]): ReturnType<typeof checkSavedFile> =>
    checkSavedFile(
      line,
      names.map((name) => path.join(folder, name)),
      signal,
    );

  test('it matches by size and hash only, under any name', async () => {
    assert.deepEqual(await check('other', 'same'), { verdict: 'matching', finding: 'sameFile', file: 'any name' });
  });

  test('a file of its name and size with another hash is a change; any other file says nothing', async () => {
    assert.deepEqual(await check('other'), { verdict: 'changed', finding: 'otherFile', file: 'ws-1 EVIL.exe' });
    const unrelated = { ...line, names: ['ws-1', 'C:\\nothing.bin'] };
    const { finding } = await checkSavedFile(unrelated, [path.join(folder, 'other')], signal);
    assert.equal(finding, 'noSuchFile');
  });

  test('no file, a link, a folder that is not there, and a line without a hash are unknown', async () => {
    for (const name of ['empty', 'links', 'missing']) {
      assert.deepEqual(await check(name), { verdict: 'unknown', finding: 'noSuchFile', file: '' }, name);
    }
    const { finding } = await checkSavedFile({ ...line, files: [] }, [path.join(folder, 'same')], signal);
    assert.equal(finding, 'noFileHash');
  });

  test('it can be canceled', async () => {
    const stopped = AbortSignal.abort();
    await assert.rejects(checkSavedFile(line, [path.join(folder, 'same')], stopped), { name: 'AbortError' });
  });
});
