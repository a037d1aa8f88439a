import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import { after, before, suite, test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { packFiles } from '../../../../src/runs/pack/packFiles.ts';
import { hostsOf } from '../../../../src/runs/pack/packHosts.ts';
import { packBytes, packFile } from '../../../../src/runs/pack/packedBytes.ts';
import { packHead } from '../../../../src/runs/pack/packHead.ts';
import { toTimeline } from '../../../../src/runs/runTimeline.ts';
import { writePack } from '../../../../src/runs/pack/packWriter.ts';
import { startsFormula } from '../../../../src/evidence/export/csv.ts';
import { readCsv } from '../../evidence/csvReader.ts';
import { hasPython, HOSTILE, writeSample, packInput, unpackedPack, verify } from './samplePack.ts';

/** Returns the texts in a pack, as Python reads them: one of them, or all. */
function readEntries(zip: string, name?: string): string {
  const read = `import sys, zipfile
pack = zipfile.ZipFile(sys.argv[1])
names = sys.argv[2:] or [name for name in pack.namelist() if not name.endswith('.gz')]
sys.stdout.buffer.write(b''.join(pack.read(name) for name in names))`;
  const names = name === undefined ? [] : [name];
  const { status, stdout, stderr } = spawnSync('python3', ['-c', read, zip, ...names], { encoding: 'utf8' });
  assert.equal(status, 0, stderr);
  return stdout;
}

const asItIs = (error: unknown): unknown => error;

const HOSTS = 5 + HOSTILE.length + 3;
const RESULTS = 5 + HOSTILE.length;

suite('a hand-over pack', { skip: !hasPython && 'needs python3' }, () => {
  let pack: Awaited<ReturnType<typeof unpackedPack>>;
  before(async () => {
    pack = await unpackedPack();
  });
  after(() => rm(pack.folder, { recursive: true }));
  const read = (name: string): Promise<string> => readFile(path.join(pack.root, name), 'utf8');

  test('the published verifier finds it consistent, and says what that does not exclude', () => {
    const { status, text } = verify(pack.zip);
    assert.equal(status, 0, text);
    assert.match(text, new RegExp(`^CONSISTENT: ${HOSTS} hosts, ${RESULTS} results\\. Seal: ${pack.seal}$`, 'mu'));
    assert.match(text, /truncation, rewriting and back-dating are not excluded/u);
    assert.match(verify(pack.zip, '--seal', pack.seal.toUpperCase()).text, /those that were sealed/u);
    assert.equal(verify(pack.zip, '--seal', '0'.repeat(64)).status, 1);
  });

  test('sha256sum checks it with the commands of its README', () => {
    for (const name of ['manifest-sha256.txt', 'tagmanifest-sha256.txt']) {
      const { status, stdout, stderr } = spawnSync('sha256sum', ['-c', name], { cwd: pack.root, encoding: 'utf8' });
      assert.equal(status, 0, stdout + stderr);
    }
  });

  test('it is a bag: version, encoding, size of the payload, every file in a manifest (RFC 8493)', async () => {
    assert.equal(await read('bagit.txt'), 'BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n');
    const files = (await readdir(path.join(pack.root, 'data'), { recursive: true, withFileTypes: true })).filter(
      (entry) => entry.isFile(),
    );
    assert.equal(files.length, pack.files);
    assert.match(await read('bag-info.txt'), new RegExp(`^Payload-Oxum: ${pack.bytes}\\.${pack.files}$`, 'mu'));
    assert.equal((await read('manifest-sha256.txt')).split('\n').length - 1, files.length);
    const tags = (await read('tagmanifest-sha256.txt')).split('\n').flatMap((line) => line.slice(66) || []);
    assert.deepEqual(tags, ['README.txt', 'bag-info.txt', 'bagit.txt', 'manifest-sha256.txt']);
  });

  test('the same run gives the same bytes, in every time zone', async () => {
    const zone = process.env['TZ'];
    try {
      const hashes = [];
      for (const other of ['UTC', 'Pacific/Kiritimati', 'America/Los_Angeles']) {
        process.env['TZ'] = other;
        hashes.push(
          createHash('sha256')
            .update((await writeSample()).zip)
            .digest('hex'),
        );
      }
      assert.equal(new Set(hashes).size, 1);
    } finally {
      if (zone === undefined) delete process.env['TZ'];
      else process.env['TZ'] = zone;
    }
  });

  test('a result comes out as the service stored it, and its facts name it', async () => {
    const names = (await readdir(path.join(pack.root, 'data/results'))).sort();
    assert.equal(names.length, 2 * RESULTS);
    const [file = '', factsFile = ''] = names;
    const bytes = gunzipSync(await readFile(path.join(pack.root, 'data/results', file)));
    const facts = JSON.parse(await read(`data/results/${factsFile}`)) as { file: { sha256: string }; exitCode: number };
    assert.equal(createHash('sha256').update(bytes).digest('hex'), facts.file.sha256);
    assert.match(bytes.toString(), /"script_output"/u);
  });

  test('every host has a row, those without a result with the reason; no cell is a formula', async () => {
    const rows = readCsv((await read('data/index.csv')).replace(/^\ufeff/u, ''));
    assert.equal(rows.length, HOSTS + 1);
    assert.ok(rows.flat().every((cell) => !startsFormula(cell) || cell.startsWith("'")));
    const index = (await read('data/index.ndjson')).trimEnd().split('\n');
    const parsed = index.map((line) => JSON.parse(line) as { file?: string; why?: string; link?: string });
    const waiting = parsed.filter(({ why = '' }) => why.startsWith('the session '));
    assert.equal(waiting.length, 3, JSON.stringify(parsed.map(({ why }) => why)));
    assert.ok(parsed.every(({ file, why }) => (file === undefined) === (why !== undefined)));
    assert.ok(parsed.every(({ file, link = '' }) => file === undefined || link.startsWith('live-response:/')));
  });

  test('no name is a path, and none acts in the report', async () => {
    for (const { file = '' } of hostsOf(packInput().rows, () => true))
      assert.match(file, /^(?:data\/results\/[\da-z-]+\.json\.gz)?$/u);
    const report = await read('data/report.html');
    assert.ok(!report.includes('<img') && !report.includes('\u202E'));
    assert.match(report, /&lt;img src=x onerror=alert\(1\)&gt;/u);
    assert.match(report, /default-src 'none'/u);
    assert.match(report, /INTERNAL · MALICIOUS CONTENT POSSIBLE/u);
    assert.doesNotMatch(report, /<script|href|src=(?!x)/u);
  });

  test('a name with a line end begins no label of its own', async () => {
    const input = packInput();
    const run = { ...input.run, words: { ...input.run.words, comment: 'a\nPayload-Oxum: 0.0\r\nX: y' } };
    const { root, folder, files, bytes } = await unpackedPack({ ...input, run });
    const info = await readFile(path.join(root, 'bag-info.txt'), 'utf8');
    await rm(folder, { recursive: true });
    const labels = info.trimEnd().split(/[\n\r\u2028]+/u);
    assert.ok(labels.includes('Live-Response-Comment: a Payload-Oxum: 0.0 X: y'), info);
    assert.deepEqual(
      labels.filter((line) => line.startsWith('Payload-Oxum') || line.startsWith('X')),
      [`Payload-Oxum: ${bytes}.${files}`],
    );
  });

  test('a host whose result the pack cannot hold keeps its row and its number, with the reason', async () => {
    const input = packInput();
    const [first] = input.rows;
    const rows = input.rows.map((row) => (row === first ? { ...row, state: 'large' as const } : row));
    const { zip } = await writeSample({ ...input, rows, canHold: ({ state }) => state !== 'large' });
    const file = path.join(pack.folder, 'without.zip');
    await writeFile(file, zip);
    const { status, text } = verify(file);
    assert.equal(status, 0, text);
    assert.match(text, new RegExp(`${HOSTS} hosts, ${RESULTS - 1} results`, 'u'));
    const [host] = hostsOf(input.rows, (row) => row !== first);
    assert.match(host?.why ?? '', /stored in pieces/u);
    // Nothing that the pack cannot prove about it stands in any file.
    const { sha256 = '', fetchedAt = 0 } = first?.facts ?? {};
    const told = readEntries(file);
    assert.ok(told.includes('stored in pieces') && !told.includes(sha256));
    assert.ok(!told.includes(new Date(fetchedAt).toISOString().slice(0, 19)));
  });

  test('a file is packed as bytes are, and what is not there ends the stream with its error', async () => {
    const bytes = Buffer.from('line\n'.repeat(100_000));
    const file = path.join(pack.folder, 'large');
    await writeFile(file, bytes);
    const streamed = Buffer.concat(await packFile(file, asItIs).toArray());
    assert.ok(gunzipSync(streamed).equals(bytes));
    assert.equal(streamed[9], 255);
    assert.equal(packBytes(bytes)[9], 255);
    const inWords = (error: unknown): Error => new Error(`the file failed: ${String(error)}`);
    const gone = { ...packInput(), packed: () => Promise.resolve(packFile(path.join(pack.folder, 'gone'), inWords)) };
    const writing = writePack(packFiles(gone), packHead(gone, '0.1.0'), () => Promise.resolve());
    await assert.rejects(writing, /the file failed: Error: ENOENT/u);
  });

  test('each event of the timeline has what Timesketch requires, oldest first', () => {
    const { run, rows } = packInput();
    const events = toTimeline(run, rows);
    assert.ok(events.length >= HOSTS + RESULTS);
    for (const { message, datetime, timestamp_desc } of events) {
      assert.ok(message !== '' && timestamp_desc !== '');
      assert.match(datetime, /^\d{4}-\d\d-\d\dT[\d:.]+\+00:00$/u);
    }
    const times = events.map(({ datetime }) => datetime);
    assert.deepEqual(times, times.toSorted());
  });
});

suite('a pack that cannot be written', () => {
  const head = packHead(packInput(), '0.1.0');
  const keep = (): Promise<void> => Promise.resolve();

  test('a disk that is full ends it with the disk’s error, at any piece', async () => {
    for (const allowed of [0, 1, 5, 20]) {
      let taken = 0;
      const append = (): Promise<void> =>
        taken++ < allowed ? Promise.resolve() : Promise.reject(new Error('no room'));
      await assert.rejects(writePack(packFiles(packInput()), head, append), /no room/u);
    }
  });

  test('a result that is gone ends it with its own error', async () => {
    const input = { ...packInput(), packed: () => Promise.reject(new Error('gone')) };
    await assert.rejects(writePack(packFiles(input), head, keep), /gone/u);
  });

  test('a stream that breaks in the middle ends it with the stream’s error', async () => {
    const broken = (): Readable =>
      Readable.from(
        (function* (): Generator<Buffer> {
          yield Buffer.alloc(100_000);
          throw new Error('broken');
        })(),
      );
    const input = { ...packInput(), packed: () => Promise.resolve(broken()) };
    await assert.rejects(writePack(packFiles(input), head, keep), /broken/u);
  });

  test(
    'a large stream is written in pieces, and its hash is right',
    { skip: !hasPython && 'needs python3' },
    async () => {
      const size = 20_000_000;
      const input = {
        ...packInput(),
        packed: () => Promise.resolve(Readable.from(Array.from({ length: 200 }, () => Buffer.alloc(size / 200, 7)))),
      };
      let largest = 0;
      const zip: Uint8Array[] = [];
      const { bytes } = await writePack([...packFiles(input)].slice(0, 1), head, (piece) => {
        largest = Math.max(largest, piece.length);
        return Promise.resolve(void zip.push(piece));
      });
      assert.equal(bytes, size);
      const hash = createHash('sha256').update(Buffer.alloc(size, 7)).digest('hex');
      const folder = await mkdtemp(path.join(tmpdir(), 'pack-'));
      const file = path.join(folder, 'pack.zip');
      await writeFile(file, Buffer.concat(zip));
      const told = readEntries(file, 'manifest-sha256.txt');
      await rm(folder, { recursive: true });
      assert.equal(told, `${hash}  data/results/0001-dc1.json.gz\n`);
      assert.ok(largest < 1_000_000, largest.toString());
    },
  );
});
