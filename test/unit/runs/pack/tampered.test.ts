import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before, suite, test } from 'node:test';
import { zipOf } from '../../../../src/sample/base/zipFile.ts';
import { Copy, INDEX, knowingChanges, plainChanges, sha256 } from './changes.ts';
import { hasPython, unpackedPack, verify } from './samplePack.ts';
import type { Verdict } from './samplePack.ts';

suite('a pack that somebody changed', { skip: !hasPython && 'needs python3' }, () => {
  let pack: Awaited<ReturnType<typeof unpackedPack>>;
  let files: ReadonlyMap<string, Uint8Array>;
  let written = 0;
  before(async () => {
    pack = await unpackedPack();
    const found = await readdir(pack.root, { recursive: true, withFileTypes: true });
    const paths = found.filter((one) => one.isFile()).map((one) => path.join(one.parentPath, one.name));
    files = new Map(
      await Promise.all(paths.map(async (file) => [path.relative(pack.root, file), await readFile(file)] as const)),
    );
  });
  after(() => rm(pack.folder, { recursive: true }));

  async function check(bytes: Uint8Array, ...options: readonly string[]): Promise<Verdict> {
    const zip = path.join(pack.folder, `copy-${written++}.zip`);
    await writeFile(zip, bytes);
    return verify(zip, ...options);
  }

  function checkCopy({ files: own }: Copy, ...options: readonly string[]): Promise<Verdict> {
    return check(zipOf([...own].map(([name, bytes]) => ({ name, bytes }))), ...options);
  }

  async function isFound(verdict: Promise<Verdict>, finding: RegExp): Promise<void> {
    const { status, text } = await verdict;
    assert.equal(status, 1, text);
    assert.match(text, finding);
    assert.match(text, /^NOT CONSISTENT: \d+ problems$/mu);
    assert.doesNotMatch(text, /Traceback/u);
  }

  test('packed anew by another program it is still consistent, and still the sealed one', async () => {
    const { status, text } = await checkCopy(new Copy(files), '--seal', pack.seal);
    assert.equal(status, 0, text);
  });

  for (const [what, change, finding] of plainChanges()) {
    test(`${what}: found`, async () => {
      const copy = new Copy(files);
      change(copy);
      await isFound(checkCopy(copy), finding);
    });
  }

  for (const [what, change, finding] of knowingChanges()) {
    test(`${what}, and the manifests are written anew: found`, async () => {
      const copy = new Copy(files);
      change(copy);
      copy.seal();
      await isFound(checkCopy(copy), finding);
    });
  }

  test('rewritten as a whole it is consistent, and says what that does not exclude; the seal finds it', async () => {
    const copy = new Copy(files);
    copy.forge();
    const { status, text } = await checkCopy(copy);
    assert.equal(status, 0, text);
    assert.match(text, /truncation, rewriting and back-dating are not excluded/u);
    await isFound(checkCopy(copy, '--seal', pack.seal), /^the seal is another one: /mu);
  });

  test('names in a manifest lead nowhere, and say nothing that a terminal obeys', async () => {
    for (const name of ['data/../../outside', '/etc/passwd', 'C:\\x', 'data/\u001b[2Jx', 'data/ş']) {
      const copy = new Copy(files);
      copy.edit('manifest-sha256.txt', (text) => `${sha256('x')}  ${name}\n${text}`);
      const verdict = await checkCopy(copy);
      await isFound(Promise.resolve(verdict), /^missing, or a line that no pack has/mu);
      assert.match(verdict.text, /^[\x20-\x7e\n]*$/u);
    }
  });

  test('what stands around a pack is found: bytes before it, a comment, a folder, a name that stands twice', async () => {
    const zip = await readFile(pack.zip);
    await isFound(check(Buffer.concat([Buffer.from('MZ'), zip])), /before or behind/u);
    const commented = Buffer.concat([zip, Buffer.from('hi')]);
    commented.writeUInt16LE(2, zip.length - 2);
    await isFound(check(commented), /before or behind/u);
    const own = [...files].map(([name, bytes]) => ({ name, bytes }));
    await isFound(check(zipOf([...own, { name: 'README.txt', bytes: Buffer.from('x') }])), /two files have one name/u);
    await isFound(check(zipOf([...own, { name: 'readme.TXT', bytes: Buffer.from('x') }])), /two files have one name/u);
    const folder = await check(zipOf([...own, { name: 'data/results/', bytes: Buffer.alloc(0) }]));
    assert.equal(folder.status, 2, folder.text);
  });

  test('what is no pack ends with a sentence, in every encoding of the terminal', async () => {
    for (const broken of ['{"number":', '[]', '{"number":1,"file":{}}', 'null', '{"a":1,"a":2}', '{"number":NaN}']) {
      const copy = new Copy(files);
      copy.edit(INDEX, (text) => text.replace(/^.*\n/u, `${broken}\n`));
      copy.seal();
      const { status, text } = await checkCopy(copy);
      assert.ok(status === 1 || status === 2, `${broken}: ${text}`);
      assert.doesNotMatch(text, /Traceback|^CONSISTENT/mu);
      assert.match(text, /^(?:ended: |CANNOT BE READ: )/mu);
    }
    const script = path.resolve('tools/verify.py');
    const env = { ...process.env, PYTHONIOENCODING: 'ascii' };
    const gone = spawnSync('python3', ['-B', script, path.join(pack.folder, 'şğ漢.zip')], { env, encoding: 'utf8' });
    assert.deepEqual([gone.status, gone.stdout.startsWith('CANNOT BE READ: '), gone.stderr], [2, true, '']);
  });

  test('a bomb costs neither memory nor an hour', async () => {
    // 64 MB of line ends in a manifest, and a result that unpacks to a gigabyte, in a few kilobytes.
    const bomb = path.join(pack.folder, 'bomb.py');
    await writeFile(
      bomb,
      [
        'import gzip, resource, subprocess, sys, zipfile',
        'source, target, verifier = sys.argv[1:4]',
        'with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:',
        '    for name in old.namelist():',
        '        data = old.read(name)',
        '        if name == "manifest-sha256.txt": data = data + b"\\n" * 60_000_000',
        '        if name.endswith("0001-dc1.json.gz"): data = gzip.compress(b"0" * 300_000_000)',
        '        new.writestr(name, data)',
        'limit = lambda: resource.setrlimit(resource.RLIMIT_AS, (1_500_000_000, 1_500_000_000))',
        'ended = subprocess.run([sys.executable, "-B", verifier, target], capture_output=True, text=True, preexec_fn=limit)',
        'print(ended.returncode, len(ended.stdout), ended.stderr[:500])',
      ].join('\n'),
    );
    const target = path.join(pack.folder, 'bomb.zip');
    const { stdout, stderr } = spawnSync('python3', ['-B', bomb, pack.zip, target, path.resolve('tools/verify.py')], {
      encoding: 'utf8',
    });
    assert.match(stdout, /^[12] \d{1,5} \n$/u, stdout + stderr);
  });
});
