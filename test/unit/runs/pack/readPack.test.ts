import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { before, suite, test } from 'node:test';
import { crc32, deflateRawSync, gunzipSync, gzipSync } from 'node:zlib';
import { isLiveResponseError } from '../../../../src/base/errors.ts';
import type { PackDifference } from '../../../../src/runs/pack/packDifference.ts';
import { openPack, PACK_LIMITS } from '../../../../src/runs/pack/read/openPack.ts';
import type { ReadPack } from '../../../../src/runs/pack/read/openPack.ts';
import type { PackLimits } from '../../../../src/runs/pack/read/zipReader.ts';
import { zipOf } from '../../../../src/sample/base/zipFile.ts';
import { Copy, INDEX, knowingChanges, plainChanges, sha256 } from './changes.ts';
import { packInput, writeSample } from './samplePack.ts';

interface Read extends Pick<ReadPack, 'differences' | 'rows' | 'seal' | 'tenant'> {
  readonly results: readonly Uint8Array[];
}

function read(source: string | Uint8Array, seal?: string, limits?: Partial<PackLimits>): Promise<Read> {
  const options = { seal, signal: new AbortController().signal, limits: { ...PACK_LIMITS, ...limits } };
  return openPack(source, options, async ({ differences, rows, seal: own, tenant, result }) => {
    const results: Uint8Array[] = [];
    if (differences.length === 0)
      for (const row of rows) if (row.file !== undefined) results.push((await result(row)).bytes);
    return { differences, rows, seal: own, tenant, results };
  });
}

async function isRefused(
  bytes: Uint8Array,
  reason: string,
  path?: RegExp,
  limits?: Partial<PackLimits>,
): Promise<void> {
  await assert.rejects(read(bytes, undefined, limits), (error: unknown) => {
    assert.ok(isLiveResponseError(error), String(error));
    assert.deepEqual([error.code, error.values.reason], ['packRefused', reason]);
    if (path !== undefined) assert.match(error.values.path ?? '', path);
    return true;
  });
}

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

/** An entry of a zip that a test forges. */
interface Forged {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly method?: number;
  readonly flags?: number;
  readonly attributes?: number;
  readonly extra?: Buffer;
  /** Fields of the directory that contradict the entry's own header. */
  readonly told?: { readonly name?: string; readonly size?: number; readonly packed?: number; readonly at?: number };
  /** Bytes behind the data. */
  readonly behind?: Buffer;
}

/** Writes a zip in which each entry can be wrong in its own way. */
function forge(entries: readonly Forged[], end: { readonly count?: number; readonly between?: Buffer } = {}): Buffer {
  const parts: Buffer[] = [];
  const central: Buffer[] = [];
  let offset = 0;
  for (const { name, bytes, method = 0, flags = 0, attributes = 0, extra = Buffer.alloc(0), told, behind } of entries) {
    const data = method === 8 ? deflateRawSync(bytes) : Buffer.from(bytes);
    const head = (label: string, size: number, packed: number): Buffer => {
      const fields = Buffer.alloc(26);
      fields.writeUInt16LE(20, 0);
      fields.writeUInt16LE(flags, 2);
      fields.writeUInt16LE(method, 4);
      fields.writeUInt16LE(0x21, 8);
      fields.writeUInt32LE(crc32(bytes), 10);
      fields.writeUInt32LE(packed, 14);
      fields.writeUInt32LE(size, 18);
      fields.writeUInt16LE(Buffer.byteLength(label), 22);
      fields.writeUInt16LE(extra.length, 24);
      return fields;
    };
    const local = Buffer.concat([
      Buffer.from('PK\x03\x04'),
      head(name, bytes.length, data.length),
      Buffer.from(name),
      extra,
      data,
      behind ?? Buffer.alloc(0),
    ]);
    const place = Buffer.alloc(14);
    place.writeUInt32LE(attributes, 6);
    place.writeUInt32LE(told?.at ?? offset, 10);
    const label = told?.name ?? name;
    central.push(
      Buffer.concat([
        Buffer.from('PK\x01\x02\x14\x03'),
        head(label, told?.size ?? bytes.length, told?.packed ?? data.length),
        place,
        Buffer.from(label),
        extra,
      ]),
    );
    parts.push(local);
    offset += local.length;
  }
  const directory = Buffer.concat(central);
  const last = Buffer.alloc(22);
  last.write('PK\x05\x06', 'latin1');
  last.writeUInt16LE(end.count ?? entries.length, 8);
  last.writeUInt16LE(end.count ?? entries.length, 10);
  last.writeUInt32LE(directory.length, 12);
  last.writeUInt32LE(offset, 16);
  return Buffer.concat([...parts, directory, end.between ?? Buffer.alloc(0), last]);
}

