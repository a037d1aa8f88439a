import assert from 'node:assert/strict';
import { execFile, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { after, before, suite, test } from 'node:test';
import { promisify } from 'node:util';
import fc from 'fast-check';
import { readRecord } from '../../../src/case/record/recordFiles.ts';
import { samples } from '../../fuzz/support/settings.ts';
import { createScene, hasPython, verify } from './scene.ts';
import type { Scene } from './scene.ts';

const SCRIPT = path.join(import.meta.dirname, 'windowThatRecords.ts');
const FLAGS = ['--disable-warning=ExperimentalWarning', SCRIPT];
/** Processes that are killed. Each costs half a second. `RECORD_KILLS=200` kills as many as the issue names. */
const KILLS = Number(process.env['RECORD_KILLS'] ?? 16);
/** Processes that record at once, into one case. */
const TOGETHER = 4;

suite('a record of windows that end badly', () => {
  let scene: Scene;
  before(async () => {
    scene = await createScene();
  });
  after(() => rm(scene.folder, { recursive: true }));

  async function recorded(): Promise<Set<string>> {
    const files = await readRecord(scene.folder);
    return new Set(
      files.flatMap(({ lines }) => lines.flatMap(({ line }) => line?.results?.map(({ sha256 }) => sha256) ?? [])),
    );
  }

  async function expectWhole(acknowledged: readonly number[]): Promise<void> {
    const found = await recorded();
    const missing = acknowledged.filter((number) => !found.has(number.toString(16).padStart(64, '0')));
    assert.deepEqual(missing, []);
    const { faults } = await scene.check();
    assert.deepEqual(faults, []);
    if (!hasPython) return;
    const { status, text } = verify(scene.folder);
    assert.equal(status, 0, text);
  }

  /** Starts a window, and kills it after so many bytes of acknowledgements. */
  async function recordAndDie(first: number, bytes: number): Promise<number[]> {
    const args = [...FLAGS, scene.folder, scene.made.id, `writer-${first % 3}`, first.toString()];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    let told = '';
    for await (const chunk of child.stdout) {
      told += String(chunk);
      // It is always writing, so this kills it in the middle of a step, or between two.
      if (told.length >= bytes) child.kill('SIGKILL');
    }
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    return told.split('\n').slice(0, -1).map(Number);
  }

  test(`killed at ${KILLS} random points, ${TOGETHER} at a time: it verifies, and nothing acknowledged is missing`, async () => {
    const points = samples(fc.integer({ min: 1, max: 200 }), KILLS);
    const acknowledged: number[] = [];
    for (let at = 0; at < points.length; at += TOGETHER) {
      const together = points.slice(at, at + TOGETHER);
      const told = await Promise.all(together.map((bytes, one) => recordAndDie((at + one + 1) * 100_000, bytes)));
      acknowledged.push(...told.flat());
    }
    assert.ok(acknowledged.length >= KILLS);
    await expectWhole(acknowledged);
  });

  const canLift = spawnSync('prlimit', ['--version']).status === 0;
  test(
    'a disk that is full in the middle of a line: the rest stays, a line says so, and it goes on',
    { skip: !canLift },
    async () => {
      const command = 'ulimit -S -f 8; exec "$0" "$@"';
      const args = [...FLAGS, scene.folder, scene.made.id, 'full', '1', 'lift'];
      const { stdout } = await promisify(execFile)('/bin/sh', ['-c', command, process.execPath, ...args]);
      const acknowledged = stdout.split('\n').slice(0, -1).map(Number);
      assert.ok(acknowledged.length > 5);
      await expectWhole(acknowledged);
      const files = await readRecord(scene.folder);
      const lines = files.filter(({ name }) => name.startsWith('full.')).flatMap((file) => file.lines);
      const torn = lines.findIndex(({ line }) => line === undefined);
      assert.ok(torn > 0);
      assert.equal(lines[torn + 1]?.line?.what, 'torn');
      assert.equal(lines[torn + 1]?.line?.bytes, (lines[torn]?.bytes ?? 0) - 1);
    },
  );
});
