import assert from 'node:assert/strict';
import https from 'node:https';
import { commands, Uri } from 'vscode';
import { addKnownConnection } from '../vscode/support/knownConnection.ts';
import { registerFloor, shown, tell } from './hostParts.ts';
import { actionId, OPEN_RESULTS } from './openTenant.ts';

interface TenantConnection {
  readonly tenantId: string;
  readonly apiUrl: string;
  readonly accessToken: string;
}

/** Runs inside the extension host: opens results through the extension, and through the least code that could do it. */
describe('opening a result of 1 MB', () => {
  it('takes its time, told on the console', async () => {
    const connection = JSON.parse(process.env['TENANT_CONNECTION'] ?? '{}') as TenantConnection;
    await addKnownConnection(connection);
    await commands.executeCommand('liveResponse.actions.focus');
    // The list is loaded first, as it is when a user clicks on a row.
    await commands.executeCommand('liveResponse.refresh');
    const floor = registerFloor();
    await openOurs(connection, 0);
    await openFloor(connection, floor, 1);
    const ours: number[] = [];
    const least: number[] = [];
    for (let index = 2; index + 1 < OPEN_RESULTS.count; index += 2) {
      // Alternating, so that neither is always first.
      const oursFirst = index % 4 === 0;
      if (oursFirst) ours.push(await openOurs(connection, index));
      least.push(await openFloor(connection, floor, index + 1));
      if (!oursFirst) ours.push(await openOurs(connection, index));
    }
    assert.equal(ours.length, least.length);
    const stored: number[] = [];
    const leastStored: number[] = [];
    for (let index = 2; index + 1 < OPEN_RESULTS.count; index += 2) {
      const oursFirst = index % 4 === 0;
      if (oursFirst) stored.push(await openOurs(connection, index));
      leastStored.push(await openFloorStored(index + 1));
      if (!oursFirst) stored.push(await openOurs(connection, index));
    }
    tell({ ours, least, stored, leastStored });
  }).timeout(120_000);
});

async function openOurs(connection: TenantConnection, index: number): Promise<number> {
  const start = performance.now();
  await commands.executeCommand('liveResponse.openResult', { tenant: connection.tenantId, actionId: actionId(index) });
  await shown((uri) => uri.query.includes(actionId(index)));
  const time = performance.now() - start;
  await commands.executeCommand('workbench.action.closeAllEditors');
  return time;
}

async function openFloor(connection: TenantConnection, texts: Map<string, Uint8Array>, index: number): Promise<number> {
  const start = performance.now();
  const path = `/api/machineactions/${actionId(index)}/GetLiveResponseResultDownloadLink(index=0)`;
  const headers = { authorization: `Bearer ${connection.accessToken}` };
  const link = JSON.parse((await get(connection.apiUrl + path, headers)).toString()) as { value: string };
  const result = JSON.parse((await get(link.value, {})).toString()) as { script_output: string };
  const uri = Uri.from({ scheme: 'bench-floor', path: `/${index}.txt` });
  texts.set(uri.path, Buffer.from(result.script_output));
  await commands.executeCommand('vscode.open', uri, { preview: true, preserveFocus: true });
  await shown((other) => other.path === uri.path);
  const time = performance.now() - start;
  await commands.executeCommand('workbench.action.closeAllEditors');
  return time;
}

/** Opens the same text again, which the trivial file system holds by now. */
async function openFloorStored(index: number): Promise<number> {
  const start = performance.now();
  const uri = Uri.from({ scheme: 'bench-floor', path: `/${index}.txt` });
  await commands.executeCommand('vscode.open', uri, { preview: true, preserveFocus: true });
  await shown((other) => other.path === uri.path);
  const time = performance.now() - start;
  await commands.executeCommand('workbench.action.closeAllEditors');
  return time;
}

function get(url: string, headers: Record<string, string>): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    https
      .get(url, { headers }, (answer) => {
        const chunks: Buffer[] = [];
        answer.on('data', (chunk: Buffer) => chunks.push(chunk));
        answer.on('end', () => {
          resolve(Buffer.concat(chunks));
        });
      })
      .on('error', reject);
  });
}
