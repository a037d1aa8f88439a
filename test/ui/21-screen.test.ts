import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, before, test } from 'node:test';
import { findEvidence } from '../../src/evidence/blocks/readEvidence.ts';
import { scenarioRef } from '../../src/sample/data/catalogue.ts';
import { chooseQuickPick, closeQuickInput, runCommand, typeQuickInput, waitForQuickInput } from '../rig/quickInput.ts';
import { waitFor } from '../rig/waiting.ts';
import { clickRow, followLink, readStatusBar, readTree, treeRow, waitForNotification } from '../rig/workbenchParts.ts';
import { clickRowMenu, menuTitle, waitForClipboard } from './support/commands.ts';
import { copyAs, openAtEnd, savedAs } from './support/notes.ts';
import { readScreen, RUNNER } from './support/screen.ts';
import { LOCAL, takePictures, tenantOf, waitForRows, waitForTab } from './support/session.ts';
import { workbenchSuite } from './support/workbenchSuite.ts';

workbenchSuite('the screen at three in the morning', { tenant: 'local' }, (session) => {
  before(async () => {
    await waitForRows(session.page, LOCAL);
    await writeFile(path.join(session.workspace.folder, 'status.md'), '');
  });
  afterEach(async () => {
    tenantOf(session).faults.clear();
    await closeQuickInput(session.page);
    await runCommand(session.page, 'Notifications: Clear All Notifications');
    await runCommand(session.page, 'View: Close All Editors');
  });

  const palette = (command: string): Promise<void> => runCommand(session.page, `Live Response: ${menuTitle(command)}`);
  const { calls, tabs, item, open, waitForLine, waitForNone, answerWith } = readScreen(session);

  const WITHOUT: readonly (readonly [name: Parameters<typeof scenarioRef>[0], what: string, step: string])[] = [
    ['pendingOffline', 'Not started yet: a session of', 'Watch Action'],
    ['timedOut', 'Never ran: the session timed out first.', 'Copy Action ID'],
    ['failedBeforeStart', 'ran', 'Copy Action ID'],
    ['putFile', 'PutFile has no result, by design', 'Copy Action ID'],
    ['getFile', 'The result of GetFile is a file', 'Save to File…'],
  ];
  for (const [name, what, step] of WITHOUT) {
    test(`${name}: a page takes the place of the other host's text, and says what next`, async () => {
      await clickRow(session.page, LOCAL, 'recent-events.ps1');
      await waitForTab(session.page, 'recent-events.ps1');
      const ref = scenarioRef(name);
      await open(ref);
      await waitForLine(what);
      await waitForLine(`Action: ${ref.actionId}#${ref.commandIndex}`);
      await waitForLine(step);
      await waitForNone('recent-events.ps1');
    });
  }

  test('Defender is asked about the device from the page: one call, and the page says what it learned', async () => {
    const { page } = session;
    await open(scenarioRef('pendingOffline'));
    await waitForLine('Not started yet: a session of');
    const asked = (): number => tenantOf(session).recording.calls('machine').length;
    const before = asked();
    await followLink(
      page.locator('.editor-group-container.active .detected-link', { hasText: 'Ask About the Device' }).first(),
    );
    await waitForLine('Defender calls the device Inactive');
    await waitForLine('Device health: Inactive');
    await waitForLine('Ask Again (1 call)');
    assert.equal(asked(), before + 1);
    // The command on the row shows the same page, without a call.
    await palette('explainEmpty');
    await waitForLine('Defender calls the device Inactive');
    assert.equal(asked(), before + 1);
    await takePictures(session, 'status-asked');
  });

  test('a session with several scripts opens a page with a link to each, and spends no call', async () => {
    const { page } = session;
    await clickRow(page, LOCAL, 'recent-events.ps1');
    await waitForTab(page, 'recent-events.ps1');
    const spent = calls();
    await clickRow(page, LOCAL, 'export-security-log.ps1');
    await waitForLine('#1 export-security-log.ps1');
    await waitForNone('recent-events.ps1');
    assert.equal(calls(), spent);
    const links = page.locator('.editor-group-container.active .detected-link', { hasText: '#0 export-security-log' });
    await links.first().click();
    await waitForTab(page, 'export-security-log.ps1 #0 · ');
  });

  test('the page is quoted as a status, which Check Notes never calls matching', async () => {
    const { page } = session;
    const ref = scenarioRef('pendingOffline');
    await open(ref);
    await waitForLine('Not started yet');
    await runCommand(page, 'View: Focus Active Editor Group');
    await page.keyboard.press('Control+a');
    await page.keyboard.press('Control+c');
    const file = path.join(session.workspace.folder, 'status.md');
    await openAtEnd(page, file);
    await page.keyboard.press('Control+v');
    const note = await savedAs(page, file, (text) => text.includes('Not ended: '));
    assert.match(note, new RegExp(`action \`Pending\`, command \`Created\`.*\`${ref.actionId}#0\``, 'u'));
    assert.deepEqual(findEvidence(note), []);
  });

  test('a link of the page watches the action', async () => {
    await open(scenarioRef('pendingOffline'));
    await waitForLine('Watch Action');
    const link = session.page.locator('.editor-group-container.active .detected-link', { hasText: 'Watch Action' });
    await runCommand(session.page, 'View: Focus Active Editor Group');
    await followLink(link.first());
    await waitFor('the watching to be said', async () =>
      (await readStatusBar(session.page)).some(({ text }) => text.startsWith('Watching')),
    );
    await clickRowMenu(session.page, LOCAL, 'lt-0977', 'stopWatching');
  });

  test('few errors open below the output, which keeps its width; an output without errors has no triangle', async () => {
    const { page } = session;
    answerWith(`${RUNNER}out\n`, 'bad\n');
    await open(scenarioRef('documentationExample'));
    await waitForTab(page, '.lr-errors');
    const boxes = await page.evaluate<readonly { readonly left: number; readonly top: number }[]>(
      `[...document.querySelectorAll('.editor-group-container')].map((group) => {
        const { left, top } = group.getBoundingClientRect();
        return { left, top };
      })`,
    );
    assert.equal(boxes.length, 2);
    assert.equal(boxes[0]?.left, boxes[1]?.left, 'one above the other');
    assert.ok((boxes[1]?.top ?? 0) > (boxes[0]?.top ?? 0));
    const triangle = page.locator('.editor-actions .codicon-warning');
    await waitFor('the triangle', async () => (await triangle.count()) > 0);
    await runCommand(page, 'View: Close All Editors');
    await open(scenarioRef('exitOne'));
    await waitForTab(page, 'check-persistence.ps1');
    await waitFor('no triangle', async () => (await triangle.count()) === 0);
  });

  test('an empty text says so; the runner’s line and the NUL at the end are dimmed', async () => {
    const { page } = session;
    await open(scenarioRef('exitOne'));
    await waitForTab(page, 'check-persistence.ps1');
    await waitFor(
      'two dimmed places',
      async () => (await page.locator('[class*="ced-"][class*="TextEditorDecorationType"]').count()) > 0,
    );
    await palette('openErrors');
    await waitForTab(page, '.lr-errors');
    const ghost = await waitFor('the words in the empty text', () =>
      page.evaluate<string | undefined>(
        `[...document.querySelectorAll('.editor-group-container.active .view-line span')]
          .map((span) => getComputedStyle(span, '::before').content).find((text) => text.includes('No errors'))`,
      ),
    );
    assert.match(ghost, /No errors/u);
  });

  test('a text that cannot be read offers the view that reads it, and leads back', async () => {
    await open(scenarioRef('wideTools'));
    await waitForTab(session.page, 'check-integrity.ps1');
    await waitFor('the offer', async () => (await item('view'))?.includes('Looks like UTF-16: Show'));
    const spent = calls();
    await session.page.locator('.statusbar-item[id$=".view"] a').click();
    await waitForTab(session.page, 'as UTF-16 · ');
    await waitFor('the way back', async () => (await item('view'))?.includes('Show As Received'));
    await session.page.locator('.statusbar-item[id$=".view"] a').click();
    await waitFor('the text as received', async () => (await tabs()).every((label) => !label.includes('as UTF-16')));
    assert.equal(calls(), spent);
    await open(scenarioRef('exitOne'));
    await waitForTab(session.page, 'check-persistence.ps1');
    await waitFor('no offer for what can be read', async () => (await item('view')) === undefined);
  });

  test('errors as CLIXML open in their readable form', async () => {
    await clickRow(session.page, LOCAL, 'recent-events.ps1');
    await waitForTab(session.page, 'as readable CLIXML · ');
  });

  test('escape sequences offer the terminal’s view', async () => {
    answerWith(`${RUNNER}\u001b[31mred\u001b[0m\n`);
    await open(scenarioRef('registryQuery'));
    await waitFor('the offer', async () => (await item('view'))?.includes('Show Without Terminal Codes'));
  });

  test('two selected rows are compared, normalized first; the empty side is said with its exit code', async () => {
    const { page } = session;
    await (await treeRow(page, LOCAL, 'check-persistence.ps1')).locator('.label-name').click();
    await waitForTab(page, 'check-persistence.ps1');
    await (await treeRow(page, LOCAL, 'clear-cache.sh')).locator('.label-name').click({ modifiers: ['Control'] });
    await clickRowMenu(page, LOCAL, 'clear-cache.sh', 'compareResult');
    const { items } = await waitForQuickInput(page, ({ title }) => title === 'Compare');
    assert.equal(items[0]?.label, 'Normalized');
    await chooseQuickPick(page, 'As Received');
    await waitForTab(page, '↔');
    await waitForNotification(page, 'wrote no output (Exit 0)');
    await waitFor('both exit codes', async () => /Exit \d.* ↔ .*Exit \d/u.test((await item('exitCode')) ?? ''));
  });

  test('typed into the filter, a name offers device, script and comment; rows filter by their own', async () => {
    const { page } = session;
    await palette('filterActions');
    await typeQuickInput(page, 'sql01', false);
    const { items } = await waitForQuickInput(page, (input) => input.items[0]?.label.includes('sql01') === true);
    assert.deepEqual(
      items.slice(0, 3).map(({ label }) => label),
      ['sql01.fabrikam.example', 'Comment: contains "sql01"', 'Script: contains "sql01"'],
    );
    await page.keyboard.press('Enter');
    await waitFor('its rows alone', async () => {
      const rows = await readTree(page, LOCAL);
      return rows.length > 0 && rows.every(({ level, label }) => level > 1 || label === 'sql01');
    });
    await palette('clearFilter');
    await waitFor('other devices', async () => (await readTree(page, LOCAL)).some(({ label }) => label === 'kiosk-22'));
    await clickRow(page, LOCAL, 'check-persistence.ps1');
    await waitForTab(page, 'check-persistence.ps1');
    // drives: filterByScript
    await clickRowMenu(page, LOCAL, 'check-persistence.ps1', 'filterByScript');
    await waitFor('its script alone', async () =>
      (await readTree(page, LOCAL)).every(
        ({ level, label, description }) =>
          level > 1 || label === 'Load more…' || description.includes('check-persistence'),
      ),
    );
    // drives: filterByDevice
    await clickRowMenu(page, LOCAL, 'check-persistence.ps1', 'filterByDevice');
    const message = page.locator('.part.sidebar .message, .part.sidebar .tree-explorer-viewlet-tree-view .message');
    await waitFor('both conditions above the rows', async () =>
      /Device: .*Script: contains "check-persistence\.ps1"/u.test((await message.allInnerTexts()).join(' ')),
    );
    await palette('clearFilter');
  });

  test('one box finds a device, a comment, and any text that names an action', async () => {
    const { page } = session;
    const { actionId } = scenarioRef('registryQuery');
    await page.evaluate(`navigator.clipboard.writeText('see ${actionId}#0 please')`);
    await palette('goToAction');
    const offered = await waitForQuickInput(page, ({ items }) => items.length > 1);
    assert.equal(offered.items[0]?.label, `Open ${actionId}#0`);
    await typeQuickInput(page, 'INC-', false);
    await waitForQuickInput(page, ({ items }) => items[0]?.label.endsWith('.ps1') === true);
    await typeQuickInput(page, actionId, false);
    await waitForQuickInput(page, ({ items }) => items.some(({ label }) => label === `Open ${actionId}`));
    await chooseQuickPick(page, `Open ${actionId}`);
    await waitForTab(page, 'query-registry.ps1');
  });

  test('the selection is what is searched for; a hit selects its match, and goes into the notes', async () => {
    const { page } = session;
    await open(scenarioRef('exitOne'));
    await waitForTab(page, 'check-persistence.ps1');
    await waitForLine('Transcript started');
    await runCommand(page, 'View: Focus Active Editor Group');
    await page.keyboard.press('Control+Home');
    for (let i = 0; i < 10; i++) await page.keyboard.press('Shift+ArrowRight');
    await palette('searchResults');
    await waitForQuickInput(page, ({ value }) => value === 'Transcript');
    await page.keyboard.press('Enter');
    const hit = await waitFor('a hit', async () =>
      (await readTree(page, 'Search in Stored Results')).find(({ level }) => level === 2),
    );
    await clickRow(page, 'Search in Stored Results', hit.label);
    await waitFor('the match to be selected', async () =>
      (await readStatusBar(page)).some(({ text }) => text.includes('Ln 1, Col 11 (10 selected)')),
    );
    await page.evaluate(`navigator.clipboard.writeText('')`);
    await (
      await treeRow(page, 'Search in Stored Results', hit.label)
    )
      .locator('.label-name')
      .click({ button: 'right' });
    await copyAs(page, menuTitle('copyNote'));
    const note = await waitForClipboard(page, /^\*\*`/u);
    assert.deepEqual(findEvidence(note)[0]?.spans, [{ firstLine: 1, lastLine: 1 }]);
    await palette('clearSearch');
  });

  test('KQL for the selected indicator comes before the one around the command', async () => {
    const { page } = session;
    answerWith(`${RUNNER}beacon to 198.51.100.23 seen\n`);
    await open(scenarioRef('linuxFind'));
    await waitForLine('beacon to');
    await runCommand(page, 'View: Focus Active Editor Group');
    await page.keyboard.press('Control+Home');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Shift+End');
    await palette('copyKql');
    const text = await waitForClipboard(page, /ago\(7d\)/u);
    assert.match(text, /^\/\/ 198\.51\.100\.23\nDeviceNetworkEvents\n/u);
    assert.match(text, /let Started = /u);
  });

  test('signed out, what is stored is listed and opens, marked offline', async () => {
    const { page } = session;
    await open(scenarioRef('exitOne'));
    await waitForTab(page, 'check-persistence.ps1');
    await runCommand(page, 'View: Close All Editors');
    await palette('signOut');
    await page
      .getByText(/^Not signed in: only actions with stored results are listed \(\d+\)\./u)
      .first()
      .waitFor();
    const rows = await readTree(page, LOCAL);
    assert.ok(rows.some(({ description }) => description.includes('check-persistence.ps1')));
    assert.match(rows[0]?.label ?? '', /^(?:Replace Access Token|Sign In)/u);
    const spent = calls();
    await clickRow(page, LOCAL, 'check-persistence.ps1');
    await waitForTab(page, 'check-persistence.ps1');
    assert.equal(calls(), spent);
    await palette('signIn');
    await typeQuickInput(page, await tenantOf(session).mintAccessToken());
    await waitFor('the whole list', async () => (await readTree(page, LOCAL)).length > rows.length);
  });
});
