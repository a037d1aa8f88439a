import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';

/** Parts of VS Code that show our sentences, labels or hovers. Editors are not among them. */
const SURFACES = [
  '.notifications-toasts',
  '.notifications-center',
  '.monaco-dialog-box',
  '.quick-input-widget',
  '.monaco-hover',
  '.workbench-hover',
  '.part.statusbar [id^="live-response-results"]',
  '.pane-body .monaco-list-row',
  '.pane-body .message',
] as const;

/** Returns the links that VS Code made in these parts, by address. VS Code's own buttons have no address. */
export async function linksIn(page: Page): Promise<string[]> {
  return page.evaluate<string[]>(`${JSON.stringify(SURFACES)}.flatMap((surface) =>
    [...document.querySelectorAll(surface + ' a')].flatMap((link) => {
      const address = link.dataset?.href || link.getAttribute('href') || '';
      return address === '' || address === '#' || link.classList.contains('action-label') ? [] : [surface + ': ' + address];
    }))`);
}

/** Counts the product icons inside a text. Icons beside a text are ours. */
export async function iconsInTexts(page: Page, icon: string): Promise<number> {
  return page.locator(SURFACES.map((surface) => `${surface} .codicon-${icon}`).join(', ')).count();
}

/** Asserts that no part shows a link or this icon, and that no terminal was opened. */
export async function assertInert(page: Page, icon = 'zap'): Promise<void> {
  assert.deepEqual(await linksIn(page), []);
  assert.equal(await iconsInTexts(page, icon), 0);
  assert.equal(await page.locator('.terminal-wrapper, .terminal-outer-container').count(), 0);
}
