import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { before, test } from 'node:test';
import type { Page } from 'playwright-core';
import { closeQuickInput, readQuickInput, runCommand, waitForQuickInput } from '../rig/quickInput.ts';
import { waitFor } from '../rig/waiting.ts';
import { openViewContainer } from '../rig/workbench.ts';
import { readDialog, readEditor, readNotifications, readStatusBar, readTabs, readTree } from '../rig/workbenchParts.ts';
import { findAxeProblems, KNOWN_IN_LISTS } from './support/axe.ts';
import { manifest, menuTitle, offered, waitForClipboard } from './support/commands.ts';
import {
  focusedName,
  pressCommand,
  pressPick,
  pressUntil,
  waitForTextFocus,
  waitForTreeFocus,
} from './support/keyboard.ts';
import { SAMPLE, takePictures, waitForExitCode, waitForRows, waitForTab } from './support/session.ts';
import { workbenchSuite } from './support/workbenchSuite.ts';

const WELCOME = '.welcome-view-content';
const STEPS = '.getting-started-step';
const SCRIPT = 'check-integrity.ps1';

/** VS Code makes each step a button, with our buttons in it. */
const KNOWN_IN_STEPS = [
  'aria-allowed-attr',
  'aria-required-children',
  'label-content-name-mismatch',
  'nested-interactive',
];
/** Every tab of VS Code has a button to close it in it. */
const KNOWN_IN_TABS = ['nested-interactive'];

/** Rows of VS Code's quick picks: their level, and the keys in those that the palette left behind, out of sight. */
const KNOWN_IN_PICKS = ['aria-allowed-attr', 'aria-prohibited-attr'];
const KEYS = [
  ...Array.from('abcdefghijklmnopqrstuvwxyz0123456789'),
  ...['F2', 'F3', 'F4', 'F5', 'F6', 'F7', 'F8', 'F9', 'Home', 'End', 'Insert', 'Delete', '.', ',', ';', '-'],
  ...['PageUp', 'PageDown', '/', '=', '[', ']', 'F10', 'F12'],
  ...Array.from('abcdefghijklmnopqrstuvwxyz', (letter) => `Shift+${letter}`),
];

/**
 * Everything that a command can show, so that something new is an answer. Of one that asks only a question or a notice
 * is: a question that comes late would else take the palette's place.
 */
async function shown(page: Page, asks: boolean): Promise<Set<string>> {
  const [input, dialog, notifications, tabs, items, rows] = await Promise.all([
    readQuickInput(page),
    readDialog(page),
    readNotifications(page),
    readTabs(page),
    readStatusBar(page),
    page.evaluate<string[]>(
      `[...document.querySelectorAll('.pane .monaco-list-row, .pane-header .title, .pane .message, .part.panel .composite.title')].map((row) => row.textContent)`,
    ),
  ]);
  // That VS Code waits for the second key is no answer, nor is its bell.
  const answers = items.filter(({ id, text }) => id !== 'status.notifications' && !text.includes('was pressed'));
  const parts = [input, dialog, ...notifications, ...(asks ? [] : [...tabs.flat(), ...answers, ...rows])];
  return new Set(parts.map((part) => JSON.stringify(part)));
}

