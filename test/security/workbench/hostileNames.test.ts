import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, before, test } from 'node:test';
import {
  chooseQuickPick,
  closeQuickInput,
  runCommand,
  typeQuickInput,
  waitForQuickInput,
} from '../../rig/quickInput.ts';
import { waitFor } from '../../rig/waiting.ts';
import { openViewContainer } from '../../rig/workbench.ts';
import { readNotifications, readTabs, readTree, waitForNotification } from '../../rig/workbenchParts.ts';
import { menuTitle } from '../../ui/support/commands.ts';
import { answerFileDialog } from '../../ui/support/fileDialog.ts';
import { LOCAL, tenantOf, waitForRows } from '../../ui/support/session.ts';
import { workbenchSuite } from '../../ui/support/workbenchSuite.ts';
import { assertInert } from '../support/rendered.ts';

const TERMINAL = encodeURIComponent(JSON.stringify({ config: { shellPath: '/usr/bin/id' } }));
/** A link that ran a program at one click, before texts were cleaned for VS Code. */
const LINK = `[Click](command:workbench.action.terminal.new?${TERMINAL})`;
const NAME = `${LINK} $(zap) https://evil.example/ www.evil.example mail@evil.example \u202egnp.exe`;

function resultFile(): Buffer {
  return Buffer.from(
    JSON.stringify({ script_name: NAME, exit_code: 0, script_output: 'nothing to find here', script_errors: '' }),
  );
}

/** Returns a facts file as an attacker who hands over a result could write it. */
function factsFile(result: Buffer): string {
  const id = '11111111-2222-4333-8444-555555555555';
  return JSON.stringify({
    file: { sha256: createHash('sha256').update(result).digest('hex') },
    cloud: 'commercial',
    tenantId: id,
    actionId: id,
    commandIndex: 0,
    action: hostileAction(id),
  });
}

function hostileAction(id: string, updatedAt = Date.UTC(2026, 10, 23, 21, 4)): object {
  const time = new Date(updatedAt).toISOString();
  return {
    id,
    type: 'LiveResponse',
    title: null,
    requestor: NAME,
    requestorComment: NAME,
    status: 'Succeeded',
    machineId: 'a'.repeat(40),
    computerDnsName: NAME,
    creationDateTimeUtc: time,
    lastUpdateDateTimeUtc: time,
    cancellationRequestor: NAME,
    cancellationComment: NAME,
    cancellationDateTimeUtc: null,
    errorHResult: 0,
    commands: [
      {
        index: 0,
        startTime: '2026-11-23T21:04:01Z',
        endTime: '2026-11-23T21:04:04Z',
        commandStatus: 'Completed',
        errors: [NAME],
        command: {
          type: 'RunScript',
          params: [
            { key: 'ScriptName', value: NAME },
            { key: 'Args', value: NAME },
          ],
        },
      },
    ],
  };
}

