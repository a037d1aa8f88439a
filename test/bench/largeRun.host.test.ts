import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { commands, window } from 'vscode';
import { RUN_SCHEME } from '../../src/base/scheme.ts';
import { addKnownConnection } from '../vscode/support/knownConnection.ts';
import { shown, tell } from './hostParts.ts';
import type { LargeRunFigures } from './largeRun.bench.ts';
import { ODD_HOSTS, RUN_HOSTS, actionOf } from './largeRun.ts';

interface TenantConnection {
  readonly tenantId: string;
}

/** Runs inside the extension host: opens the overview of a run over 10,000 hosts twice. */
describe('the overview of 10,000 hosts', () => {
  it('takes its time and its memory, told on the console', async () => {
    const connection = JSON.parse(process.env['TENANT_CONNECTION'] ?? '{}') as TenantConnection;
    await addKnownConnection(connection);
    await commands.executeCommand('liveResponse.actions.focus');
    await commands.executeCommand('liveResponse.refresh');
    forgetPeak();
    const startBytes = peak();
    const overviewMs = await open(connection);
    const text = window.activeTextEditor?.document.getText() ?? '';
    assert.ok(text.includes(RUN_HOSTS.toLocaleString('en')) || text.includes(String(RUN_HOSTS)), text.slice(0, 500));
    for (const host of ODD_HOSTS) assert.ok(text.includes(`odd-${host}  Running`), `the line of host ${host}`);
    await commands.executeCommand('workbench.action.closeAllEditors');
    const againMs = await open(connection);
    tell({ overviewMs, againMs, startBytes, peakBytes: peak() } satisfies LargeRunFigures);
  }).timeout(300_000);
});

async function open({ tenantId }: TenantConnection): Promise<number> {
  const row = { kind: 'action', id: 'row', tenant: { cloud: 'custom', tenantId }, actionId: actionOf(0) };
  const start = performance.now();
  void commands.executeCommand('liveResponse.openRun', row);
  await shown(({ scheme }) => scheme === RUN_SCHEME);
  return performance.now() - start;
}

/** Lets the system forget the most memory that this process has had. */
function forgetPeak(): void {
  writeFileSync('/proc/self/clear_refs', '5');
}

/** Returns the most memory that this process has had, with all its threads, in bytes. */
function peak(): number {
  return 1024 * Number(/^VmHWM:\s+(\d+) kB/mu.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]);
}
