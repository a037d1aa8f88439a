import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { before, suite, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import type { PackDifference } from '../../src/runs/pack/packDifference.ts';
import { readCells } from '../../src/runs/pack/read/packRow.ts';
import { zipOf } from '../../src/sample/base/zipFile.ts';
import { Copy, INDEX, knowingChanges, plainChanges, sha256 } from '../unit/runs/pack/changes.ts';
import { filesOf, read } from '../unit/runs/pack/opened.ts';
import { packInput, writeSample } from '../unit/runs/pack/samplePack.ts';

/** Difference that the reader finds where the published verifier prints a sentence. */
const KINDS: readonly (readonly [RegExp, PackDifference['kind']])[] = [
  [/\^changed/u, 'changed'],
  [/\^missing, /u, 'noFile'],
  [/\^missing: /u, 'missing'],
  [/\^added/u, 'added'],
  [/not all is sealed/u, 'notSealed'],
  [/not the result/u, 'otherResult'],
  [/facts are those/u, 'otherHost'],
  [/not the same rows|differ/u, 'otherRows'],
  [/another order/u, 'order'],
  [/cut off/u, 'cutOff'],
  [/neither/u, 'noReason'],
  [/not there/u, 'noResult'],
];

/** Returns the kinds of difference that a finding of the verifier stands for. */
function kindsOf({ source }: RegExp): readonly PackDifference['kind'][] {
  return KINDS.filter(([words]) => words.test(source)).map(([, kind]) => kind);
}

suite('a hand-over pack that is opened', () => {
  let zip: Buffer;
  let seal: string;
  let files: ReadonlyMap<string, Uint8Array>;
  before(async () => {
    ({ zip, seal } = await writeSample());
    files = await filesOf(zip);
  });
  const zipped = (copy: Copy): Uint8Array => zipOf([...copy.files].map(([name, bytes]) => ({ name, bytes })));

  test('holds the same results, hosts and reasons as the run that was packed', async () => {
    const { rows } = packInput();
    const found = await read(zip, seal.toUpperCase());
    assert.deepEqual(found.differences, []);
    assert.equal(found.seal, seal);
    assert.deepEqual(
      found.rows.map(({ device, actionId, commandIndex, state }) => ({ device, actionId, commandIndex, state })),
      rows.map(({ member, ref, state }) => ({
        device: member.device,
        actionId: ref.actionId,
        commandIndex: ref.commandIndex,
        state,
      })),
    );
    assert.deepEqual(
      found.results.map((bytes) => sha256(bytes)),
      rows.flatMap(({ facts }) => facts?.sha256 ?? []),
    );
    const missing = found.rows.filter(({ file }) => file === undefined);
    assert.equal(missing.length, 3);
    for (const { why, actionStatus, commandStatus, createdUtc, script } of missing) {
      assert.match(why ?? '', /did not start within two hours/u);
      assert.deepEqual([actionStatus, commandStatus, script], ['Pending', 'Created', 'collect.ps1']);
      assert.match(createdUtc ?? '', /^2026-/u);
    }
  });

  test('is read from a file piece by piece, and the file is closed', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'pack-'));
    const file = path.join(folder, 'pack.zip');
    await writeFile(file, zip);
    assert.deepEqual((await read(file)).differences, []);
    await writeFile(file, zip.subarray(0, 500));
    await assert.rejects(read(file));
    await rm(folder, { recursive: true });
  });

  test('packed anew by another program it is still consistent, and still the sealed one', async () => {
    assert.deepEqual((await read(zipped(new Copy(files)), seal)).differences, []);
  });

  test('with another seal it differs in that, and says which it has', async () => {
    assert.deepEqual((await read(zip, '0'.repeat(64))).differences, [{ kind: 'seal', name: seal }]);
  });

  for (const [knows, changes] of [
    [false, plainChanges()],
    [true, knowingChanges()],
  ] as const) {
    for (const [what, change, finding] of changes) {
      test(`${what}${knows ? ', and the manifests are written anew' : ''}: found as the verifier finds it`, async () => {
        const copy = new Copy(files);
        change(copy);
        if (knows) copy.seal();
        const { differences, results } = await read(zipped(copy));
        const wanted = kindsOf(finding);
        assert.ok(wanted.length > 0, `no kind for ${finding.source}`);
        assert.ok(
          differences.some(({ kind }) => wanted.includes(kind)),
          JSON.stringify([wanted, differences]),
        );
        assert.deepEqual(results, []);
      });
    }
  }

  test('rewritten as a whole it is consistent; the seal finds it', async () => {
    const copy = new Copy(files);
    copy.forge();
    assert.deepEqual((await read(zipped(copy))).differences, []);
    assert.deepEqual(
      (await read(zipped(copy), seal)).differences.map(({ kind }) => kind),
      ['seal'],
    );
  });

  const KNOWING: readonly (readonly [string, (copy: Copy) => void, PackDifference['kind']])[] = [
    ['facts of another tenant', editFacts('"cloud": "commercial"', '"cloud": "gcc"'), 'otherHost'],
    [
      'a tenant that bag-info does not name',
      (copy) => {
        copy.edit('bag-info.txt', (text) => text.replace(/^Live-Response-Tenant: .*\n/mu, ''));
      },
      'otherHost',
    ],
    [
      'a key that stands twice in the facts',
      editFacts('"exitCode": 0', '"exitCode": 1,\n  "exitCode": 0'),
      'otherResult',
    ],
    ['a key that stands twice in the index', editIndex('"number":1,', '"number":9,"number":1,'), 'order'],
    [
      'facts that are a list',
      (copy) => {
        copy.set(`${copy.result(0)}.facts.json`, '[]\n');
      },
      'otherResult',
    ],
    [
      'facts nested a million times',
      (copy) => {
        copy.set(`${copy.result(0)}.facts.json`, '['.repeat(1_000_000));
      },
      'otherResult',
    ],
    [
      'facts of many megabytes',
      (copy) => {
        copy.set(`${copy.result(0)}.facts.json`, ' '.repeat(5_000_000));
      },
      'unreadable',
    ],
    ['an action ID that is none', editIndex(/"actionId":"[^"]*"/u, '"actionId":"../../x"'), 'order'],
    ['a command index without end', editIndex('"commandIndex":0', '"commandIndex":1e308'), 'order'],
    ['a size below zero', editIndex(/"bytes":\d+/u, '"bytes":-1'), 'otherResult'],
    ['a file that is no result', editIndex(/"file":"[^"]*"/u, '"file":"README.txt"'), 'noResult'],
    ['a file in the prototype', editIndex(/"file":"[^"]*"/u, '"file":"__proto__"'), 'noResult'],
    [
      'a manifest of empty lines',
      (copy) => {
        copy.set('manifest-sha256.txt', '\n'.repeat(10_000_000));
      },
      'unreadable',
    ],
    [
      'a table of empty cells',
      (copy) => {
        copy.set('data/index.csv', ','.repeat(10_000_000));
      },
      'otherRows',
    ],
    [
      'a table of quotation marks',
      (copy) => {
        copy.set('data/index.csv', '"'.repeat(2_000_001));
      },
      'otherRows',
    ],
    [
      'a result with a name in its gzip head',
      (copy) => {
        const bytes = copy.read(copy.result(0));
        copy.set(
          copy.result(0),
          Buffer.concat([
            bytes.subarray(0, 3),
            Buffer.from([8]),
            bytes.subarray(4, 10),
            Buffer.from('x\0'),
            bytes.subarray(10),
          ]),
        );
      },
      'otherResult',
    ],
    [
      'a result that is cut off',
      (copy) => {
        copy.set(copy.result(0), copy.read(copy.result(0)).subarray(0, -3));
      },
      'otherResult',
    ],
  ];
  for (const [what, change, wanted] of KNOWING) {
    test(`${what}, and the manifests are written anew: found`, async () => {
      const copy = new Copy(files);
      change(copy);
      if (what !== 'a manifest of empty lines') copy.seal();
      const { differences } = await read(zipped(copy));
      assert.ok(
        differences.some(({ kind }) => kind === wanted),
        JSON.stringify(differences),
      );
    });
  }

  test('bytes that were damaged on the way are told once for each way in which they differ', async () => {
    const bytes = Buffer.from(zip);
    const at = bytes.indexOf('data/results/');
    bytes.fill(0xff, at + 100, at + 110);
    const { differences } = await read(bytes);
    const words = differences.map(({ kind, name }) => `${kind} ${name}`);
    assert.ok(words.length > 1, words.join());
    assert.deepEqual(words, [...new Set(words)]);
  });

  test('a thousand differences are told as a hundred, and that there are more', async () => {
    const copy = new Copy(files);
    for (let at = 0; at < 1000; at++) copy.set(`data/${at}`, 'x');
    const { differences } = await read(zipped(copy));
    assert.equal(differences.length, 101);
    assert.deepEqual(differences.at(-1), { kind: 'more', name: '' });
  });

  test('a result that unpacks to more than its facts say is not unpacked further', async () => {
    const copy = new Copy(files);
    copy.set(copy.result(0), gzipSync(Buffer.alloc(300_000_000)));
    copy.seal();
    const before = process.memoryUsage().rss;
    const { differences } = await read(zipped(copy));
    assert.ok(differences.some(({ kind }) => kind === 'otherResult'));
    assert.ok(process.memoryUsage().rss - before < 100_000_000);
  });

  test('a table with one endless cell is no table, and reads in linear time', () => {
    for (const cell of ['x'.repeat(5_000_000), '""'.repeat(5_000_000)]) {
      assert.deepEqual(readCells(`a,b\r\n"${cell}",c\r\n`, 9)[1]?.[1], 'c');
      assert.deepEqual(readCells(`a,b\r\n"${cell}`, 9), [['a', 'b']]);
    }
    assert.deepEqual(readCells('a,"b ""c"",\r\nd"\r\n,\n"x"y', 9), [
      ['a', 'b "c",\r\nd'],
      ['', ''],
    ]);
  });
});

function editFacts(from: string, to: string): (copy: Copy) => void {
  return (copy) => {
    copy.edit(`${copy.result(0)}.facts.json`, (text) => text.replace(from, to));
  };
}

function editIndex(from: string | RegExp, to: string): (copy: Copy) => void {
  return (copy) => {
    copy.edit(INDEX, (text) => text.replace(from, to));
  };
}
