import assert from 'node:assert/strict';
import { before, suite, test } from 'node:test';
import { deflateRawSync } from 'node:zlib';
import { isLiveResponseError } from '../../src/base/errors.ts';
import type { PackLimits } from '../../src/runs/pack/read/zipReader.ts';
import { zipOf } from '../../src/sample/base/zipFile.ts';
import { sha256 } from '../unit/runs/pack/changes.ts';
import { forge } from '../unit/runs/pack/forge.ts';
import type { Forged } from '../unit/runs/pack/forge.ts';
import { filesOf, read } from '../unit/runs/pack/opened.ts';
import { writeSample } from '../unit/runs/pack/samplePack.ts';

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

/** Returns an extra field with a time, as other programs add it, of this many bytes. */
function otherField(length: number): Buffer {
  const field = Buffer.alloc(4 + length);
  field.write('UT', 'latin1');
  field.writeUInt16LE(length, 2);
  return field;
}

suite('a zip that is given out as a hand-over pack', () => {
  let zip: Buffer;
  let seal: string;
  let files: ReadonlyMap<string, Uint8Array>;
  before(async () => {
    ({ zip, seal } = await writeSample());
    files = await filesOf(zip);
  });
  const plain = (): Forged[] => [...files].map(([name, bytes]) => ({ name, bytes }));

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
    [
      'bytes behind the last file',
      () =>
        forge(plain().map((one, at, all) => (at < all.length - 1 ? one : { ...one, behind: Buffer.from('hidden') }))),
      /behind the files/u,
    ],
    [
      'a zip of several disks',
      () => {
        const split = Buffer.from(zip);
        split.writeUInt16LE(1, zip.length - 18);
        return split;
      },
      /more than one/u,
    ],
    [
      'a directory full of other fields',
      () => forge(plain().map((one) => ({ ...one, extra: otherField(1000) }))),
      /too large/u,
    ],
    ['bytes before the files', () => Buffer.concat([Buffer.from('MZ'), zip]), /./u],
    ['bytes behind the directory', () => forge(plain(), { between: Buffer.from('hidden') }), /behind|around/u],
    ['a file that the directory does not count', () => forge(plain(), { count: plain().length - 1 }), /behind|around/u],
    [
      'something else in its directory',
      () => {
        const other = forge(plain());
        other.write('PK\x07\x08', other.lastIndexOf('PK\x01\x02'), 'latin1');
        return other;
      },
      /./u,
    ],
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
        if (error.values.reason === 'zip') assert.match(what, /^(?:a comment|something else in its directory)$/u);
        else assert.match(error.values.path ?? '', path);
        return true;
      });
    });
  }

  test('sizes and counts beyond every pack are refused, with the limit', async () => {
    await isRefused(zip, 'large', undefined, { zip: zip.length - 1 });
    await isRefused(zip, 'large', undefined, { files: 1000 });
    await isRefused(zip, 'large', undefined, { results: 500 });
    await isRefused(zip, 'large', undefined, { facts: 500 });
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

  test('times that another program adds to its entries hide nothing', async () => {
    const extra = Buffer.concat([otherField(9), otherField(4)]);
    assert.deepEqual((await read(forge(plain().map((one) => ({ ...one, extra }))), seal)).differences, []);
  });

  test('bytes behind the end of a packed file are found', async () => {
    const bytes = plain().map((one) => {
      if (one.name !== 'data/report.html') return one;
      const behind = Buffer.from('hidden');
      const packed = deflateRawSync(one.bytes).length + behind.length;
      return { ...one, method: 8, flags: 8, told: { packed }, behind };
    });
    const { differences } = await read(forge(bytes), seal);
    assert.deepEqual(differences, [{ kind: 'unreadable', name: 'data/report.html' }]);
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
