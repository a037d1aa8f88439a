import { setImmediate as turn } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { commands, workspace } from 'vscode';
import { BATCH, WARM_UP_BATCHES } from './heapPlan.ts';
import type { HeapFigures, MemoryFigures } from './heapPlan.ts';
import { addKnownConnection } from '../vscode/support/knownConnection.ts';
import { shown, tell } from './hostParts.ts';
import { actionId } from './openTenant.ts';

interface TenantConnection {
  readonly tenantId: string;
}

/** Runs inside the extension host: opens results batch by batch, closes them, and measures the memory that remains. */
describe('opening and closing results', () => {
  it('leaves what it leaves, told on the console', async () => {
    const connections = JSON.parse(process.env['TENANT_CONNECTIONS'] ?? '[]') as TenantConnection[];
    const collect = garbageCollector();
    await commands.executeCommand('liveResponse.actions.focus');
    const measured: MemoryFigures[] = [];
    for (const [batch, connection] of connections.entries()) {
      await openBatch(connection, batch);
      if (batch + 1 >= WARM_UP_BATCHES) measured.push(await memory(collect));
    }
    tell({ measured } satisfies HeapFigures);
  }).timeout(540_000);
});

/** Opens results until a whole batch is open at once, then closes them all. */
async function openBatch(connection: TenantConnection, batch: number): Promise<void> {
  await addKnownConnection(connection);
  for (let index = batch * BATCH; index < (batch + 1) * BATCH; index++) {
    const id = actionId(index);
    // Only every fifth has its errors beside it, because they take the browser as long again.
    const stream = index % 5 === 0 ? undefined : 'output';
    await commands.executeCommand('liveResponse.openResult', { tenant: connection.tenantId, actionId: id, stream });
    await shown(({ query }) => query.includes(id) && query.endsWith('stream=output'));
    // Every other one gives its tab to the next, as when a user looks through a list.
    if (index % 2 === 0) await commands.executeCommand('workbench.action.keepEditor');
  }
  await commands.executeCommand('workbench.action.closeAllEditors');
  await allClosed();
}

/** Waits until VS Code has closed every document of ours. */
function allClosed(): Promise<void> {
  return new Promise((resolve) => {
    const look = (): void => {
      if (workspace.textDocuments.some(({ uri }) => uri.scheme === 'live-response')) return;
      subscription.dispose();
      resolve();
    };
    const subscription = workspace.onDidCloseTextDocument(look);
    look();
  });
}

function garbageCollector(): () => void {
  setFlagsFromString('--expose-gc');
  return runInNewContext('gc') as () => void;
}

/** Collects garbage until no more is freed: objects with a finalizer are freed a turn later. */
async function memory(collect: () => void): Promise<MemoryFigures> {
  let figures = await collected(collect);
  for (let last = Infinity; figures.kept < last * 0.999;) {
    last = figures.kept;
    figures = await collected(collect);
  }
  return figures;
}

async function collected(collect: () => void): Promise<MemoryFigures> {
  collect();
  await turn();
  const { heapUsed, external, rss } = process.memoryUsage();
  return { heapUsed, kept: heapUsed + external, rss };
}
