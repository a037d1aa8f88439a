import assert from 'node:assert/strict';
import { afterEach, before, test } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import type { Page } from 'playwright-core';
import { chooseQuickPick, runCommand, typeQuickInput } from '../rig/quickInput.ts';
import { waitFor } from '../rig/waiting.ts';
import { clickRow, readTree } from '../rig/workbenchParts.ts';
import { menuTitle, offered } from './support/commands.ts';
import { LOCAL, tenantOf, waitForRows, waitForTab } from './support/session.ts';
import { readTable } from './support/tablePage.ts';
import { workbenchSuite } from './support/workbenchSuite.ts';

/** The ten main commands. They stand in the palette in every state, and explain what they lack. */
const MAIN = [
  ...['addConnection', 'refresh', 'filterActions', 'goToAction', 'fetchResult', 'fetchRun', 'searchResults'],
  ...['copyNote', 'appendToNotes', 'checkNotes'],
];
/** Commands that can work in every state. */
const ANYWHERE = [
  ...['openSampleTenant', 'copyAppRegistrationCommands', 'selectNotesFile', 'openSavedResult', 'clearStoredResults'],
  'openHuntingResults',
  ...['removeAllData', 'accessibilityHelp', 'showLog'],
];
const WITH_CONNECTION = [
  ...['editConnection', 'signIn', 'selectConnection', 'removeConnection', 'loadMore', 'groupActions', 'sortActions'],
  ...['applySavedFilter', 'watchAction', 'openRun', 'showWhatIsNew'],
];
const WITH_RESULT = [
  ...['openOutput', 'openErrors', 'copyOutput', 'copyErrors', 'copyFullNote', 'copyPlainNote', 'copyCitation'],
  ...['copyJson', 'copyIndicators', 'copyKql', 'copyActionId', 'exportRaw', 'openDeviceInPortal', 'showAs'],
  ...['explainEmpty', 'compareResult', 'saveOutput'],
];
const IN_RESULT = [...WITH_RESULT, 'nextCommand', 'previousCommand', 'openAsTable'];
const IN_RUN = [
  ...['changeRunRules', 'exportRunCsv', 'copyDeviceIds', 'openAsTable'],
  ...['copyFullNote', 'copyPlainNote', 'copyCitation'],
];

/** Checks that the palette offers the ten, what works anywhere, and exactly these. */
async function expectOffers(page: Page, ...groups: readonly (readonly string[])[]): Promise<void> {
  const expected = [...new Set([...MAIN, ...ANYWHERE, ...groups.flat()])].map(
    (name) => `Live Response: ${menuTitle(name)}`,
  );
  // VS Code's own commands for our views stand there as well.
  const read = async (): Promise<readonly string[]> =>
    (await offered(page)).filter((title) => !title.includes('Focus on'));
  expected.sort();
  // The palette knows of another editor a moment after its tab is there.
  await waitFor('the palette', async () => isDeepStrictEqual(await read(), expected), 10_000).catch(() => undefined);
  const shown = await read();
  assert.deepEqual(shown, expected);
  assert.ok(shown.length <= 64);
}

workbenchSuite('what the palette offers in each state', { tenant: 'local' }, (session) => {
  before(async () => {
    await waitForRows(session.page, LOCAL);
  });
  afterEach(async () => {
    tenantOf(session).faults.clear();
    await runCommand(session.page, 'View: Close All Editors');
  });

  const offers = (...groups: readonly (readonly string[])[]): Promise<void> => expectOffers(session.page, ...groups);
  const palette = (command: string): Promise<void> => runCommand(session.page, `Live Response: ${menuTitle(command)}`);

  test('with a list', async () => {
    await offers(WITH_CONNECTION, ['signOut']);
  });

  test('with an empty list', async () => {
    await palette('filterActions');
    await typeQuickInput(session.page, 'no-such-thing', false);
    await chooseQuickPick(session.page, 'Script: contains "no-such-thing"');
    await waitFor('no row', async () =>
      (await readTree(session.page, LOCAL)).every(({ label }) => label === 'Load more…'),
    );
    await offers(WITH_CONNECTION, ['signOut', 'clearFilter']);
    await palette('clearFilter');
    await waitForRows(session.page, LOCAL);
  });

  test('with a result open', async () => {
    await clickRow(session.page, LOCAL, 'check-persistence.ps1');
    await waitForTab(session.page, 'check-persistence.ps1');
    await offers(WITH_CONNECTION, IN_RESULT, ['signOut']);
  });

  test('with a run open', async () => {
    await palette('openRun');
    await chooseQuickPick(session.page, 'hunt-persistence.ps1');
    await waitForTab(session.page, 'Run · hunt-persistence.ps1');
    // The row of the last test is selected still, and its result can be worked on.
    await offers(WITH_CONNECTION, WITH_RESULT, IN_RUN, ['signOut']);
  });

  test('with a table open', async () => {
    await clickRow(session.page, LOCAL, 'recent-events.ps1');
    await waitForTab(session.page, 'recent-events.ps1');
    await palette('openAsTable');
    await readTable(session.page).waitForSentence('60 rows');
    await offers(WITH_CONNECTION, IN_RESULT, ['signOut', 'exportTable']);
  });

  test('offline', async () => {
    tenantOf(session).faults.add({ door: 'api', call: 'list', times: 10, action: { kind: 'reset' } });
    await palette('refresh');
    await offers(WITH_CONNECTION, WITH_RESULT, ['signOut']);
    await runCommand(session.page, 'Notifications: Clear All Notifications');
  });

  test('signed out', async () => {
    await palette('signOut');
    await waitFor('the step that helps', async () =>
      (await readTree(session.page, LOCAL)).some(({ label }) => label.startsWith('Replace Access Token')),
    );
    const shown = await offered(session.page);
    assert.ok(!shown.includes('Live Response: Sign Out') && shown.includes('Live Response: Sign In…'), shown.join());
  });
});
