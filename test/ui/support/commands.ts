import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Page } from 'playwright-core';
import { chooseQuickPick, closeQuickInput, runCommand, waitForQuickInput } from '../../rig/quickInput.ts';
import { waitFor } from '../../rig/waiting.ts';
import { treeRow } from '../../rig/workbenchParts.ts';

const titles = JSON.parse(await readFile('package.nls.json', 'utf8')) as Record<string, string>;

/** The commands that package.json declares. */
export const manifest = JSON.parse(await readFile('package.json', 'utf8')) as {
  contributes: { commands: readonly { command: string }[] };
};

/** Returns a command's title in a menu, by the last part of its id. */
export function menuTitle(command: string): string {
  return titles[`command.${command}`] ?? command;
}

/**
 * The commands that no file of this suite drives. A file drives a command by `palette('name')`; where it does so
 * otherwise, a comment says `drives: name`.
 */
export async function findUndriven(): Promise<string[]> {
  const folder = path.join(import.meta.dirname, '..');
  const files = (await readdir(folder)).filter((name) => name.endsWith('.test.ts'));
  const texts = await Promise.all(files.map((file) => readFile(path.join(folder, file), 'utf8')));
  const matches = texts.join('\n').matchAll(/\bpalette\('(\w+)'\)|\/\/ drives: (\w+)/gu);
  const driven = new Set([...matches].map(([, byPalette, otherwise]) => byPalette ?? otherwise));
  return manifest.contributes.commands
    .map(({ command }) => command.replace('liveResponse.', ''))
    .filter((command) => !driven.has(command));
}

/** Chooses a step in **Case…**. */
export async function chooseCaseStep(page: Page, label: string): Promise<void> {
  await runCommand(page, `Live Response: ${menuTitle('case')}`);
  await chooseQuickPick(page, label);
}

/** A click on an entry of a row's context menu. */
export async function clickRowMenu(page: Page, view: string, row: string, command: string): Promise<void> {
  await (await treeRow(page, view, row)).locator('.label-name').click({ button: 'right' });
  const label = menuTitle(command);
  const entry = page.locator('.monaco-menu .action-label').getByText(label, { exact: true });
  await entry.waitFor();
  // A menu that has just opened takes the first click for the end of the one that opened it.
  await waitFor(`the menu to take "${label}"`, async () => {
    if ((await entry.count()) === 0) return true;
    await entry.click({ timeout: 1000 });
    return false;
  });
}

async function readClipboard(page: Page): Promise<string> {
  return page.evaluate<string>('navigator.clipboard.readText()');
}

export async function waitForClipboard(page: Page, what: RegExp): Promise<string> {
  return waitFor(`${what.source} on the clipboard`, async () => {
    const text = await readClipboard(page);
    return what.test(text) ? text : undefined;
  });
}

/** A click on an entry of the menu behind "…" in the title of the view. */
export async function clickViewMenu(page: Page, command: string): Promise<void> {
  const label = menuTitle(command);
  const entry = page.locator('.monaco-menu .action-label').getByText(label, { exact: true });
  const more = page
    .locator('.part.sidebar .title-actions, .part.sidebar .pane-header .actions')
    .locator('.codicon-toolbar-more');
  await waitFor(`the menu of the view to take "${label}"`, async () => {
    if ((await entry.count()) === 0) await more.first().click({ timeout: 2000 });
    await entry.first().waitFor({ timeout: 2000 });
    // A menu that has just opened takes the first click for the end of the one that opened it.
    await waitFor('the menu to close', async () => {
      if ((await entry.count()) === 0) return true;
      await entry.first().click({ timeout: 1000 });
      return false;
    });
    return true;
  });
}

/** Returns the titles of our commands that the palette offers now, with our category. */
export async function offered(page: Page): Promise<string[]> {
  await page.keyboard.press('F1');
  await waitForQuickInput(page, ({ value }) => value === '>');
  await page.keyboard.type('Live Response:');
  await waitForQuickInput(page, ({ items }) => items[0]?.label.startsWith('Live Response: ') === true);
  // The list draws what is in sight only, and a moment after the key. Each row knows its place among all.
  const labels = new Map<number, string>();
  const isWhole = async (): Promise<boolean> => {
    const rows = await page.evaluate<readonly { at: number; of: number; label: string }[]>(
      `[...document.querySelectorAll('.quick-input-list .monaco-list-row')].map((row) => ({
        at: Number(row.ariaPosInSet),
        of: Number(row.ariaSetSize),
        label: (row.querySelector('.label-name')?.textContent ?? '').trim(),
      }))`,
    );
    for (const { at, label } of rows) labels.set(at, label);
    return labels.size === rows[0]?.of;
  };
  await waitFor('the whole list', async () => {
    if (await isWhole()) return true;
    await page.keyboard.press('PageDown');
    return false;
  });
  await closeQuickInput(page);
  return [...labels.values()].filter((label) => label.startsWith('Live Response: ')).sort();
}
