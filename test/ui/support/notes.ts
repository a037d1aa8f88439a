import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Page } from 'playwright-core';
import { findEvidence } from '../../../src/evidence/blocks/readEvidence.ts';
import type { FoundEvidence } from '../../../src/evidence/blocks/readEvidence.ts';
import { scenarioRef } from '../../../src/sample/data/catalogue.ts';
import type { sampleScenarios } from '../../../src/sample/data/catalogue.ts';
import { blobNameOf } from '../../../src/sample/base/identifiers.ts';
import { createSampleTenant } from '../../../src/sample/api/sampleTenant.ts';
import { chooseQuickPick, runCommand, typeQuickInput } from '../../rig/quickInput.ts';
import { waitFor } from '../../rig/waiting.ts';
import { readEditor, readTabs } from '../../rig/workbenchParts.ts';
import { waitForTab } from './session.ts';

type Scenario = keyof typeof sampleScenarios;

/** The output of a scenario, as the device sent it; only for results that are plain JSON. */
export function outputOf(startedAt: number, name: Scenario): string {
  const tenant = createSampleTenant({ startedAt, now: Date.now, mintLink: () => '' });
  const { actionId, commandIndex } = scenarioRef(name);
  const bytes = tenant.blob(blobNameOf(actionId, commandIndex))?.bytes();
  return (JSON.parse(new TextDecoder().decode(bytes)) as { script_output: string }).script_output;
}

/** Opens a result and puts the cursor at its beginning. */
export async function openResult(page: Page, name: Scenario, tab: string): Promise<void> {
  const { actionId, commandIndex } = scenarioRef(name);
  await runCommand(page, 'Live Response: Open Result by ID or Link…');
  await typeQuickInput(page, `${actionId}#${commandIndex}`);
  await waitForTab(page, tab);
  await waitFor('the text', async () => (await readEditor(page)).some((line) => line !== ''));
  await waitForFocus(page);
  await page.keyboard.press('Control+Home');
}

/** Opens a file of the workspace and puts the cursor at its end. */
export async function openAtEnd(page: Page, file: string): Promise<void> {
  const name = path.basename(file);
  // By its whole path: the search for names may not have heard of a new file.
  await runCommand(page, 'Go to File...');
  await typeQuickInput(page, file, false);
  await chooseQuickPick(page, name);
  await waitFor(`${name} in front`, async () =>
    (await readTabs(page)).flat().some(({ label, active }) => active && label.includes(name)),
  );
  await waitForFocus(page);
  await page.keyboard.press('Control+End');
}

async function waitForFocus(page: Page): Promise<void> {
  await waitFor('the focus in the text', () =>
    page.evaluate<boolean>(`Boolean(document.activeElement?.closest('.editor-instance'))`),
  );
}

/** Clicks into a line, from 1, so many pixels from its beginning. */
export async function clickLine(
  page: Page,
  line: number,
  x: number,
  modifiers: readonly ('Alt' | 'Shift')[],
): Promise<void> {
  const top = await page.evaluate<number>(
    `[...document.querySelectorAll('.editor-group-container.active .view-line')]
      .map((element) => element.getBoundingClientRect().top).sort((a, b) => a - b)[${line - 1}]`,
  );
  const lines = await page.locator('.editor-group-container.active .view-lines').boundingBox();
  for (const key of modifiers) await page.keyboard.down(key);
  await page.mouse.click((lines?.x ?? 0) + x, top + 9);
  for (const key of modifiers) await page.keyboard.up(key);
}

/** Saves until the file holds what is waited for. */
export async function savedAs(page: Page, file: string, holds: (text: string) => boolean): Promise<string> {
  const name = path.basename(file);
  const isSaved = async (): Promise<boolean> =>
    !(await readTabs(page)).flat().some(({ label, active, dirty }) => active && dirty && label.includes(name));
  return waitFor(`${name} to hold what was pasted`, async () => {
    if (!(await isSaved())) {
      await page.keyboard.press('Control+S');
      // Until then it may be half written, or empty.
      await waitFor('it to be saved', isSaved, 5000);
    }
    const text = await readFile(file, 'utf8');
    return holds(text) ? text : undefined;
  });
}

export function hasSource(text: string): boolean {
  return text.includes('live-response:/?');
}

export function onlyEvidence(note: string): FoundEvidence {
  const [found, ...more] = findEvidence(note);
  assert.ok(found !== undefined && more.length === 0, note);
  return found;
}

/** Chooses from the submenu of a context menu. */
export async function copyAs(page: Page, what: string): Promise<void> {
  const labels = page.locator('.monaco-menu .action-label');
  const submenu = labels.getByText('Copy As', { exact: true });
  const entry = labels.getByText(what, { exact: true });
  await submenu.waitFor();
  await waitFor(`"${what}" to be chosen`, async () => {
    if ((await submenu.count()) === 0) return true;
    if ((await entry.count()) === 0) await submenu.hover();
    else await entry.click({ timeout: 1000 });
    return false;
  });
}

export async function emptyClipboard(page: Page): Promise<void> {
  await page.evaluate(`navigator.clipboard.writeText('')`);
}

/** Waits for something with a source on the clipboard. */
export async function copied(page: Page): Promise<string> {
  return waitFor('a source on the clipboard', async () => {
    const text = await page.evaluate<string>('navigator.clipboard.readText()');
    return hasSource(text) ? text : undefined;
  });
}
