import assert from 'node:assert/strict';
import { mkdtemp, open, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { before, suite, test } from 'node:test';
import { failure } from '../../defender/expected.ts';
import { openPack, PACK_LIMITS } from '../../../../src/runs/pack/read/openPack.ts';
import { PackZip } from '../../../../src/runs/pack/read/zipReader.ts';
import { hostsOf } from '../../../../src/runs/pack/packHosts.ts';
import { packFiles } from '../../../../src/runs/pack/packFiles.ts';
import type { PackInput } from '../../../../src/runs/pack/packFiles.ts';
import { packBytes } from '../../../../src/runs/pack/packedBytes.ts';
import { handedRun } from '../../../../src/runs/pack/handedRun.ts';
import { toFactsJson } from '../../../../src/commands/save/resultFacts.ts';
import { toTimeline } from '../../../../src/runs/runTimeline.ts';
import { toChunks } from '../../../../src/runs/runChunks.ts';
import { toRows } from '../../../../src/runs/runRows.ts';
import type { RunRow } from '../../../../src/runs/runRows.ts';
import { findRuns } from '../../../../src/runs/runs.ts';
import { zipOf } from '../../../../src/sample/base/zipFile.ts';
import { createHandlers } from '../../../../src/worker/handlers/handlers.ts';
import { action, arrived, ref, resultFile, TENANT } from '../../results/fixtures.ts';
import { explainMember } from '../explainMember.ts';
import { Copy, INDEX } from './changes.ts';
import { filesOf, read } from './opened.ts';
import { packInput, writeSample } from './samplePack.ts';

const ID = '00000000-0000-4000-8000-000000000001';

/** Returns what a pack of one host is made of. */
function inputOf(change: Parameters<typeof action>[0], bytes = resultFile('one\n')): PackInput {
  const handlers = createHandlers();
  const one = action({ id: ID, ...change });
  handlers.put(...arrived(bytes, { ref: ref({ actionId: ID }), action: one }));
  const [run] = findRuns([one], TENANT);
  assert.ok(run !== undefined);
  return {
    run,
    rows: toRows({ run, state: 'none', failures: {} }, (wanted) => handlers.facts(wanted), explainMember),
    canHold: () => true,
    packed: (facts) => Promise.resolve(packBytes(handlers.raw(facts.ref) ?? new Uint8Array())),
    factsJson: (facts) => Promise.resolve(toFactsJson(facts, undefined, '0.1.0')),
  };
}

/** Returns the text of a file of a pack. */
async function textOf(input: PackInput, name: string): Promise<string> {
  const file = [...packFiles(input)].find((one) => one.path === name);
  assert.ok(file !== undefined, name);
  const content = await file.read();
  assert.ok(content instanceof Uint8Array);
  return Buffer.from(content).toString();
}

suite('a pack of hosts that say little', () => {
  test('a host without an ID is consistent, and no ID of it stands in any file', async () => {
    const input = inputOf({ machineId: null });
    const { zip, seal } = await writeSample(input);
    const { differences, rows } = await read(zip, seal);
    assert.deepEqual([differences, rows.length, rows[0]?.machineId], [[], 1, undefined]);
    assert.doesNotMatch(await textOf(input, INDEX), /machineId/u);
    assert.ok(toTimeline(input.run, input.rows).every((event) => !('machine_id' in event)));
    const [row] = input.rows;
    assert.ok(row !== undefined);
    const [chunk] = toChunks(input.run, row, '', { output: 'one\n', errors: '' });
    assert.deepEqual([chunk?.['device'], chunk?.['machineId']], ['dc1', undefined]);
  });

  test('a device whose name has no letter of ASCII still has a file', () => {
    const [host] = hostsOf(inputOf({ computerDnsName: '日本' }).rows, () => true);
    assert.equal(host?.file, 'data/results/0001-host.json.gz');
  });

  test('a script whose exit code is unknown has none in the report and the index', async () => {
    const bytes = Buffer.from(
      JSON.stringify({ script_name: 'collect.ps1', script_output: 'one\n', script_errors: '' }),
    );
    const input = inputOf({}, bytes);
    assert.match(await textOf(input, 'data/report.html'), /<td>exit unknown<\/td>/u);
    assert.doesNotMatch(await textOf(input, INDEX), /exitCode/u);
    const { zip, seal } = await writeSample(input);
    assert.deepEqual((await read(zip, seal)).differences, []);
  });

  test('chosen results of sessions without a readable time stand before the others', () => {
    const actions = [action({ id: 'a' }), action({ id: 'b', creationDateTimeUtc: 'never' })];
    const { members } = handedRun(
      TENANT,
      actions.map(({ id }) => ({ actionId: id, commandIndex: 0 })),
      (id) => actions.find((one) => one.id === id),
    );
    assert.deepEqual(
      members.map(({ actionId }) => actionId),
      ['b', 'a'],
    );
  });
});

suite('why a host has no result in a pack', () => {
  /** Returns the reason of a host with these facts. */
  function whyOf(change: Partial<RunRow>): string | undefined {
    const [row] = packInput().rows;
    assert.ok(row !== undefined);
    return hostsOf([{ ...row, facts: undefined, reasons: [], state: 'failed', ...change }], () => true)[0]?.why;
  }

  test('is told with the last attempt and the words of the device, each once and on one line', () => {
    const [row] = packInput().rows;
    assert.ok(row !== undefined);
    const why = whyOf({
      reasons: [{ code: 'deviceSaid', source: 'seen' }],
      failure: { code: 'noResult', values: {}, at: 0 },
      member: { ...row.member, commandErrors: ['no\r\n  such file', 'no such file', 'x'.repeat(5000)] },
    });
    const long = `${'x'.repeat(300)}…`;
    assert.equal(
      why,
      `the device said; last attempt: noResult; the device said: no such file; the device said: ${long}`,
    );
  });

  test('names the values of a reason, and its time in UTC', () => {
    const at = Date.UTC(2026, 10, 23, 21, 4);
    assert.equal(
      whyOf({ reasons: [{ code: 'lastReport', source: 'documented', values: { health: 'Inactive', at } }] }),
      'last full report of the device: Inactive: 2026-11-23T21:04:00.000Z',
    );
    assert.equal(
      whyOf({ reasons: [{ code: 'afterFailure', source: 'inferred', values: { index: 2 } }] }),
      'not run, because an earlier command failed: 2',
    );
  });

  test('is the state of the host if nothing else is known, because the verifier requires a reason', () => {
    assert.equal(whyOf({ state: 'never' }), 'no result (never)');
  });
});

suite('a pack that says less than it should', () => {
  let files: ReadonlyMap<string, Uint8Array>;
  before(async () => {
    files = await filesOf((await writeSample()).zip);
  });
  const differencesOf = async (copy: Copy): Promise<readonly object[]> =>
    (await read(zipOf([...copy.files].map(([name, bytes]) => ({ name, bytes }))))).differences;

  test('a line of a manifest that is too short for a name is told as it is', async () => {
    const copy = new Copy(files);
    copy.edit('manifest-sha256.txt', (text) => `${text}oops\n`);
    const found = await differencesOf(copy);
    assert.deepEqual(found[0], { kind: 'changed', name: 'manifest-sha256.txt' });
    assert.deepEqual(found[1], { kind: 'noFile', name: 'oops' });
  });

  test('a result of no size, in the index and in its facts, is not the result', async () => {
    for (const size of ['', '"bytes":-1,']) {
      const copy = new Copy(files);
      const name = copy.result(0);
      copy.edit(INDEX, (text) => text.replace(/"bytes":\d+,/u, size));
      copy.edit(`${name}.facts.json`, (text) =>
        text.replace(/\n *"size": \d+,?/u, size === '' ? '' : '\n    "size": -1,').replace(/,(\n *\})/u, '$1'),
      );
      copy.seal();
      assert.deepEqual(
        await differencesOf(copy),
        [{ kind: 'otherResult', name }],
        copy.read(`${name}.facts.json`).toString(),
      );
    }
  });
});

