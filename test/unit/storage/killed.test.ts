import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { createHandlers } from '../../../src/worker/handlers/handlers.ts';

const SCRIPT = path.join(import.meta.dirname, 'windowThatStores.ts');

test('a process that is killed in the middle of storing leaves a database that opens, and nothing half-written', async () => {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'killed-'));
  try {
    const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', SCRIPT, folder], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let told = 0;
    for await (const chunk of child.stdout) {
      told += String(chunk).length;
      // The process is always storing a result, so this kills it in the middle of one.
      if (told > 5) break;
    }
    child.kill('SIGKILL');
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    const faults: string[] = [];
    const handlers = createHandlers(({ kind }) => faults.push(kind));
    handlers.open(folder);
    const stored = handlers.stored();
    assert.ok(stored.length >= told, `${stored.length} of ${told} that were told`);
    for (const { facts } of stored) assert.equal(handlers.raw(facts.ref)?.length, facts.size);
    assert.deepEqual(faults, []);
  } finally {
    await rm(folder, { recursive: true });
  }
});
