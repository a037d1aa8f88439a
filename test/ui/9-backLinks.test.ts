import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, before, test } from 'node:test';
import { buildOutsideAddress } from '../../src/evidence/blocks/citation.ts';
import { findEvidence } from '../../src/evidence/blocks/readEvidence.ts';
import { scenarioRef } from '../../src/sample/data/catalogue.ts';
import { chooseQuickPick, runCommand, typeQuickInput, waitForQuickInput } from '../rig/quickInput.ts';
import { waitFor } from '../rig/waiting.ts';
import { openFile } from '../rig/workbench.ts';
import {
  clickDialog,
  clickNotification,
  followLink,
  readDialog,
  readEditor,
  readStatusBar,
  readTabs,
  waitForNotification,
} from '../rig/workbenchParts.ts';
import { LOCAL, takePictures, tenantOf, waitForRows, waitForTab } from './support/session.ts';
import { workbenchSuite } from './support/workbenchSuite.ts';

const NOTES = 'investigation-notes.md';
const EVENTS = scenarioRef('eventLogErrors');
const TASKS = scenarioRef('turkishTasks');

workbenchSuite('from a note back to the line', { tenant: 'local' }, (session) => {
  let original: string;
  before(async () => {
    await waitForRows(session.page, LOCAL);
    original = await readNotes();
    // There from the beginning: Go to File lists what it found some time ago.
    for (const name of ['check.md', 'stranger.md']) await writeFile(path.join(session.workspace.folder, name), '');
  });
  afterEach(async () => {
    await runCommand(session.page, 'Notifications: Clear All Notifications');
  });

  const readNotes = (name = NOTES): Promise<string> => readFile(path.join(session.workspace.folder, name), 'utf8');
  const calls = (): number => tenantOf(session).recording.requests.length;
  const closeAll = (): Promise<void> => runCommand(session.page, 'View: Close All Editors');

  async function waitForPlace(line: number): Promise<void> {
    await waitFor(`line ${line} in the status bar`, async () =>
      (await readStatusBar(session.page)).some(({ text }) => text.startsWith(`Ln ${line},`)),
    );
  }

  async function goTo(line: number): Promise<void> {
    await runCommand(session.page, 'Go to Line/Column...');
    await typeQuickInput(session.page, `:${line}`);
    await waitForPlace(line);
  }

  /** Opens the output and goes into it. */
  async function openEvents(): Promise<void> {
    await runCommand(session.page, 'Live Response: Open Result by ID or Link…');
    await typeQuickInput(session.page, `${EVENTS.actionId}#${EVENTS.commandIndex}`);
    await waitForTab(session.page, 'recent-events.ps1');
    await waitFor('the output in front', async () =>
      (await readStatusBar(session.page)).some(({ text }) => text === 'Live Response Output'),
    );
    await runCommand(session.page, 'View: Focus Active Editor Group');
  }

  async function selectLines(): Promise<void> {
    await goTo(5);
    for (let line = 5; line <= 9; line++) await session.page.keyboard.press('Shift+ArrowDown');
    await waitForPlace(10);
  }

  async function waitForNotes(what: string, is: (text: string) => boolean): Promise<string> {
    return waitFor(what, async () => {
      const text = await readNotes();
      return is(text) ? text : undefined;
    });
  }

  test('selected lines are appended under a heading, and taken out again by Undo', async () => {
    const { page } = session;
    await openEvents();
    await selectLines();
    await runCommand(page, 'Live Response: Append to Notes…');
    await chooseQuickPick(page, NOTES);
    await chooseQuickPick(page, '## Findings');
    const appended = await waitForNotes('the block in the saved note', (text) => text.includes('Source: ['));
    const [found, another] = findEvidence(appended);
    assert.ok(found !== undefined && another === undefined);
    assert.equal(found.form, 'block');
    assert.deepEqual(found.spans, [{ firstLine: 5, lastLine: 9 }]);
    assert.equal(found.quoted?.split('\n').length, 5);
    assert.ok(appended.indexOf('Source: [') < appended.indexOf('## Open questions'), appended);
    const { buttons } = await waitForNotification(page, `Appended to ${NOTES}.`);
    assert.deepEqual(buttons, ['Undo', 'Open']);
    await clickNotification(page, `Appended to ${NOTES}.`, 'Undo');
    await waitForNotes('the note as it was', (text) => text === original);
  });

  test('in an open note: one step of undo, the cursor stays, and a note with changes of its own is not saved', async () => {
    const { page } = session;
    // The place is known by now: nothing is asked.
    await runCommand(page, 'Live Response: Append to Notes…');
    await waitForNotes('the block again', (text) => text.includes('Source: ['));
    await clickNotification(page, `Appended to ${NOTES}.`, 'Open');
    await waitForTab(page, NOTES);
    const isQuoted = async (): Promise<boolean> => (await readEditor(page)).some((line) => line.startsWith('```text'));
    await waitFor('the block in the editor', isQuoted);
    await page.keyboard.press('Control+z');
    await waitFor('the note without the block', async () => !(await isQuoted()));
    const saved = await readNotes();
    // The cursor at the very place where the next block goes.
    await goTo(10);
    await page.keyboard.press('End');
    await openEvents();
    await selectLines();
    await runCommand(page, 'View: Move Editor into Right Group');
    await runCommand(page, 'Notifications: Clear All Notifications');
    await runCommand(page, 'Live Response: Append to Notes…');
    await waitForNotification(page, `Appended to ${NOTES}.`);
    assert.equal(await readNotes(), saved);
    await runCommand(page, 'View: Focus Left Editor Group');
    await waitFor('the cursor where it was', async () =>
      (await readStatusBar(page)).some(({ text }) => text === 'Ln 10, Col 2'),
    );
    assert.ok(await isQuoted());
    await page.keyboard.press('Control+z');
    await waitFor('no block after one undo', async () => !(await isQuoted()));
    await page.keyboard.press('Control+y');
    await waitFor('the block once more', isQuoted);
    await runCommand(page, 'File: Save');
  });

  test('selectNotesFile: another note and place, made where it is not there', async () => {
    const { page } = session;
    await runCommand(page, 'Live Response: Select Notes File…');
    await chooseQuickPick(page, 'Create Notes File…');
    await waitForQuickInput(page, ({ value }) => value.endsWith('notes.md'));
    await typeQuickInput(page, path.join(session.workspace.folder, 'second.md'));
    await waitFor('the file', () =>
      readNotes('second.md').then(
        (text) => text === '',
        () => false,
      ),
    );
    await closeAll();
    await openEvents();
    // Nothing is selected.
    await goTo(1);
    await runCommand(page, 'Live Response: Append to Notes…');
    const text = await waitFor('a citation', async () => {
      const now = await readNotes('second.md');
      return now.endsWith('\n') ? now : undefined;
    });
    assert.match(text, /^- .*\[output, \d+ lines\]\(live-response:\/\?[^\n]*\n$/u);
    await closeAll();
  });

  test('a click on the link of a citation opens the result at the line, without a call', async () => {
    const { page } = session;
    await openFile(page, NOTES);
    const before = calls();
    await followLink(page.locator('.detected-link').first());
    await waitForTab(page, 'recent-events.ps1');
    await waitForPlace(5);
    assert.equal(calls(), before);
  });

  test('the hover says what is cited and whether it still matches', async () => {
    const { page } = session;
    await closeAll();
    await openFile(page, NOTES);
    await page.locator('.detected-link').first().hover();
    const hover = page.locator('.monaco-hover').filter({ hasText: 'SHA-256' });
    await hover.first().waitFor();
    const text = await hover.first().innerText();
    assert.match(text, /MATCHING: File hash and quoted text match the stored result\./u);
    assert.match(text, /recent-events\.ps1/u);
    await takePictures(session, 'note-hover');
  });

  test("Check Notes' Evidence names its calls, and tells matching, changed, gone and unknown apart", async () => {
    const { page } = session;
    await closeAll();
    const block = /\*\*`[^]*?SHA-256 `[\da-f]{64}`[^\n]*\n/u.exec(await readNotes())?.[0] ?? '';
    const quoted = findEvidence(block)[0]?.quoted ?? '';
    const line = quoted.split('\n').find((one) => one.trim() !== '') ?? '';
    const nobody = '00000000-1111-4222-8333-444444444444';
    const note = [
      block,
      block.replace(line, `${line}!`),
      block.replace(EVENTS.actionId, nobody),
      block.replace(/tenant=[\da-f-]+/u, `tenant=${nobody}`),
      '[a link that was changed](live-response:/?cloud=commercial)\n',
      block.replaceAll(EVENTS.actionId, TASKS.actionId),
    ].join('\n');
    await writeFile(path.join(session.workspace.folder, 'check.md'), note);
    await openFile(page, 'check.md');
    const before = tenantOf(session).recording.requests.length;
    await runCommand(page, "Live Response: Check Notes' Evidence");
    const dialog = await waitFor('the question', () => readDialog(page));
    assert.match(dialog.text, /2 of the results that check\.md cites are not stored/u);
    assert.match(dialog.text, /takes (?:3|4) calls/u);
    assert.deepEqual([...dialog.buttons].sort(), ['Cancel', 'Check Stored Only', 'Fetch']);
    assert.equal(tenantOf(session).recording.requests.length, before);
    await takePictures(session, 'check-notes-question');
    await clickDialog(page, 'Fetch');
    await waitForTab(page, 'Evidence in check.md');
    // VS Code draws only the lines in sight: beside the note, the last ones were below the edge.
    await runCommand(page, 'View: Close Editors in Other Groups');
    const shown = await waitFor('the report', async () => {
      const lines = (await readEditor(page)).filter((one) => / · line \d/u.test(one));
      return lines.length === 6 ? lines : undefined;
    });
    assert.deepEqual(
      shown.map((one) => one.split(' ')[0]),
      ['CHANGED', 'CHANGED', 'GONE', 'UNKNOWN', 'UNKNOWN', 'MATCHING'],
    );
    const all = (await readEditor(page)).join('');
    assert.match(all, /1 MATCHING · 2 CHANGED · 1 GONE · 2 UNKNOWN/u);
    await takePictures(session, 'check-notes-report');
    // Typing changes nothing.
    await page.keyboard.type('x');
    assert.equal((await readEditor(page)).join(''), all);
    await followLink(page.locator('.editor-group-container.active .detected-link').nth(1));
    await waitForTab(page, 'recent-events.ps1');
    await waitForPlace(5);
  });

  test('a link in a stranger’s note to what is not stored asks first, and takes no for an answer', async () => {
    const { page } = session;
    await closeAll();
    const other = scenarioRef('registryQuery');
    const text = (await readNotes()).replaceAll(EVENTS.actionId, other.actionId);
    await writeFile(path.join(session.workspace.folder, 'stranger.md'), text);
    await openFile(page, 'stranger.md');
    const before = calls();
    await followLink(page.locator('.detected-link').first());
    const dialog = await waitFor('the question', () => readDialog(page));
    assert.match(dialog.text, /not stored on this machine\. Fetch it through "Local tenant"\?/u);
    await clickDialog(page, 'Cancel');
    assert.equal(calls(), before);
    assert.deepEqual(
      (await readTabs(page)).flat().map(({ label }) => label),
      ['stranger.md'],
    );
  });

  test('an address from outside opens what is stored, asks for the rest, and is checked', async () => {
    const { page } = session;
    await closeAll();
    const address = findEvidence(await readNotes())[0];
    assert.ok(address !== undefined);
    const follow = async (outside: string): Promise<void> => {
      await page.evaluate(`navigator.clipboard.writeText(${JSON.stringify(outside)})`);
      await runCommand(page, 'Local Tenant: Copy External Address');
      const external = await waitFor('the address for a browser', async () => {
        const copied = await page.evaluate<string>('navigator.clipboard.readText()');
        return copied.startsWith('http') ? copied : undefined;
      });
      const second = await page.context().newPage();
      await second.goto(external);
      // The page hands the address over through the browser's storage, and closes itself where it may.
      await second.waitForLoadState();
      await second.close().catch(() => undefined);
    };
    const before = calls();
    await follow(buildOutsideAddress(address));
    await waitForTab(page, 'recent-events.ps1');
    await waitForPlace(5);
    assert.equal(calls(), before);
    const { actionId } = scenarioRef('registryQuery');
    await follow(buildOutsideAddress({ ...address, address: { ...address.address, actionId } }));
    await waitFor('our question', async () => (await readDialog(page))?.text.includes('not stored on this machine'));
    assert.equal(calls(), before);
    await clickDialog(page, 'Cancel');
    await follow(`${buildOutsideAddress(address)}&fetch=yes`);
    await waitForNotification(page, 'argument that it does not take (link)');
    assert.equal(calls(), before);
  });
});
