import type { Page } from 'playwright-core';
import { closeQuickInput, readQuickInput, waitForQuickInput } from '../../rig/quickInput.ts';
import { waitFor } from '../../rig/waiting.ts';
import { readTree } from '../../rig/workbenchParts.ts';

/** Runs a command through the palette, by keys alone. Its name comes as one, as an input method types it. */
export async function pressCommand(page: Page, title: string): Promise<void> {
  await waitFor(`"${title}" in the palette`, async () => {
    await page.keyboard.press('F1');
    await waitForQuickInput(page, ({ value }) => value === '>');
    await page.keyboard.insertText(title);
    const isFirst = async (): Promise<boolean> => {
      const [first] = (await readQuickInput(page))?.items ?? [];
      return first?.label === title && first.focused;
    };
    // The palette learns of an extension that is still to be found only when it opens anew.
    if (await waitFor('its row', isFirst, 2000).catch(() => false)) return true;
    await closeQuickInput(page);
    return false;
  });
  await page.keyboard.press('Enter');
}

/** Narrows the open quick pick to a row by typing, and takes it. */
export async function pressPick(page: Page, label: string): Promise<void> {
  // Not the one before it, which is still closing; and a long list draws what is in sight only.
  await waitForQuickInput(page, ({ value, items }) => value === '' && items.length > 0);
  await page.keyboard.type(label);
  await waitForQuickInput(page, ({ items }) => items[0]?.label === label && items[0].focused);
  await page.keyboard.press('Enter');
}

/** Returns the focused element as a screen reader names it. */
export async function focusedName(page: Page): Promise<string> {
  return page.evaluate<string>(`(() => {
    const element = document.activeElement;
    const row = element?.getAttribute('aria-activedescendant');
    const named = row ? document.getElementById(row) : element;
    return named?.getAttribute('aria-label') ?? named?.textContent?.trim() ?? '';
  })()`);
}

/** Presses a key until the focus is where it is wanted; at most as often as a person would. */
export async function pressUntil(page: Page, key: string, name: RegExp): Promise<void> {
  for (let presses = 0; presses < 40; presses++) {
    const before = await focusedName(page);
    if (name.test(before)) return;
    await page.keyboard.press(key);
    await waitFor('the focus to move', async () => (await focusedName(page)) !== before, 2000).catch(() => undefined);
  }
  throw new Error(`${key} leads to no ${name.source}, but to "${await focusedName(page)}"`);
}

/** Waits until a row of the view has the focus. */
export async function waitForTreeFocus(page: Page, view: string): Promise<void> {
  await waitFor('the focus in the list', async () => {
    const inList = await page.evaluate<boolean>(`Boolean(document.activeElement?.closest('.pane .monaco-list'))`);
    return inList && (await readTree(page, view)).length > 0;
  });
}

/** Waits until the focus is in a text. */
export async function waitForTextFocus(page: Page): Promise<void> {
  await waitFor('the focus in the text', () =>
    page.evaluate<boolean>(`Boolean(document.activeElement?.closest('.editor-instance'))`),
  );
}
