import assert from 'node:assert/strict';
import { chmodSync, existsSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, before, test } from 'node:test';
import { huntingRun } from '../../../src/sample/data/huntingRun.ts';
import {
  chooseQuickPick,
  closeQuickInput,
  runCommand,
  typeQuickInput,
  waitForQuickInput,
} from '../../rig/quickInput.ts';
import { waitFor } from '../../rig/waiting.ts';
import { clickDialog, clickNotification, readDialog, readEditor, treeRow } from '../../rig/workbenchParts.ts';
import { menuTitle } from './commands.ts';
import { SAMPLE, waitForRows, waitForTab } from './session.ts';
import type { Session, SessionOptions } from './session.ts';
import { workbenchSuite } from './workbenchSuite.ts';

/*
 * Runs in a mount namespace that has an /etc of its own: see 26-managed.test.ts. Elsewhere it must not write there.
 */

const FILE = '/etc/live-response-results/policy.json';
const POLICY = {
  connections: [
    {
      name: 'Contoso SOC',
      cloud: 'gcc',
      tenantId: '11111111-1111-4111-8111-111111111111',
      clientId: '22222222-2222-4222-8222-222222222222',
      signIn: 'interactive',
    },
  ],
  onlyTheseConnections: true,
  keepResults: false,
  auditTrail: false,
  standingOrders: false,
  packs: false,
};

/** Writes the file as root, before the workbench starts. */
function manage(text: string, mode: number): SessionOptions {
  const own = process.env['RIG_OWN_ETC'] ?? '';
  // The copy holds the file that is written to /etc, and nothing else on this machine does.
  assert.ok(own !== '' && existsSync(path.join(own, 'etc', 'live-response-results')), 'not in a namespace of its own');
  writeFileSync(FILE, text);
  chmodSync(FILE, mode);
  assert.ok(existsSync(path.join(own, FILE)), 'the file must not be written to the real /etc');
  return { tenant: 'sample', commandsBy: 'palette' };
}

const palette = ({ page }: Session, command: string): Promise<void> =>
  runCommand(page, `Live Response: ${menuTitle(command)}`);

const waitForPage = ({ page }: Session, wanted: RegExp): Promise<unknown> =>
  waitFor(`${wanted.source} on the page`, async () => (await readEditor(page)).some((line) => wanted.test(line)));

workbenchSuite(
  'a managed machine',
  () => manage(JSON.stringify(POLICY), 0o644),
  (session) => {
    before(async () => {
      await waitForRows(session.page, SAMPLE);
    });
    afterEach(async () => {
      await runCommand(session.page, 'Notifications: Clear All Notifications');
    });

    test('the page shows the file and what holds', async () => {
      await palette(session, 'showManagedSettings');
      await waitForTab(session.page, 'Live Response Managed Settings');
      await waitForPage(session, /^\/etc\/live-response-results\/policy\.json$/u);
      await waitForPage(session, /^keepResults: false · managed$/u);
      await waitForPage(session, /^auditTrail: false · managed$/u);
      await waitForPage(session, /^record: true$/u);
    });

    test('the given connection is there, and says "managed"', async () => {
      await palette(session, 'selectConnection');
      const shown = await waitForQuickInput(session.page, ({ items }) => items.length === 2);
      assert.match(JSON.stringify(shown.items), /Contoso SOC.+managed/u);
      await closeQuickInput(session.page);
      await palette(session, 'addConnection');
      await clickNotification(session.page, 'Your administrator does not allow this', 'Show Managed Settings');
      await waitForTab(session.page, 'Live Response Managed Settings');
    });

    test('the audit trail is offered neither by the command, nor in the menu of a row', async () => {
      const { page } = session;
      await palette(session, 'openHuntingResults');
      const shown = await waitForQuickInput(page, ({ items }) => items.length > 2);
      assert.doesNotMatch(JSON.stringify(shown.items), /From Microsoft Graph/u);
      await closeQuickInput(page);
      const row = await treeRow(page, SAMPLE, 'collect-triage.ps1');
      await row.locator('.label-name').click({ button: 'right' });
      const entries = page.locator('.monaco-menu .action-label');
      await entries.getByText(menuTitle('loadDevice'), { exact: true }).waitFor();
      assert.equal(await entries.getByText(menuTitle('fetchAuditTrail'), { exact: true }).count(), 0);
      await page.keyboard.press('Escape');
    });

    test('a run can be fetched; its rest cannot be kept', async () => {
      const { page } = session;
      await palette(session, 'fetchRun');
      await waitFor('the run with hosts that have not ended', async () => {
        await waitForQuickInput(page, ({ title }) => title === 'Choose a Run');
        // Only the rows in view are in the page: the list is narrowed first.
        await typeQuickInput(page, huntingRun.scriptName, false);
        const { items } = await waitForQuickInput(page, (input) => input.items.length <= 3);
        const isThere = items.some(({ label }) => label === huntingRun.scriptName);
        await chooseQuickPick(page, isThere ? huntingRun.scriptName : 'Load older actions');
        return isThere;
      });
      const { text, buttons } = await waitFor('the question', () => readDialog(page));
      assert.match(
        text,
        /Your administrator does not allow this on this machine \(managed setting "standingOrders"\)/u,
      );
      assert.doesNotMatch(buttons.join(), /Keep the Rest/u);
      await clickDialog(page, 'Cancel');
    });
  },
);

workbenchSuite(
  'a machine whose managed settings everyone can write',
  () => manage(JSON.stringify(POLICY), 0o666),
  (session) => {
    test('says so aloud, and leads to the reason', async () => {
      await clickNotification(
        session.page,
        'are refused: Others than the administrator can write',
        'Show Managed Settings',
      );
      await waitForPage(
        session,
        /^- Others than the administrator can write to \/etc\/live-response-results\/policy\.json\.$/u,
      );
      await waitForPage(session, /^auditTrail: false · managed$/u);
    });

    test('what it gives is not there', async () => {
      await palette(session, 'selectConnection');
      const shown = await waitForQuickInput(session.page, ({ items }) => items.length > 0);
      assert.doesNotMatch(JSON.stringify(shown.items), /Contoso SOC/u);
      await closeQuickInput(session.page);
    });
  },
);
