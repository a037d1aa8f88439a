import assert from 'node:assert/strict';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { before, test } from 'node:test';
import { scenarioRef } from '../../../src/sample/data/catalogue.ts';
import { runCommand, typeQuickInput } from '../../rig/quickInput.ts';
import { waitFor } from '../../rig/waiting.ts';
import { readNotifications, readTabs, waitForNotification } from '../../rig/workbenchParts.ts';
import { menuTitle } from '../../ui/support/commands.ts';
import { LOCAL, waitForExitCode, waitForRows, waitForTab } from '../../ui/support/session.ts';
import { workbenchSuite } from '../../ui/support/workbenchSuite.ts';

/** Makes the search for indicators endless. The patterns that once took that long no longer do. */
const ENDLESS = `require('node:worker_threads').parentPort.on('message', ({ method }) => {
  if (method === 'indicators') /^(?:a+)+$/.test('a'.repeat(60) + '!');
});
`;

workbenchSuite('H3: a text that keeps its reader busy without end', { tenant: 'local' }, (session) => {
  before(async () => {
    await waitForRows(session.page, LOCAL);
    // The thread starts at its first use, from the file as it is then.
    const extensions = path.join(path.dirname(session.workspace.folder), 'extensions');
    const folder = (await readdir(extensions)).find((name) => name.startsWith('live-response-results.'));
    const file = path.join(extensions, folder ?? '', 'dist', 'analysis.cjs');
    await writeFile(file, ENDLESS + (await readFile(file, 'utf8')));
  });

  const fetchScenario = async (name: Parameters<typeof scenarioRef>[0], tab: string): Promise<void> => {
    const { actionId, commandIndex } = scenarioRef(name);
    await runCommand(session.page, 'Live Response: Open Result by ID or Link…');
    await typeQuickInput(session.page, `${actionId}#${commandIndex}`);
    await waitForTab(session.page, tab);
  };
  const isWorking = async (): Promise<boolean> =>
    (await readNotifications(session.page)).some(({ text }) => text.includes('Looking for indicators'));

  test('another result opens while it is read, and Cancel ends it', async () => {
    await fetchScenario('eventLogErrors', 'recent-events.ps1');
    await waitForExitCode(session.page, 'recent-events.ps1');
    await runCommand(session.page, `Live Response: ${menuTitle('copyIndicators')}`);
    await waitForNotification(session.page, 'Looking for indicators');
    await fetchScenario('exitOne', 'check-persistence.ps1');
    await waitForExitCode(session.page, 'check-persistence.ps1');
    assert.equal(await isWorking(), true, 'the reading had not ended meanwhile');
    const notification = session.page.locator('.notification-list-item').filter({ hasText: 'Looking for indicators' });
    await notification.getByRole('button', { name: 'Cancel' }).click();
    await waitFor('the work to end', async () => !(await isWorking()));
    assert.ok((await readTabs(session.page)).flat().some(({ label }) => label.includes('check-persistence.ps1')));
  });

  test('what follows is read by a thread of its own', async () => {
    await runCommand(session.page, `Live Response: ${menuTitle('copyOutput')}`);
    await session.page.locator('.part.statusbar').getByText('characters copied').waitFor();
  });
});
