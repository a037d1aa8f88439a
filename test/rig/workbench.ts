import type { Page } from 'playwright-core';
import { RigError } from './processes.ts';
import { runCommand, typeQuickInput, waitForQuickInput } from './quickInput.ts';
import type { VsCodeServer } from './server.ts';
import { waitFor } from './waiting.ts';
import { readTabs } from './workbenchParts.ts';

/** The color themes in which pictures are taken. */
export type Theme = 'light' | 'dark' | 'highContrast' | 'highContrastLight';

const themes: Readonly<Record<Theme, { readonly setting: string; readonly cssClass: string }>> = {
  light: { setting: 'Default Light Modern', cssClass: 'vs' },
  dark: { setting: 'Default Dark Modern', cssClass: 'vs-dark' },
  highContrast: { setting: 'Default High Contrast', cssClass: 'hc-black' },
  highContrastLight: { setting: 'Default High Contrast Light', cssClass: 'hc-light' },
};

/** Waits until the workbench stands, is connected to its server and has status bar items. */
export async function waitUntilReady(page: Page): Promise<void> {
  await page.locator('.monaco-workbench .part.statusbar .statusbar-item').first().waitFor({ timeout: 60_000 });
  await page.locator('.monaco-workbench .part.editor').waitFor();
  // Shows "Opening Remote…" until the extension host's side answers.
  await waitFor('the connection to the server', async () => {
    const remote = page.locator('[id="status.host"]');
    return (await remote.count()) === 0 || !/opening remote/i.test((await remote.first().textContent()) ?? '');
  });
}

/** Opens a page of the server and waits until the workbench is ready. */
export async function openWorkbench(page: Page, url: string): Promise<void> {
  await page.goto(url);
  await waitUntilReady(page);
}

/**
 * Reloads the window by VS Code's own command, which saves the window's state first; a bare reload of the page loses
 * what changed in the last seconds. Waits until the workbench is ready.
 */
export async function reloadWindow(page: Page): Promise<void> {
  const reloaded = page.waitForEvent('domcontentloaded', { timeout: 60_000 });
  reloaded.catch(() => undefined); // when the command fails, its error is the one to show
  await runCommand(page, 'Developer: Reload Window');
  await reloaded;
  await waitUntilReady(page);
}

/** Opens a view container, such as `Explorer`, by its title in the activity bar, and waits until it shows. */
export async function openViewContainer(page: Page, title: string): Promise<void> {
  const name = new RegExp(`^${title.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')}(?:$| \\(| - )`);
  const item = page.locator('.part.activitybar .action-item').filter({ has: page.getByRole('tab', { name }) });
  const tab = page.locator('.part.activitybar').getByRole('tab', { name });
  await tab.first().waitFor();
  const isOpen = async (): Promise<boolean> =>
    (await item.or(tab).first().getAttribute('class'))?.includes('checked') === true ||
    (await tab.first().getAttribute('aria-expanded')) === 'true';
  await waitFor(`the view container "${title}"`, async () => {
    if (await isOpen()) return true;
    await tab.first().click();
    // On a busy machine it shows late, and one more click would close it again.
    return waitFor('the click to be taken', isOpen, 5000);
  });
}

/** Selects a color theme through the settings and waits until the page shows it. */
export async function setTheme(page: Page, server: VsCodeServer, theme: Theme): Promise<void> {
  const { setting, cssClass } = themes[theme];
  const shown = page.locator(`.monaco-workbench.${cssClass}`);
  await waitFor(`the theme "${setting}"`, async () => {
    // A window that has just been opened may read the file before a change and watch it only after: written again.
    await server.setSettings({
      'workbench.colorTheme': setting,
      'window.autoDetectColorScheme': false,
      'window.autoDetectHighContrast': false,
    });
    await shown.waitFor({ timeout: 5000 });
    return true;
  });
}

/** Saves a picture of the page as PNG. */
export async function screenshot(page: Page, file: string): Promise<void> {
  await page.screenshot({ path: file, animations: 'disabled', caret: 'hide' });
}

/** Opens a file of the workspace, or any address that VS Code can open, in an editor, and waits for its text. */
export async function openFile(page: Page, name: string): Promise<void> {
  await runCommand(page, 'Go to File...');
  await typeQuickInput(page, name, false);
  const input = await waitForQuickInput(page, (shown) => shown.items.some((item) => item.label === name));
  if (input.items[0]?.label !== name)
    throw new RigError(`"${name}" is not the first file found. Name it more exactly.`);
  await page.keyboard.press('Enter');
  await waitFor(`"${name}" in front`, async () =>
    (await readTabs(page)).flat().some(({ label, active }) => active && label.includes(name)),
  );
  await waitFor(`the text of "${name}" to have the focus`, () =>
    page.evaluate<boolean>(`Boolean(document.activeElement?.closest('.editor-instance'))`),
  );
}
