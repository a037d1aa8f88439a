import assert from 'node:assert/strict';
import { afterEach, before, test } from 'node:test';
import { chooseQuickPick, runCommand, typeQuickInput } from '../rig/quickInput.ts';
import { waitFor } from '../rig/waiting.ts';
import { clickRow, readTree } from '../rig/workbenchParts.ts';
import { menuTitle, offered } from './support/commands.ts';
import { LOCAL, tenantOf, waitForRows, waitForTab } from './support/session.ts';
import { expectOffers, IN_RESULT, IN_RUN, WITH_CONNECTION, WITH_RESULT } from './support/palette.ts';
import { readTable } from './support/tablePage.ts';
import { workbenchSuite } from './support/workbenchSuite.ts';

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
