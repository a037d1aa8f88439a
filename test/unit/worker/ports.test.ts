import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { createHandlers } from '../../../src/worker/handlers/handlers.ts';
import { ledgerPort } from '../../../src/worker/ports.ts';
import type { WorkerMethod } from '../../../src/worker/protocol.ts';
import type { WorkerPort } from '../../../src/worker/workerClient.ts';

suite('the call ledger that windows share', () => {
  test('gives a call back, and pauses one account of an application and no other', async () => {
    const handlers = createHandlers() as unknown as Record<string, (...args: readonly unknown[]) => unknown>;
    const worker = {
      call: (method: string, ...args: readonly unknown[]) => Promise.resolve(handlers[method]?.(...args)),
    } as WorkerPort<WorkerMethod>;
    const ids = { tenantId: 't', clientId: 'c' };
    const [api, packages] = [ledgerPort(worker, ids), ledgerPort(worker, ids, 'package')];
    const answer = await api.take(1);
    assert.ok('id' in answer);
    assert.equal((await api.usage()).minute, 1);
    await api.giveBack(answer.id);
    assert.equal((await api.usage()).minute, 0);
    const until = Date.now() + 60_000;
    assert.equal((await packages.refused(until)).pausedUntil, until);
    assert.ok(!('id' in (await packages.take(1))));
    assert.ok('id' in (await api.take(1)));
  });
});
