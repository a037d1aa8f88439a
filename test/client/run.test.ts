import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, before, suite, test } from 'node:test';
import { huntingRun } from '../../src/sample/data/huntingRun.ts';
import { startLocalTenant } from '../tenant/localTenant.ts';
import type { LocalTenant } from '../tenant/localTenant.ts';
import { until } from './localClient.ts';
import type { WindowOrder } from './runWindow.ts';

const AVAILABLE = 196;

suite('a run whose window is killed', () => {
  let tenant: LocalTenant;
  let folder: string;
  const children: ChildProcess[] = [];
  before(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'run-'));
    const limits = [60_000, 3_600_000].map((milliseconds) => ({ limit: 10_000, milliseconds, label: '00:01:00' }));
    tenant = await startLocalTenant({ limits });
  });
  after(async () => {
    for (const child of children) child.kill('SIGKILL');
    await tenant.stop();
    await rm(folder, { recursive: true, force: true });
  });

  async function openWindow(goesOn: boolean): Promise<ChildProcess> {
    const child = fork(path.join(import.meta.dirname, 'runWindow.ts'), {
      execArgv: ['--disable-warning=ExperimentalWarning'],
      env: { ...process.env, NODE_EXTRA_CA_CERTS: tenant.caFile },
    });
    children.push(child);
    const { apiUrl, blobHost, tenantId } = tenant;
    const token = await tenant.mintAccessToken();
    child.send({
      apiUrl,
      blobHost,
      tenantId,
      token,
      folder,
      script: huntingRun.scriptName,
      goesOn,
    } satisfies WindowOrder);
    return child;
  }

  const links = (): string[] => tenant.recording.calls('link').map(({ path: asked }) => asked);

  function stored(): string[] {
    // Opened as the next window opens it: a read-only connection cannot always recover what a killed process left
    // behind.
    const database = new DatabaseSync(path.join(folder, 'results.db'), { timeout: 5000 });
    try {
      return database
        .prepare('SELECT facts FROM results')
        .all()
        .map(({ facts }) => (JSON.parse(String(facts)) as { ref: { actionId: string } }).ref.actionId);
    } finally {
      database.close();
    }
  }

  test('another one goes on, and asks for nothing that is stored', async () => {
    const first = await openWindow(false);
    const gone = once(first, 'exit');
    await until(() => links().length >= 60);
    first.kill('SIGKILL');
    await gone;
    const before_ = links();
    const kept = stored();
    assert.ok(before_.length < AVAILABLE && kept.length > 30, `${before_.length} asked for, ${kept.length} stored`);
    assert.equal(new Set(before_).size, before_.length);

    const second = await openWindow(true);
    const [report] = (await once(second, 'message')) as [{ state: string; failures: string[] }];
    assert.deepEqual(report, { state: 'ended', failures: ['noResult', 'noResult'] });
    const later = links().slice(before_.length);
    assert.equal(new Set(later).size, later.length, 'each once');
    assert.deepEqual(
      later.filter((asked) => kept.some((actionId) => asked.includes(actionId))),
      [],
      'nothing that is stored',
    );
    assert.equal(new Set(links()).size, AVAILABLE);
    // Both ask only for what was under way when the process died: three at most.
    assert.ok(links().length - AVAILABLE <= 3, `${links().length} calls`);
    assert.equal(new Set(stored()).size, 194);
  });
});
