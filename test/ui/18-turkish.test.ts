import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { closeQuickInput, runCommand, waitForQuickInput } from '../rig/quickInput.ts';
import { waitFor } from '../rig/waiting.ts';
import { openViewContainer } from '../rig/workbench.ts';
import { clickRow, readTabs, readTree } from '../rig/workbenchParts.ts';
import { takePictures, waitForExitCode, waitForTab } from './support/session.ts';
import { workbenchSuite } from './support/workbenchSuite.ts';

const titles = JSON.parse(await readFile('package.nls.tr.json', 'utf8')) as Record<string, string>;
const texts = JSON.parse(await readFile('l10n/bundle.l10n.tr.json', 'utf8')) as Record<string, string>;

/** A text of ours as it is shown. */
function text(key: string): string {
  const found = texts[key];
  assert.ok(found !== undefined, key);
  return found;
}

workbenchSuite('in Turkish', { tenant: 'none', locale: 'tr' }, (session) => {
  const palette = (command: string): Promise<void> =>
    runCommand(session.page, `Live Response: ${titles[`command.${command}`] ?? command}`);

  test('the first view, and the ways to sign in', async () => {
    const { page } = session;
    await openViewContainer(page, 'Live Response');
    const [first = ''] = (titles['welcome.noConnection'] ?? '').split('\n');
    await page.locator('.welcome-view-content').getByText(first).waitFor();
    await takePictures(session, 'turkish-welcome');
    await palette('addConnection');
    await waitForQuickInput(page, ({ items }) => items.length > 3);
    await takePictures(session, 'turkish-add-connection');
    await closeQuickInput(page);
  });

  test('the list, a result and its exit code', async () => {
    const { page } = session;
    const view = text('Sample tenant');
    await palette('openSampleTenant');
    await waitFor('rows', async () => (await readTree(page, view)).length > 5);
    await clickRow(page, view, 'recent-events.ps1');
    await waitForTab(page, 'recent-events.ps1');
    await waitForExitCode(page, text('Exit {0}').replace('{0}', '0'));
    const rows = await readTree(page, view);
    assert.ok(rows.some(({ description }) => description.includes(text('Pending'))));
    await takePictures(session, 'turkish-result');
  });

  test('the help', async () => {
    const { page } = session;
    await runCommand(page, 'View: Close All Editors');
    await palette('accessibilityHelp');
    await waitFor('the help', async () => (await readTabs(page)).flat().some(({ active }) => active));
    await takePictures(session, 'turkish-help');
  });
});
