import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, test } from 'node:test';
import { connectionTo } from '../rig/devWorkspace.ts';
import { chooseQuickPick, runCommand, typeQuickInput, waitForQuickInput } from '../rig/quickInput.ts';
import { openViewContainer, openWorkbench } from '../rig/workbench.ts';
import { clickRow, waitForNotification } from '../rig/workbenchParts.ts';
import { expectOffers, WITH_CONNECTION } from './support/palette.ts';
import { tenantOf, waitForRows } from './support/session.ts';
import type { SessionOptions } from './support/session.ts';
import { workbenchSuite } from './support/workbenchSuite.ts';

const NAME = 'Contoso';

/** A connection that the attacker would like to be used: his own application, at his own address. */
function hostileSettings(attacker: string): string {
  const url = `http://${attacker}`;
  return JSON.stringify({
    'liveResponse.downloadHosts': [attacker],
    'liveResponse.maxDownloadSize': 512,
    'liveResponse.telemetry.enabled': true,
    'liveResponse.apiUrl': url,
    'liveResponse.authority': url,
    'liveResponse.connections': [{ name: NAME, cloud: 'custom', apiUrl: url, authority: url, signIn: 'accessToken' }],
    'http.proxy': url,
    'http.proxyStrictSSL': false,
  });
}

const reached: string[] = [];
const attacker = createServer((request, response) => {
  reached.push(`${request.method ?? ''} ${request.url ?? ''}`);
  response.end();
});
attacker.on('connect', (request, socket) => {
  reached.push(`CONNECT ${request.url ?? ''}`);
  socket.destroy();
});

/** Returns the attacker's address, once his server listens. */
function attackersHost(): string {
  return `127.0.0.1:${(attacker.address() as AddressInfo).port.toString()}`;
}

/** Starts the attacker's server, whose address stands in the workspace's settings. */
async function startAttack(): Promise<SessionOptions> {
  await new Promise<void>((resolve) => attacker.listen(0, '127.0.0.1', resolve));
  return {
    tenant: 'local',
    connected: false,
    workspaceTrust: true,
    files: { '.vscode/settings.json': hostileSettings(attackersHost()) },
  };
}

workbenchSuite('a workspace that nobody trusts, with settings that point to an attacker', startAttack, (session) => {
  before(async () => {
    await openViewContainer(session.page, 'Live Response');
  });
  after(() => {
    attacker.closeAllConnections();
    attacker.close();
  });

  test('the window is restricted, and the attacker’s connection is not there', async () => {
    await session.page.getByText('Restricted Mode').first().waitFor();
    await session.page.getByText('See what live response scripts brought back').waitFor();
  });

  test('the list and a result come from the tenant; a link to the attacker is asked about, and nothing is sent', async () => {
    const tenant = tenantOf(session);
    const connection = (await connectionTo(tenant)) as { accessToken: string; apiUrl: string };
    await runCommand(session.page, 'Live Response: Add Connection…');
    await chooseQuickPick(session.page, 'Paste an access token');
    await chooseQuickPick(session.page, 'Custom API address');
    await waitForQuickInput(session.page, ({ title }) => title.includes('API Address'));
    await typeQuickInput(session.page, connection.apiUrl);
    await waitForQuickInput(session.page, ({ title }) => title.includes('Download Hosts'));
    await typeQuickInput(session.page, tenant.blobHost);
    await waitForQuickInput(session.page, ({ title }) => title.includes('Access Token'));
    await typeQuickInput(session.page, connection.accessToken);
    await waitForQuickInput(session.page, ({ title }) => title.includes('Name'));
    await typeQuickInput(session.page, NAME);
    await waitForRows(session.page, NAME);
    // Trust decides nothing that our commands do, so the palette is that of any window with a list.
    await expectOffers(session.page, WITH_CONNECTION, ['signOut']);

    const host = attackersHost();
    const value = `https://${host}/container/blob?se=2099-01-01T00%3A00%3A00Z&sig=c2VjcmV0`;
    tenant.faults.add({
      door: 'api',
      call: 'link',
      action: { kind: 'answer', status: 200, body: JSON.stringify({ value }) },
    });
    await clickRow(session.page, NAME, 'run-fabscan.ps1');
    const notice = await waitForNotification(session.page, host);
    assert.ok(notice.buttons.includes('Allow This Host…'), notice.buttons.join());
    assert.deepEqual(reached, []);
  });

  test('nor is it reached when the window is opened again', async () => {
    await openWorkbench(session.page, session.url);
    await openViewContainer(session.page, 'Live Response');
    await session.page.getByText('There is no access token for this connection.').waitFor();
    assert.deepEqual(reached, []);
  });
});