/** Starts each of them with nothing chosen; every one works, asks, or says what to do. */
async function driveAll(page: Page, names: readonly string[], start: (name: string) => Promise<void>): Promise<void> {
  const silent: string[] = [];
  const answers = async (name: string): Promise<boolean> => {
    const asks = menuTitle(name.replace('liveResponse.', '')).endsWith('…');
    const before = await shown(page, asks);
    await start(name);
    const isAnswered = async (): Promise<boolean> => [...(await shown(page, asks))].some((part) => !before.has(part));
    const answered = `an answer to "${name}"`;
    if (await waitFor(answered, isAnswered, 300).catch(() => false)) return true;
    // Of more than three notices within 800 ms VS Code shows the later ones in its list only.
    // A question that comes late, as on a busy machine, takes the place of the palette, and is the answer.
    await runCommand(page, 'Notifications: Show Notifications', 3000).catch(() => undefined);
    return waitFor(answered, isAnswered, 3000).catch(() => false);
  };
  for (const name of names) {
    if (!(await answers(name))) {
      // A late notice of the one before may have said the same already.
      await runCommand(page, 'Notifications: Clear All Notifications');
      await waitFor('them to go', async () => (await readNotifications(page)).length === 0);
      if (!(await answers(name))) silent.push(name);
    }
    const notifications = await readNotifications(page);
    assert.deepEqual(
      notifications.filter(({ text }) => text.includes('did not foresee')),
      [],
      name,
    );
    await closeQuickInput(page);
    if ((await readDialog(page)) !== undefined) await page.keyboard.press('Escape');
    if (notifications.length === 0) continue;
    await runCommand(page, 'Notifications: Clear All Notifications');
    // Else the next answer, if it is the same, would not be new.
    await waitFor('them to go', async () => (await readNotifications(page)).length === 0);
  }
  assert.deepEqual(silent, []);
}

/** Ctrl+Alt+F9, and then one of our keys, starts a command, wherever the focus is. */
async function bindKeys(page: Page, ids: readonly string[]): Promise<void> {
  await runCommand(page, 'Preferences: Open Keyboard Shortcuts (JSON)');
  await waitForTab(page, 'keybindings.json');
  await waitForTextFocus(page);
  await page.keyboard.press('Control+A');
  const bindings = ids.map((command, at) => ({ key: `ctrl+alt+f9 ${KEYS[at] ?? ''}`, command }));
  await page.keyboard.insertText(JSON.stringify(bindings));
  await page.keyboard.press('Control+S');
  await waitFor('it to be saved', async () => (await readTabs(page)).flat().every(({ dirty }) => !dirty));
  await runCommand(page, 'View: Close All Editors');
}

async function pressBound(page: Page, key: string): Promise<void> {
  await waitFor('VS Code to wait for the second key', async () => {
    // Lost where the focus is still on its way back from the palette.
    await page.keyboard.press('Control+Alt+F9');
    const isBegun = async (): Promise<boolean> =>
      (await readStatusBar(page)).some(({ text }) => text.includes('was pressed'));
    return waitFor('it to be taken', isBegun, 1000).catch(() => false);
  });
  await page.keyboard.press(key);
}