suite('a hand-over pack that is opened', () => {
  let zip: Buffer;
  let seal: string;
  let files: ReadonlyMap<string, Uint8Array>;
  before(async () => {
    ({ zip, seal } = await writeSample());
    const found = new Map<string, Uint8Array>();
    // The zip stores each entry as the writer wrote it; the reader's own directory is what is tested elsewhere.
    const { PackZip } = await import('../../../../src/runs/pack/read/zipReader.ts');
    const bytes = {
      size: zip.length,
      read: (target: Uint8Array, at: number) => Promise.resolve(zip.copy(target, 0, at)),
    };
    const opened = await PackZip.open(bytes, PACK_LIMITS);
    for (const name of opened.names) {
      const pieces: Buffer[] = [];
      for await (const piece of opened.pieces(name)) pieces.push(piece);
      found.set(name, Buffer.concat(pieces));
    }
    files = found;
  });
  const plain = (): Forged[] => [...files].map(([name, bytes]) => ({ name, bytes }));
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
    const name = copy.result(0);
    const bytes = gunzipSync(copy.read(name));
    const forged = Buffer.from(bytes.toString().replace('dc1', 'dcX'));
    copy.set(name, gzipSync(forged));
    for (const file of [`${name}.facts.json`, INDEX, 'data/index.csv'])
      copy.edit(file, (text) => text.replaceAll(sha256(bytes), sha256(forged)));
    copy.seal();
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

  const ODD: readonly (readonly [string, () => Buffer, RegExp])[] = [
    ['a path upwards', () => forge([...plain(), { name: '../evil', bytes: Buffer.from('x') }]), /path/u],
    [
      'a path upwards in the middle',
      () => forge([...plain(), { name: 'data/../x', bytes: Buffer.from('x') }]),
      /path/u,
    ],
    ['an absolute path', () => forge([...plain(), { name: '/etc/x', bytes: Buffer.from('x') }]), /path/u],
    ['a backslash', () => forge([...plain(), { name: 'data\\x', bytes: Buffer.from('x') }]), /path/u],
    ['a drive', () => forge([...plain(), { name: 'C:x', bytes: Buffer.from('x') }]), /path/u],
    [
      'a control character in a name',
      () => forge([...plain(), { name: 'a\u001bb', bytes: Buffer.from('x') }]),
      /a name/u,
    ],
    [
      'a name that is not ASCII',
      () => forge([...plain(), { name: 'data/\u202ex', bytes: Buffer.from('x'), flags: 0x800 }]),
      /a name/u,
    ],
    ['a name without end', () => forge([...plain(), { name: 'x'.repeat(5000), bytes: Buffer.from('x') }]), /a name/u],
    ['no name', () => forge([...plain(), { name: '', bytes: Buffer.from('x') }]), /a name/u],
    ['a folder', () => forge([...plain(), { name: 'data/results/', bytes: Buffer.alloc(0) }]), /folder/u],
    [
      'a folder by its attributes',
      () => forge([...plain(), { name: 'x', bytes: Buffer.alloc(0), attributes: 0x10 }]),
      /folder/u,
    ],
    [
      'a symbolic link',
      () => forge([...plain(), { name: 'x', bytes: Buffer.from('/etc/passwd'), attributes: (0o120777 << 16) >>> 0 }]),
      /link/u,
    ],
    [
      'a device',
      () => forge([...plain(), { name: 'x', bytes: Buffer.from(''), attributes: (0o020666 << 16) >>> 0 }]),
      /link/u,
    ],
    [
      'an encrypted file',
      () => forge([{ name: 'x', bytes: Buffer.from('x'), flags: 1, told: { packed: 13 } }, ...plain()]),
      /encryption/u,
    ],
    [
      'a file with strong encryption behind a flag',
      () => forge([...plain(), { name: 'x', bytes: Buffer.from('x'), flags: 0x2000 }]),
      /encryption/u,
    ],
    [
      'another compression',
      () => forge([...plain(), { name: 'x', bytes: Buffer.from('x'), method: 12 }]),
      /compression/u,
    ],
    ['a name twice', () => forge([...plain(), { name: 'README.txt', bytes: Buffer.from('x') }]), /one name/u],
    [
      'a name twice but for its case',
      () => forge([...plain(), { name: 'readme.TXT', bytes: Buffer.from('x') }]),
      /one name/u,
    ],
    [
      'a directory that calls a file otherwise',
      () =>
        forge(
          plain().map((one) =>
            one.name === 'README.txt' ? { ...one, name: 'EVIL.txt', told: { name: 'README.txt' } } : one,
          ),
        ),
      /contradicts/u,
    ],
    [
      'a directory with another size',
      () =>
        forge(
          plain().map((one) =>
            one.name === 'README.txt'
              ? { ...one, told: { size: one.bytes.length - 1, packed: one.bytes.length - 1 } }
              : one,
          ),
        ),
      /contradicts/u,
    ],
    [
      'two files in one place',
      () => forge([...plain(), { name: 'x', bytes: Buffer.from('x'), told: { at: 0 } }]),
      /overlap|contradicts/u,
    ],
    [
      'bytes between the files',
      () => forge(plain().map((one) => ({ ...one, behind: Buffer.from('hidden') }))),
      /between/u,
    ],
    [
      'bytes where sizes could follow',
      () => forge(plain().map((one) => ({ ...one, behind: Buffer.alloc(16) }))),
      /between/u,
    ],
    ['bytes before the files', () => Buffer.concat([Buffer.from('MZ'), zip]), /./u],
    ['bytes behind the directory', () => forge(plain(), { between: Buffer.from('hidden') }), /behind|around/u],
    ['a file that the directory does not count', () => forge(plain(), { count: plain().length - 1 }), /behind|around/u],
    [
      'a comment',
      () => {
        const commented = Buffer.concat([zip, Buffer.from('hi')]);
        commented.writeUInt16LE(2, zip.length - 2);
        return commented;
      },
      /behind|around/u,
    ],
    [
      'a second size (zip64)',
      () =>
        forge([
          ...plain(),
          { name: 'x', bytes: Buffer.from('x'), extra: Buffer.from([1, 0, 8, 0, 1, 0, 0, 0, 0, 0, 0, 0]) },
        ]),
      /second/u,
    ],
    [
      'a second name',
      () =>
        forge([
          ...plain(),
          { name: 'x', bytes: Buffer.from('x'), extra: Buffer.from([0x75, 0x70, 6, 0, 1, 0, 0, 0, 0, 0x79]) },
        ]),
      /second/u,
    ],
  ];
  for (const [what, make, path] of ODD) {
    test(`${what}: refused before anything is read`, async () => {
      const bytes = make();
      await assert.rejects(read(bytes), (error: unknown) => {
        assert.ok(isLiveResponseError(error), String(error));
        assert.equal(error.code, 'packRefused');
        if (error.values.reason === 'zip') assert.match(what, /^a comment$/u);
        else assert.match(error.values.path ?? '', path);
        return true;
      });
    });
  }

  test('sizes and counts beyond every pack are refused, with the limit', async () => {
    await isRefused(zip, 'large', undefined, { zip: zip.length - 1 });
    await isRefused(zip, 'large', undefined, { files: 1000 });
    await isRefused(zip, 'large', undefined, { results: 500 });
    await isRefused(zip, 'largeResult', undefined, { result: 50 });
    await isRefused(zip, 'many', undefined, { entries: 10 });
    // The directory states four gigabytes, of which the zip holds a byte.
    const huge = { name: 'x', bytes: Buffer.from('x'), method: 8, told: { size: 0xfffffffe } };
    await isRefused(forge([...plain(), huge]), 'large');
    await isRefused(forge(plain(), { count: 65_535 }), 'many');
  });

  test('a bomb costs what it may cost: more than the directory says is not unpacked', async () => {
    const bomb = { name: 'data/report.html', bytes: Buffer.alloc(300_000_000), method: 8, told: { size: 10 } };
    const others = plain().filter(({ name }) => name !== bomb.name);
    await isRefused(forge([...others, bomb]), 'odd', /contradicts/u);
    // With the sizes behind the data, the header states none, so that only reading it finds the lie.
    const behind = Buffer.alloc(16);
    const { differences } = await read(forge([...others, { ...bomb, flags: 8, behind }]));
    assert.ok(differences.some(({ kind, name }) => kind === 'unreadable' && name === bomb.name));
  });

  test('what is no zip, no pack, empty, or cut off is refused', async () => {
    await isRefused(Buffer.alloc(0), 'zip');
    await isRefused(Buffer.from('PK'), 'zip');
    await isRefused(Buffer.alloc(100_000), 'zip');
    await isRefused(Buffer.from(zipOf([{ name: 'a.txt', bytes: Buffer.from('x') }])), 'noPack');
    await isRefused(Buffer.from(zipOf([])), 'noPack');
    for (const share of [0.1, 0.5, 0.9, 0.999]) await isRefused(zip.subarray(0, Math.floor(zip.length * share)), 'zip');
  });

  test('single flipped bytes never give other results than those that were packed', async () => {
    const honest = (await read(zip)).results.map((bytes) => sha256(bytes)).join();
    for (let turn = 0; turn < 250; turn++) {
      const bytes = Buffer.from(zip);
      const at = (turn * 7919) % bytes.length;
      bytes[at] = (bytes[at] ?? 0) ^ (1 << (turn % 8));
      const found = await read(bytes).catch((error: unknown) => {
        assert.ok(isLiveResponseError(error), String(error));
        return undefined;
      });
      if (found === undefined || found.differences.length > 0) continue;
      assert.equal(found.results.map((one) => sha256(one)).join(), honest);
      assert.equal(found.seal, seal);
    }
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
