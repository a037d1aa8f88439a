import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, before, test } from 'node:test';
import { scenarioRef } from '../../src/sample/data/catalogue.ts';
import { connectionTo } from '../rig/devWorkspace.ts';
import { chooseQuickPick, closeQuickInput, runCommand, typeQuickInput, waitForQuickInput } from '../rig/quickInput.ts';
import { waitFor } from '../rig/waiting.ts';
import {
  clickDialog,
  clickNotification,
  clickRow,
  followLink,
  readDialog,
  readEditor,
  readTree,
  waitForNotification,
} from '../rig/workbenchParts.ts';
import { clickRowMenu, clickViewMenu, findUndriven, menuTitle, waitForClipboard } from './support/commands.ts';
import { pressPick } from './support/keyboard.ts';
import { chatLine, LOCAL, SAMPLE, tenantOf, waitForExitCode, waitForRows, waitForTab } from './support/session.ts';
import type { SessionOptions } from './support/session.ts';
import { workbenchSuite } from './support/workbenchSuite.ts';

const OPTIONS: SessionOptions = { tenant: 'local', commandsBy: 'palette' };

workbenchSuite('every command, in the workbench with the packaged extension', OPTIONS, (session) => {
  before(async () => {
    await waitForRows(session.page, LOCAL);
  });
  afterEach(async () => {
    // One test's notices must not cover what the next one clicks.
    await runCommand(session.page, 'Notifications: Clear All Notifications');
  });

  const palette = (command: string): Promise<void> => runCommand(session.page, `Live Response: ${menuTitle(command)}`);
  const onClipboard = (what: RegExp): Promise<string> => waitForClipboard(session.page, what);

  test('openResult: a click on a row', async () => {
    // drives: openResult
    await clickRow(session.page, LOCAL, 'check-persistence.ps1');
    await waitForTab(session.page, 'check-persistence.ps1');
    await waitForExitCode(session.page, 'Exit 1');
  });

  test('openFocused: Enter in the tree moves into the text, arrows only move in the tree', async () => {
    // drives: openFocused
    const { recording } = tenantOf(session);
    await clickRow(session.page, LOCAL, 'check-persistence.ps1');
    await waitForExitCode(session.page, 'Exit 1');
    const calls = recording.requests.length;
    for (let row = 0; row < 3; row++) await session.page.keyboard.press('ArrowDown');
    assert.equal(recording.requests.length, calls);
    await session.page.keyboard.press('Enter');
    await waitForTab(session.page, 'recent-events.ps1');
    await waitFor('the focus in the text', () =>
      session.page.evaluate<boolean>(`document.activeElement?.closest('.editor-instance') !== null`),
    );
  });

  test('openErrors and openOutput switch between the texts of a result', async () => {
    await palette('openErrors');
    await waitForTab(session.page, '.lr-errors');
    await palette('openOutput');
    await waitForExitCode(session.page, 'recent-events.ps1');
  });

  test('copyOutput: the whole text, or what is selected', async () => {
    await palette('copyOutput');
    await onClipboard(/^Transcript started/u);
    await session.page.keyboard.press('Control+Home');
    await session.page.keyboard.press('Shift+End');
    await palette('copyOutput');
    const text = await onClipboard(/^Transcript started[^\n]*$/u);
    assert.match(text, /\.txt$/u);
  });

  test('copyNote, copyFullNote, copyPlainNote and copyCitation: the selection with its source', async () => {
    await palette('copyNote');
    await onClipboard(/^\*\*`sql01[^\n]+\n\n```text\nTranscript started[^\n]+\n```\n\nSource: \[output line 1 of /u);
    await palette('copyFullNote');
    await onClipboard(/^- Action id: /mu);
    await palette('copyPlainNote');
    await onClipboard(/^sql01[^]+\nSource: output line 1 of [^\n]+\nLink: [^]+\nAction id: /u);
    await palette('copyCitation');
    await onClipboard(/^`sql01[^\n]+#L1[^\n]+ SHA-256 `[\da-f]{64}`[^\n]*$/u);
  });

  test('copyErrors: all of them; copyJson: the result as it was read', async () => {
    await palette('copyErrors');
    await onClipboard(/^#< CLIXML/u);
    await palette('copyJson');
    const json = await onClipboard(/^\{\n {2}"script_name": "recent-events\.ps1"/u);
    const { script_output: output } = JSON.parse(json) as { script_output: string };
    assert.match(output, /^Transcript started/u);
  });

  test('copyActionId', async () => {
    await palette('copyActionId');
    const { actionId } = scenarioRef('eventLogErrors');
    await onClipboard(new RegExp(`^${actionId}#0$`, 'u'));
  });

  test('exportRaw: the bytes as the service stored them', async () => {
    const file = path.join(session.workspace.folder, 'saved.json');
    await palette('exportRaw');
    // The file dialog fills in its suggestion late.
    await waitForQuickInput(session.page, ({ value }) => value.includes('output_'));
    await typeQuickInput(session.page, file);
    await waitForNotification(session.page, 'SHA-256');
    const saved = await readFile(file, 'utf8');
    assert.ok(saved.startsWith('{"script_name": "recent-events.ps1"'));
    const beside = await readFile(`${file}.facts.json`, 'utf8');
    const facts = JSON.parse(beside) as Record<'file' | 'action', Record<string, unknown>>;
    assert.equal(
      facts.file['sha256'],
      createHash('sha256')
        .update(await readFile(file))
        .digest('hex'),
    );
    assert.equal(facts.action['computerDnsName'], 'sql01.fabrikam.example');
  });

  test('showResultActions: from the status bar', async () => {
    // drives: showResultActions
    await session.page.locator('.statusbar-item[id$=".exitCode"] a').click();
    const input = await waitForQuickInput(session.page, ({ items }) => items.length >= 6);
    assert.match(input.title, /Exit 0/u);
    // The list draws what is in sight only.
    await pressPick(session.page, 'Copy Action ID');
    await onClipboard(/#0$/u);
  });

  test('selectNotesFile, appendToNotes, checkNotes, openCitation: to the notes and back', async () => {
    // Told in full by 9-backLinks.test.ts.
    await palette('selectNotesFile');
    await chooseQuickPick(session.page, 'investigation-notes.md');
    await chooseQuickPick(session.page, 'At the End');
    await palette('appendToNotes');
    await clickNotification(session.page, 'Appended to investigation-notes.md.', 'Open');
    await waitForTab(session.page, 'investigation-notes.md');
    await palette('checkNotes');
    await waitForTab(session.page, 'Evidence in investigation-notes.md');
    // drives: openCitation
    await followLink(session.page.locator('.editor-group-container.active .detected-link').nth(1));
    await waitForExitCode(session.page, 'recent-events.ps1');
    await runCommand(session.page, 'View: Close Editors in Other Groups');
  });

  test('openDeviceInPortal: a tenant without a portal says so', async () => {
    await palette('openDeviceInPortal');
    await waitForNotification(session.page, 'not one that the Defender portal shows');
  });

  test('fetchResult: from any text, the clipboard offered first', async () => {
    await session.page.evaluate(`navigator.clipboard.writeText(${JSON.stringify(chatLine('turkishTasks'))})`);
    await palette('fetchResult');
    const { actionId } = scenarioRef('turkishTasks');
    await waitForQuickInput(session.page, ({ value }) => value === `${actionId}#0`);
    await session.page.keyboard.press('Enter');
    await waitForTab(session.page, 'list-tasks.ps1');
  });

  test('fetchResult: an action with one script asks nothing more, one with several asks which', async () => {
    await palette('fetchResult');
    await typeQuickInput(session.page, scenarioRef('registryQuery').actionId);
    await waitForTab(session.page, 'query-registry.ps1');
    await palette('fetchResult');
    await typeQuickInput(session.page, scenarioRef('largeLog').actionId);
    const picks = await waitForQuickInput(session.page, ({ items }) => items.length === 3);
    assert.match(picks.title, /dc1/u);
    await chooseQuickPick(session.page, '#1 export-security-log.ps1');
    await waitForNotification(session.page, 'The result file is incomplete');
  });

  test('fetchResult: an unknown id names the connection and the account', async () => {
    await palette('fetchResult');
    await typeQuickInput(session.page, '00000000-1111-4222-8333-444444444444');
    await waitForNotification(session.page, 'outside your device groups: "Local tenant" as analyst@fabrikam.example');
  });

  test('refresh asks for the newest page, loadMore appends the next', async () => {
    const { recording } = tenantOf(session);
    const before = recording.calls('list').length;
    await palette('refresh');
    await waitFor('one list call', () => recording.calls('list').length === before + 1);
    await palette('loadMore');
    await waitFor('the next page', () =>
      recording
        .calls('list')
        .some(({ query, outcome }) => decodeURIComponent(query).includes('$skip=50') && outcome === 'answered'),
    );
  });

  test('groupActions by device and loadDevice, then by action from the menu', async () => {
    await palette('groupActions');
    await chooseQuickPick(session.page, 'By Device');
    await waitFor('device rows', async () =>
      (await readTree(session.page, LOCAL)).some(({ label }) => label.startsWith('dc1')),
    );
    // drives: loadDevice
    await clickRowMenu(session.page, LOCAL, 'dc1.fabrikam.example', 'loadDevice');
    await waitFor('all of the device', async () =>
      (await readTree(session.page, LOCAL)).some(({ description }) => description.includes('all loaded')),
    );
    // drives: groupByAction
    await clickViewMenu(session.page, 'groupByAction');
    await waitFor('action rows', async () =>
      (await readTree(session.page, LOCAL)).some(({ description }) => description.includes('recent-events.ps1')),
    );
  });

  test('showAllTypes and showLiveResponseOnly', async () => {
    // drives: showAllTypes
    await clickViewMenu(session.page, 'showAllTypes');
    await waitFor('an isolation', async () =>
      (await readTree(session.page, LOCAL)).some(({ description }) => description.includes('Isolate')),
    );
    // drives: showLiveResponseOnly
    await clickViewMenu(session.page, 'showLiveResponseOnly');
    await waitFor(
      'no isolation',
      async () => !(await readTree(session.page, LOCAL)).some(({ description }) => description.includes('Isolate')),
    );
  });

  // VS Code gives each of these the focused row.
  for (const [command, title] of [
    ['openSavedResult', 'Open Saved Result'],
    ['openHuntingResults', 'Open Hunting Results'],
    ['addConnection', 'Add Connection: '],
    ['showWhatIsNew', 'Show What Is New'],
  ] as const) {
    test(`${command} in the title of the view asks as in the palette, whatever row has the focus`, async () => {
      await clickRow(session.page, LOCAL, 'recent-events.ps1');
      await clickViewMenu(session.page, command);
      await waitForQuickInput(session.page, (input) => input.title.startsWith(title));
      await closeQuickInput(session.page);
    });
  }

  test('showLog shows our channel', async () => {
    await palette('showLog');
    // The rig has no native logger, so the channel stays empty here: what is logged is tested where it is made.
    const channel = session.page.locator('.part.panel select, .part.panel .monaco-select-box');
    await waitFor('our channel', async () => (await channel.allInnerTexts()).join().includes('Live Response'));
  });

  test('accessibilityHelp opens a text with all ways by keyboard', async () => {
    await palette('accessibilityHelp');
    await waitForTab(session.page, 'Live Response Accessibility Help');
    await runCommand(session.page, 'View: Close Editor');
  });

  test('showManagedSettings says that nothing is managed, where there is no such file', async () => {
    await palette('showManagedSettings');
    await waitForTab(session.page, 'Live Response Managed Settings');
    await waitFor('the page', async () =>
      (await readEditor(session.page)).includes('There is no such file. Nothing is managed.'),
    );
    await runCommand(session.page, 'View: Close Editor');
  });

  test('openSampleTenant and selectConnection switch the tenant', async () => {
    await palette('openSampleTenant');
    await waitForRows(session.page, SAMPLE);
    await palette('selectConnection');
    await chooseQuickPick(session.page, LOCAL);
    await waitForRows(session.page, LOCAL);
  });

  test('replaceAccessToken refuses a token of another tenant while it is typed', async () => {
    const tenant = tenantOf(session);
    // drives: replaceAccessToken
    await clickViewMenu(session.page, 'replaceAccessToken');
    await typeQuickInput(session.page, 'not-a-token', false);
    await waitForQuickInput(session.page, ({ message }) => message.includes('no access token'));
    const other = await tenant.mintAccessToken({ tenantId: '00000000-1111-4222-8333-444444444444' });
    await typeQuickInput(session.page, other, false);
    await waitForQuickInput(session.page, ({ message }) => message.includes('another tenant'));
    await typeQuickInput(session.page, await tenant.mintAccessToken());
    await waitForRows(session.page, LOCAL);
  });

  test('signOut forgets the token, signIn asks for another one', async () => {
    await palette('signOut');
    // Stored results are listed, below the step that helps.
    await session.page
      .getByText(/^Not signed in: .* There is no access token for "Local tenant"/u)
      .first()
      .waitFor();
    assert.match((await readTree(session.page, LOCAL))[0]?.label ?? '', /^Replace Access Token/u);
    await palette('signIn');
    await typeQuickInput(session.page, await tenantOf(session).mintAccessToken());
    await waitForRows(session.page, LOCAL);
  });

  test('copyAppRegistrationCommands: for the active tenant, with a hint where to paste them', async () => {
    await palette('copyAppRegistrationCommands');
    await waitForNotification(session.page, 'Paste them step by step into a terminal');
    const commands = await onClipboard(/^az ad app create /mu);
    assert.ok(commands.includes(`az login --tenant ${tenantOf(session).tenantId} `));
  });

  test('addConnection asks step by step', async () => {
    const tenant = tenantOf(session);
    const connection = (await connectionTo(tenant)) as { accessToken: string; apiUrl: string };
    await palette('addConnection');
    await chooseQuickPick(session.page, 'Paste an access token');
    await chooseQuickPick(session.page, 'Custom API address');
    await waitForQuickInput(session.page, ({ title: step }) => step.includes('API Address'));
    await typeQuickInput(session.page, connection.apiUrl);
    await waitForQuickInput(session.page, ({ title: step }) => step.includes('Download Hosts'));
    await typeQuickInput(session.page, tenant.blobHost);
    await waitForQuickInput(session.page, ({ title: step }) => step.includes('Access Token'));
    await typeQuickInput(session.page, connection.accessToken);
    await waitForQuickInput(session.page, ({ value }) => value === 'analyst@fabrikam.example');
    await typeQuickInput(session.page, 'Second way');
    await waitForRows(session.page, 'Second way');
  });

  test('editConnection: a renamed connection keeps its token', async () => {
    await palette('editConnection');
    await chooseQuickPick(session.page, 'Second way');
    for (const step of ['How to Sign In', 'Cloud and Region', 'API Address', 'Download Hosts', 'Access Token']) {
      await waitForQuickInput(session.page, ({ title: shown }) => shown.startsWith(`Edit "Second way": ${step}`));
      await session.page.keyboard.press('Enter');
    }
    await waitForQuickInput(session.page, ({ value }) => value === 'Second way');
    await typeQuickInput(session.page, 'Renamed way');
    await waitForRows(session.page, 'Renamed way');
  });

  test('removeConnection asks once more, and forgets', async () => {
    await palette('removeConnection');
    await chooseQuickPick(session.page, 'Renamed way');
    await waitFor('the question', async () => (await readDialog(session.page))?.text.includes('Renamed way'));
    await clickDialog(session.page, 'Remove');
    await waitFor('another connection', async () => (await readTree(session.page, 'Renamed way')).length === 0);
  });

  test('every command of package.json is driven, here or in another file of this suite', async () => {
    assert.deepEqual(await findUndriven(), []);
  });
});