workbenchSuite('first use', { tenant: 'none' }, (session) => {
  let page: Page;
  before(() => {
    ({ page } = session);
  });

  test('by keyboard the empty view leads to a connection and to the walkthrough', async () => {
    await pressCommand(page, 'Live Response: Focus on Machine Actions View');
    await page.locator(WELCOME).getByText('connect to a Microsoft Defender').waitFor();
    await pressUntil(page, 'Tab', /^Add Connection…$/u);
    await page.keyboard.press('Enter');
    await waitForQuickInput(page, ({ title }) => title.includes('How to Sign In'));
    await closeQuickInput(page);
    assert.deepEqual(await findAxeProblems(page, WELCOME), []);
    await pressUntil(page, 'Tab', /^Take the four steps$/u);
    await page.keyboard.press('Enter');
    await page.locator(STEPS).nth(3).waitFor();
  });

  test('the walkthrough: four steps, each with a picture that says in words what it shows', async () => {
    // In a narrow editor VS Code leaves the pictures out.
    await runCommand(page, 'View: Toggle Primary Side Bar Visibility');
    const steps = page.locator(STEPS);
    assert.equal(await steps.count(), 4);
    for (let at = 0; at < 4; at++) {
      await waitFor('a picture', async () => {
        // A click on the step that is open closes it, and VS Code opens one by itself.
        const classes = (await steps.nth(at).getAttribute('class')) ?? '';
        if (!/\bexpanded\b/u.test(classes)) await steps.nth(at).locator('.step-title').click();
        return page.evaluate<boolean>(
          `[...document.querySelectorAll('.getting-started-media img')].some((image) => image.complete && image.naturalWidth > 0 && image.alt.length > 40)`,
        );
      });
    }
    await takePictures(session, 'walkthrough');
    assert.deepEqual(await findAxeProblems(page, '.gettingStartedSlideDetails', KNOWN_IN_STEPS), []);
  });

  test('without a connection every command of the palette works, asks, or says what to do', async () => {
    const titles = await offered(page);
    assert.ok(titles.includes('Live Response: Add Connection…'));
    assert.ok(!titles.includes('Live Response: Copy Output'), 'nothing is offered that needs a result');
    const driven = titles.filter((title) => !/Sample Tenant|Focus on/u.test(title));
    await driveAll(page, driven, (title) => runCommand(page, title));
    if (await page.locator('.part.panel').isVisible()) await runCommand(page, 'View: Toggle Panel Visibility');
  });

  test('the sample tenant opens from the walkthrough, and its step is done', async () => {
    await runCommand(page, 'View: Close All Editors');
    await openViewContainer(page, 'Live Response');
    await page.locator(WELCOME).getByText('Take the four steps').click();
    await page.locator(STEPS).nth(0).click();
    await page.locator(STEPS).getByText('Open Sample Tenant').click();
    await waitForRows(page, SAMPLE);
    await page.locator(STEPS).nth(0).locator('.codicon-getting-started-step-checked').waitFor();
    await runCommand(page, 'View: Close All Editors');
  });

  test('with nothing selected, too', async () => {
    const titles = await offered(page);
    assert.ok(titles.includes('Live Response: Refresh Machine Actions'));
    assert.ok(!titles.includes('Live Response: Copy Output'));
    // The sample tenant is open already.
    const driven = titles.filter((title) => !/Sample Tenant|Focus on/u.test(title));
    // From Z to A: what Load More says would still stand when Refresh says the same.
    await driveAll(page, driven.reverse(), (title) => runCommand(page, title));
    if (await page.locator('.part.panel').isVisible()) await runCommand(page, 'View: Toggle Panel Visibility');
    // A user's own key can start a command that the palette hides. Enter in the list is no such key.
    const ids = manifest.contributes.commands
      .map(({ command }) => command)
      .filter((id) => !titles.includes(`Live Response: ${menuTitle(id.replace('liveResponse.', ''))}`))
      .filter((id) => !/openFocused|openSampleTenant|groupBy|showAllTypes|showLiveResponseOnly/u.test(id));
    assert.ok(ids.includes('liveResponse.copyOutput') && ids.length <= KEYS.length);
    await bindKeys(page, ids);
    try {
      await driveAll(page, ids, (id) => pressBound(page, KEYS[ids.indexOf(id)] ?? ''));
    } finally {
      // Back to what a first look shows.
      await closeQuickInput(page);
      await bindKeys(page, []);
      await runCommand(page, 'View: Close All Editors');
    }
  });

  test('the main job by keyboard alone, as with a screen reader', async () => {
    await session.server.setSettings({ 'editor.accessibilitySupport': 'on' });
    await pressCommand(page, 'Live Response: Focus on Machine Actions View');
    await waitForTreeFocus(page, SAMPLE);
    await page.keyboard.press('Home');
    await pressUntil(page, 'ArrowDown', new RegExp(`^[^,]+, ${SCRIPT}, `, 'u'));
    // Selecting alone offers what works on a result, and fetches nothing.
    assert.deepEqual((await readTabs(page)).flat(), []);
    await page.keyboard.press('Enter');
    await waitForExitCode(page, SCRIPT);
    await waitForTextFocus(page);
    assert.match(await focusedName(page), new RegExp(SCRIPT, 'u'));

    await page.keyboard.press('Control+Home');
    await page.keyboard.press('Shift+ArrowDown');
    await page.keyboard.press('Shift+ArrowDown');
    await page.keyboard.press('Control+K');
    await page.keyboard.press('Control+C');
    await waitForClipboard(page, /Source: \[output lines 1–2 of /u);

    await pressCommand(page, 'Live Response: Append to Notes…');
    await pressPick(page, 'investigation-notes.md');
    await pressPick(page, 'At the End');
    const notes = path.join(session.workspace.folder, 'investigation-notes.md');
    await waitFor('the quotation in the notes', async () =>
      (await readFile(notes, 'utf8')).includes('output lines 1–2'),
    );

    await page.keyboard.press('Control+P');
    await pressPick(page, 'investigation-notes.md');
    await waitForTab(page, 'investigation-notes.md');
    await waitForTextFocus(page);
    await pressCommand(page, "Live Response: Check Notes' Evidence");
    await waitForTab(page, 'Evidence in investigation-notes.md');
    await waitFor('the report', async () => (await readEditor(page)).some((line) => line.includes('1 MATCHING')));
  });

  test('a selected row is enough for what works on a result', async () => {
    await runCommand(page, 'View: Close All Editors');
    await pressCommand(page, 'Live Response: Focus on Machine Actions View');
    await waitForTreeFocus(page, SAMPLE);
    await pressCommand(page, 'Live Response: Copy as Citation');
    await waitForClipboard(page, /check-integrity\.ps1`[^\n]+SHA-256/u);
  });

  test('axe finds nothing in our parts', async () => {
    await pressCommand(page, 'Live Response: Accessibility Help');
    await waitForTab(page, 'Accessibility Help');
    await waitForTextFocus(page);
    await waitFor('its text', async () => (await readEditor(page)).some((line) => line.includes('F1 opens')));
    await takePictures(session, 'accessibility-help');
    assert.deepEqual(await findAxeProblems(page, '.part.sidebar .pane .monaco-list', KNOWN_IN_LISTS), []);
    await runCommand(page, 'View: Close All Editors');
    await pressCommand(page, 'Live Response: Open Output');
    await waitForExitCode(page, SCRIPT);
    assert.deepEqual(await findAxeProblems(page, '[id$=".exitCode"]'), []);
    assert.deepEqual(
      await findAxeProblems(page, '.editor-group-container.active .tabs-container .tab', KNOWN_IN_TABS),
      [],
    );
    await page.locator('.statusbar-item[id$=".exitCode"] a').click();
    await waitForQuickInput(page, ({ items }) => items.length > 5);
    assert.deepEqual(await findAxeProblems(page, '.quick-input-widget', KNOWN_IN_PICKS), []);
    await closeQuickInput(page);
  });

  test('at 200 % nothing of ours is cut off or out of reach', async () => {
    // The size to which a browser's zoom changes 1280 × 800.
    await page.setViewportSize({ width: 640, height: 400 });
    await waitForExitCode(page, 'Exit');
    const item = await page.locator('[id$=".exitCode"]').boundingBox();
    assert.ok(item !== null && item.x >= 0 && item.x + item.width <= 640, 'the exit code is in sight');
    await takePictures(session, 'zoom-result');
    await pressCommand(page, 'Live Response: Focus on Machine Actions View');
    await waitForTreeFocus(page, SAMPLE);
    for (const { label, ariaLabel } of await readTree(page, SAMPLE)) assert.ok(ariaLabel.startsWith(label), ariaLabel);
    await runCommand(page, 'Welcome: Open Walkthrough...');
    await waitForQuickInput(page);
    await pressPick(page, 'Read Live Response Results');
    await page.locator(STEPS).nth(3).waitFor();
    await takePictures(session, 'zoom-walkthrough');
    const cut = await page.evaluate<string[]>(
      `[...document.querySelectorAll('${STEPS}')].filter((step) => step.scrollWidth > step.clientWidth + 1).map((step) => step.textContent)`,
    );
    assert.deepEqual(cut, []);
    await page.setViewportSize({ width: 1280, height: 800 });
  });
});
