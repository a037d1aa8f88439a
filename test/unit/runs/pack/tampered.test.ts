import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { cp, mkdir, readdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before, suite, test } from 'node:test';
import { gunzipSync, gzipSync } from 'node:zlib';
import { hasPython, unpackedPack, verify } from './samplePack.ts';

const sha256 = (bytes: Uint8Array | string): string => createHash('sha256').update(bytes).digest('hex');

suite('a pack that somebody changed', { skip: !hasPython && 'needs python3' }, () => {
  let pack: Awaited<ReturnType<typeof unpackedPack>>;
  let results: readonly string[];
  let copies = 0;
  before(async () => {
    pack = await unpackedPack();
    results = (await readdir(path.join(pack.root, 'data/results'))).filter((name) => name.endsWith('.gz')).sort();
  });
  after(() => rm(pack.folder, { recursive: true }));

  /** A copy of the pack in which a test changes files. */
  interface Copy {
    readonly root: string;
    readonly at: (name: string) => string;
    readonly edit: (name: string, change: (text: string) => string) => Promise<void>;
    /** Writes both manifests anew, as somebody does who knows the format. */
    readonly seal: () => Promise<void>;
  }

  async function copyOf(): Promise<Copy> {
    const root = path.join(pack.folder, `copy-${copies++}`);
    await cp(pack.root, root, { recursive: true });
    const at = (name: string): string => path.join(root, name);
    const manifest = async (names: readonly string[]): Promise<string> =>
      (await Promise.all(names.toSorted().map(async (name) => `${sha256(await readFile(at(name)))}  ${name}\n`))).join(
        '',
      );
    return {
      root,
      at,
      edit: async (name, change) => {
        await writeFile(at(name), change(await readFile(at(name), 'utf8')));
      },
      seal: async () => {
        const files = (await readdir(at('data'), { recursive: true, withFileTypes: true })).filter((one) =>
          one.isFile(),
        );
        const names = files.map((one) => path.relative(root, path.join(one.parentPath, one.name)));
        await writeFile(at('manifest-sha256.txt'), await manifest(names));
        const tags = ['README.txt', 'bag-info.txt', 'bagit.txt', 'manifest-sha256.txt'];
        await writeFile(at('tagmanifest-sha256.txt'), await manifest(tags));
      },
    };
  }

  const result = (number: number): string => `data/results/${results[number] ?? ''}`;
  const INDEX = 'data/index.ndjson';

  const CHANGES: readonly (readonly [what: string, change: (copy: Copy) => Promise<unknown>, finding: RegExp])[] = [
    ['a result is edited', ({ at }) => writeFile(at(result(0)), gzipSync('{}')), /^changed: data\/results\/0001-/mu],
    ['a result is deleted', ({ at }) => rm(at(result(1))), /^missing: data\/results\/0002-/mu],
    ['a result is renamed', ({ at }) => rename(at(result(0)), at(`${result(0)}x`)), /^added: /mu],
    [
      'two results are swapped',
      async ({ at }) => {
        await rename(at(result(0)), at('data/x'));
        await rename(at(result(1)), at(result(0)));
        await rename(at('data/x'), at(result(1)));
      },
      /^changed: /mu,
    ],
    ['a file is added', ({ at }) => writeFile(at('data/results/9999-x.json.gz'), 'x'), /^added: /mu],
    [
      'a folder of others is added',
      ({ at }) => mkdir(at('more')).then(() => writeFile(at('more/a'), 'x')),
      /^added: /mu,
    ],
    [
      'the index is edited',
      ({ edit }) => edit(INDEX, (text) => text.replace('"exitCode":0', '"exitCode":1')),
      /^changed: /mu,
    ],
    [
      'the README is edited',
      ({ edit }) => edit('README.txt', (text) => text.replace('Do not', 'Do')),
      /^changed: README/mu,
    ],
    [
      'the version is edited',
      ({ edit }) => edit('bagit.txt', (text) => text.replace('1.0', '0.97')),
      /^changed: bagit/mu,
    ],
    ['a manifest is gone', ({ at }) => rm(at('manifest-sha256.txt')), /^missing: manifest/mu],
    [
      'a tag is not sealed',
      ({ edit }) => edit('tagmanifest-sha256.txt', (text) => text.replace(/^.*README.*\n/mu, '')),
      /^not sealed: README/mu,
    ],
  ];
  for (const [what, change, finding] of CHANGES) {
    test(`${what}: found`, async () => {
      const copy = await copyOf();
      await change(copy);
      const { status, text } = verify(copy.root);
      assert.equal(status, 1, text);
      assert.match(text, finding);
      assert.match(text, /^NOT CONSISTENT: /mu);
    });
  }

  /** Changes after which the manifests are written anew. What the facts and the index say still contradicts them. */
  const REWRITTEN: readonly (readonly [what: string, change: (copy: Copy) => Promise<unknown>, finding: RegExp])[] = [
    [
      'a result is edited',
      ({ at }) => writeFile(at(result(0)), gzipSync('{}')),
      /^not the result that its facts describe/mu,
    ],
    [
      'two results are swapped with their facts',
      async ({ at }) => {
        for (const end of ['', '.facts.json']) {
          await rename(at(result(0) + end), at('data/x'));
          await rename(at(result(1) + end), at(result(0) + end));
          await rename(at('data/x'), at(result(1) + end));
        }
      },
      /^not the result|^the facts are those of another action/mu,
    ],
    [
      'a row in the middle is deleted',
      ({ edit }) => edit(INDEX, (text) => text.replace(/^.*"number":3,.*\n/mu, '')),
      /^the index has a gap/mu,
    ],
    [
      'rows are in another order',
      ({ edit }) => edit(INDEX, (text) => `${text.trimEnd().split('\n').toReversed().join('\n')}\n`),
      /^the index has a gap, or its rows are in another order/mu,
    ],
    [
      'a row is there twice',
      ({ edit }) => edit(INDEX, (text) => text + (/^.*\n/u.exec(text)?.[0] ?? '')),
      /or twice|another order/mu,
    ],
    [
      'a host loses its reason',
      ({ edit }) => edit(INDEX, (text) => text.replace(/,"why":"no: pending"/u, '')),
      /^a host has neither/mu,
    ],
    [
      'the last hosts are cut off',
      ({ edit }) => edit(INDEX, (text) => `${text.trimEnd().split('\n').slice(0, 3).join('\n')}\n`),
      /^in no row of the index/mu,
    ],
    [
      'a result has no facts',
      ({ at }) => rm(at(`${result(0)}.facts.json`)),
      /^not the result that its facts describe/mu,
    ],
  ];
  for (const [what, change, finding] of REWRITTEN) {
    test(`${what}, and the manifests are written anew: found`, async () => {
      const copy = await copyOf();
      await change(copy);
      await copy.seal();
      const { status, text } = verify(copy.root);
      assert.equal(status, 1, text);
      assert.match(text, finding);
    });
  }

  test('rewritten as a whole it is consistent, and says what that does not exclude; the seal finds it', async () => {
    const copy = await copyOf();
    const bytes = gunzipSync(await readFile(copy.at(result(0))));
    const forged = Buffer.from(bytes.toString().replace('dc1', 'dcX'));
    await writeFile(copy.at(result(0)), gzipSync(forged));
    await copy.edit(`${result(0)}.facts.json`, (text) =>
      text.replaceAll(sha256(bytes), sha256(forged)).replace(`"size": ${bytes.length}`, `"size": ${forged.length}`),
    );
    await copy.edit(INDEX, (text) => text.replaceAll(sha256(bytes), sha256(forged)));
    await copy.seal();
    const { status, text } = verify(copy.root);
    assert.equal(status, 0, text);
    assert.match(text, /truncation, rewriting and back-dating are not excluded/u);
    const sealed = verify(copy.root, '--seal', pack.seal);
    assert.equal(sealed.status, 1);
    assert.match(sealed.text, /^the seal is another one: /mu);
  });

  test('a hostile pack makes it read nothing else, and say nothing that a terminal obeys', async () => {
    const outside = path.join(pack.folder, 'outside');
    await writeFile(outside, 'secret');
    const line = (name: string): string => `${sha256('secret')}  ${name}\n`;
    for (const [name, finding] of [
      ['data/../../outside', /a line that no pack has/u],
      ['/etc/passwd', /a line that no pack has/u],
      ['C:\\x', /a line that no pack has/u],
      ['data/\u001b[2Jx', /a line that no pack has/u],
    ] as const) {
      const copy = await copyOf();
      await copy.edit('manifest-sha256.txt', (text) => line(name) + text);
      const { status, text } = verify(copy.root);
      assert.equal(status, 1, text);
      assert.match(text, finding);
      assert.ok(!text.includes('\u001b'));
    }
    const copy = await copyOf();
    await rm(copy.at(result(0)));
    await symlink(outside, copy.at(result(0)));
    assert.match(verify(copy.root).text, /leads out of the pack/u);
  });

  test('what is no pack cannot be read, and says so', async () => {
    const copy = await copyOf();
    for (const broken of [
      '{"number":',
      '[]',
      '{"number":1,"file":{}}',
      'null',
      '{"number":1,"file":"data/index.csv"}',
    ]) {
      await writeFile(copy.at(INDEX), `${broken}\n`);
      await copy.seal();
      const { status, text } = verify(copy.root);
      assert.ok(status === 1 || status === 2, text);
      assert.doesNotMatch(text, /Traceback|^CONSISTENT/mu);
    }
    assert.equal(verify(path.join(pack.folder, 'nothing')).status, 2);
  });
});
