import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { runCommand, typeQuickInput } from '../rig/quickInput.ts';
import { waitFor } from '../rig/waiting.ts';
import { followLink, readEditor, readStatusBar } from '../rig/workbenchParts.ts';
import { NOTES, quoteForTheFirstTime, SCRIPT } from './support/firstQuotation.ts';
import { pressCommand } from './support/keyboard.ts';
import { takePictures, waitForTab } from './support/session.ts';
import { workbenchSuite } from './support/workbenchSuite.ts';

/** Most gestures that the way to the first verified quotation may take. */
const MOST_GESTURES = 12;

workbenchSuite('docs/tutorial.md, step by step', { tenant: 'none' }, (session) => {
  test('steps 2 to 4, and the first check: from nothing to a quotation that matches', async () => {
    const gestures = await quoteForTheFirstTime(session);
    assert.ok(gestures <= MOST_GESTURES, `${gestures} gestures`);
    await takePictures(session, 'tutorial');
  });

  test('step 5: the link of the citation leads back to the first of the lines', async () => {
    const { page } = session;
    await runCommand(page, 'View: Close Editor');
    await page.locator('.detected-link').last().waitFor();
    await followLink(page.locator('.detected-link').last());
    await waitForTab(page, SCRIPT);
    await waitFor('the first line', async () =>
      (await readStatusBar(page)).some(({ text }) => text.startsWith('Ln 1,') && text.includes('Col 1')),
    );
  });

  test('step 6: a digit that is changed is found', async () => {
    const { page } = session;
    await runCommand(page, 'View: Close Editor');
    await runCommand(page, 'File: Save All Files');
    const fence = await waitFor('the saved block', async () => {
      const saved = await readFile(path.join(session.workspace.folder, NOTES), 'utf8');
      return saved.split(/\r?\n/u).indexOf('```text') + 1 || undefined;
    });
    await runCommand(page, 'Go to Line/Column...');
    await typeQuickInput(page, `:${fence + 1}`);
    await waitFor('the line', async () =>
      (await readStatusBar(page)).some(({ text }) => text.startsWith(`Ln ${fence + 1},`)),
    );
    await page.keyboard.press('End');
    await page.keyboard.type('7');
    await pressCommand(page, "Live Response: Check Notes' Evidence");
    await waitFor('the report', async () => (await readEditor(page)).some((line) => line.includes('1 CHANGED')));
  });
});
