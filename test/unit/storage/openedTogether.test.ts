import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { test } from 'node:test';

const WINDOWS = 6;
const ROUNDS = 40;

test('windows that open a new folder at the same moment all get its databases', async () => {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'together-'));
  const windows = Array.from({ length: WINDOWS }, () =>
    fork(path.join(import.meta.dirname, 'windowThatOpens.ts'), { execArgv: ['--disable-warning=ExperimentalWarning'] }),
  );
  try {
    await Promise.all(windows.map(nextReport));
    const faults: string[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      const fresh = path.join(folder, String(round));
      await mkdir(fresh);
      const reports = windows.map(nextReport);
      for (const window of windows) window.send(fresh);
      faults.push(...(await Promise.all(reports)).flat());
    }
    assert.deepEqual(faults, []);
  } finally {
    for (const window of windows) window.kill('SIGKILL');
    await rm(folder, { recursive: true, force: true });
  }
});

/** Resolves with the next message of a window. Rejects if the window ends without one. */
async function nextReport(window: ChildProcess): Promise<string[]> {
  const [report] = (await Promise.race([
    once(window, 'message'),
    once(window, 'exit').then(([code]) => {
      throw new Error(`a window ended with ${String(code)}`);
    }),
  ])) as [unknown];
  if (!Array.isArray(report)) throw new Error('not a report');
  return report.map(String);
}