for (const workspaceTrust of [false, true]) {
  const mode = workspaceTrust ? ', in Restricted Mode' : '';
  workbenchSuite(`H1: a hostile facts file${mode}`, { tenant: 'none', workspaceTrust }, (session) => {
    before(async () => {
      const file = path.join(session.workspace.folder, 'hostile.json');
      await writeFile(file, resultFile());
      await writeFile(path.join(session.workspace.folder, 'hostile.facts.json'), factsFile(resultFile()));
      await runCommand(session.page, `Live Response: ${menuTitle('openSavedResult')}`);
      await chooseQuickPick(session.page, 'File…');
      await answerFileDialog(session.page, 'Open Saved Result', '/', file);
      await session.page.locator('.part.editor .view-line').filter({ hasText: 'nothing' }).first().waitFor();
    });
    afterEach(async () => {
      await runCommand(session.page, 'Notifications: Clear All Notifications');
    });
    const palette = (command: string): Promise<void> =>
      runCommand(session.page, `Live Response: ${menuTitle(command)}`);

    test('"no indicators were found in …" is words, and a click on them runs nothing', async () => {
      await palette('copyIndicators');
      const { text } = await waitForNotification(session.page, '[Click]');
      assert.match(text, /\[Click\] \(command:workbench\.action\.terminal\.new/u);
      await assertInert(session.page);
      const message = session.page.locator('.notification-list-item-message').filter({ hasText: '[Click]' });
      const box = (await message.boundingBox()) ?? { x: 0, y: 0, width: 0, height: 0 };
      assert.ok(box.width > 100);
      // Moves the mouse directly, because a toast may disappear meanwhile and must not block the test.
      for (let x = 4; x < box.width; x += 12) await session.page.mouse.click(box.x + x, box.y + box.height / 2);
      await assertInert(session.page);
    });

    test('the exit code in the status bar and its hover', async () => {
      const item = session.page.locator('.part.statusbar [id$="exitCode"]');
      await item.filter({ hasText: '$(zap)' }).waitFor();
      await item.hover();
      await session.page.locator('.workbench-hover, .monaco-hover').filter({ hasText: 'fetched' }).first().waitFor();
      await assertInert(session.page);
      await session.page.mouse.move(400, 300);
    });

    test('what can be done with the result: title, facts and remarks in a quick pick', async () => {
      await session.page.locator('.part.statusbar [id$="exitCode"] a').click();
      await waitForQuickInput(session.page, ({ title }) => title.includes('[Click]'));
      await assertInert(session.page);
      await typeQuickInput(session.page, 'Click', false);
      await waitForQuickInput(session.page, ({ items }) => items.some(({ label }) => label.includes('$(zap)')));
      await assertInert(session.page);
      await closeQuickInput(session.page);
    });

    test('the prompt of a search that is narrowed to such a device', async () => {
      await palette('searchResults');
      await waitForQuickInput(session.page, ({ placeholder }) => placeholder === 'Text in output or errors');
      await session.page.locator('.quick-input-widget').getByRole('button', { name: 'Only in a Connection' }).click();
      await waitForQuickInput(session.page, ({ items }) => items.some(({ label }) => label.includes('[Click]')));
      await assertInert(session.page);
      await session.page.keyboard.press('ArrowDown');
      await session.page.keyboard.press('ArrowDown');
      await session.page.keyboard.press('Enter');
      await session.page.locator('.quick-input-message').filter({ hasText: '[Click]' }).first().waitFor();
      await assertInert(session.page);
      await closeQuickInput(session.page);
    });

    test('the question before its result is cleared', async () => {
      await palette('clearStoredResults');
      await waitForQuickInput(session.page, ({ items }) => items.some(({ label }) => label.includes('[Click]')));
      await assertInert(session.page);
      await closeQuickInput(session.page);
    });

    test('the hover of its first line', async () => {
      await session.page
        .locator('.part.editor .view-line')
        .first()
        .hover({ position: { x: 20, y: 8 } });
      await session.page.locator('.monaco-hover').filter({ hasText: 'SHA-256' }).first().waitFor();
      await assertInert(session.page);
      assert.equal((await readTabs(session.page)).flat().length > 0, true);
    });
  });
}

workbenchSuite('H1: a list whose every word is hostile', { tenant: 'local' }, (session) => {
  before(async () => {
    await waitForRows(session.page, LOCAL);
    // The newest of all, so that they come first.
    const value = Array.from({ length: 8 }, (_, index) =>
      hostileAction(`11111111-2222-4333-8444-00000000000${index}`, Date.now()),
    );
    tenantOf(session).faults.add({
      door: 'api',
      call: 'list',
      times: Infinity,
      action: { kind: 'answer', status: 200, body: JSON.stringify({ value }) },
    });
    await openViewContainer(session.page, 'Live Response');
    await runCommand(session.page, `Live Response: ${menuTitle('refresh')}`);
    await waitFor('the hostile rows', async () =>
      (await readTree(session.page, LOCAL)).some(({ label }) => label.includes('[Click]')),
    );
  });
  afterEach(async () => {
    await runCommand(session.page, 'Notifications: Clear All Notifications');
  });
  const palette = (command: string): Promise<void> => runCommand(session.page, `Live Response: ${menuTitle(command)}`);

  test('rows are plain text, and M4: so are their hovers', async () => {
    await assertInert(session.page);
    await session.page.locator('.pane-body .monaco-list-row').filter({ hasText: '[Click]' }).first().hover();
    await session.page.locator('.workbench-hover, .monaco-hover').filter({ hasText: 'Action ID' }).first().waitFor();
    await assertInert(session.page);
    await session.page.mouse.move(700, 400);
  });

  test('a failure that names the server’s words', async () => {
    const body = JSON.stringify({ error: { code: 'Forbidden', message: NAME, target: 'x' } });
    tenantOf(session).faults.add({ door: 'api', call: 'link', action: { kind: 'answer', status: 403, body } });
    await runCommand(session.page, `Live Response: ${menuTitle('fetchResult')}`);
    await waitForQuickInput(session.page, ({ placeholder, title }) => placeholder !== '' || title !== '');
    await typeQuickInput(session.page, '11111111-2222-4333-8444-000000000000#0');
    await waitForNotification(session.page, '[Click]');
    await assertInert(session.page);
    assert.ok((await readNotifications(session.page)).length > 0);
  });

  test('the filter: fields, devices and the sentence above the rows', async () => {
    await palette('filterActions');
    await chooseQuickPick(session.page, 'Device');
    await waitForQuickInput(session.page, ({ items }) => items.some(({ label }) => label.includes('[Click]')));
    await assertInert(session.page);
    await typeQuickInput(session.page, LINK, false);
    await waitForQuickInput(session.page, ({ items }) => items.some(({ label }) => label.includes('Names with')));
    await assertInert(session.page);
    const row = session.page.locator('.quick-input-list .monaco-list-row').filter({ hasText: 'Names with' });
    await row.first().click();
    await waitForQuickInput(session.page, ({ title }) => title === 'Filter Machine Actions');
    await assertInert(session.page);
    await chooseQuickPick(session.page, 'Show Matching Actions');
    await session.page.locator('.pane-body .message').filter({ hasText: '[Click]' }).first().waitFor();
    await assertInert(session.page);
  });
});