suite('a pack that is replaced between its check and the reading of a result', () => {
  /** Checks a pack on the disk, changes it, and reads its first result. */
  async function readChanged(change: (file: string, zip: Buffer) => Promise<void>): Promise<void> {
    const { zip } = await writeSample();
    const folder = await mkdtemp(path.join(tmpdir(), 'pack-'));
    const file = path.join(folder, 'pack.zip');
    await writeFile(file, zip);
    const options = { signal: new AbortController().signal, readMarks: () => Promise.resolve(undefined) };
    try {
      await openPack(file, options, async ({ differences, rows: [row], result }) => {
        assert.deepEqual(differences, []);
        assert.ok(row !== undefined);
        await result(row);
        await change(file, zip);
        await result(row);
      });
    } finally {
      await rm(folder, { recursive: true });
    }
  }

  /** Writes bytes into a file in place. */
  async function overwrite(file: string, bytes: Uint8Array, at: number): Promise<void> {
    const handle = await open(file, 'r+');
    await handle.write(bytes, 0, bytes.length, at);
    await handle.close();
  }

  test('is refused: of it nothing is shown', async () => {
    await assert.rejects(
      readChanged((file, zip) => overwrite(file, Buffer.alloc(zip.length), 0)),
      failure('packRefused', { reason: 'replaced' }),
    );
    await assert.rejects(
      readChanged((file) => truncate(file, 50)),
      failure('packRefused', { reason: 'replaced' }),
    );
  });

  test('is refused also if the checksum of the zip is the same', async () => {
    // CRC-32 is linear: these bits are its polynomial, so that flipping them changes no checksum.
    const polynomial = Buffer.from([0x41, 0x06, 0x71, 0xdb, 0x01]);
    await assert.rejects(
      readChanged(async (file, zip) => {
        const packed = Buffer.from((await filesOf(zip)).get('data/results/0001-dc1.json.gz') ?? '');
        const at = zip.indexOf(packed) + 20;
        await overwrite(file, Buffer.from(polynomial.map((bits, index) => bits ^ (zip[at + index] ?? 0))), at);
      }),
      failure('packRefused', { reason: 'replaced' }),
    );
  });

  test('a file that no pack has cannot be read', async () => {
    const { zip } = await writeSample();
    const bytes = {
      size: zip.length,
      read: (target: Uint8Array, at: number) => Promise.resolve(zip.copy(target, 0, at)),
    };
    const opened = await PackZip.open(bytes, PACK_LIMITS);
    assert.equal(opened.sizeOf('data/none'), undefined);
    await assert.rejects(opened.pieces('data/none').next(), /no such file/u);
  });
});
