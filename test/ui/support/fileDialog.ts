import type { Page } from 'playwright-core';
import { readQuickInput, typeQuickInput, waitForQuickInput } from '../../rig/quickInput.ts';
import { waitFor } from '../../rig/waiting.ts';

/**
 * Answers the file dialog of this title. It fills in what it suggests late, over what was typed, and takes an early
 * Enter for a way into the folder.
 */
export async function answerFileDialog(page: Page, title: string, suggested: string, file: string): Promise<void> {
  await waitForQuickInput(page, (input) => input.title === title && input.value.endsWith(suggested));
  await waitFor(`the dialog to take ${file}`, async () => {
    const input = await readQuickInput(page);
    if (input?.title !== title) return true;
    if (input.value === file) await page.keyboard.press('Enter');
    else await typeQuickInput(page, file, false);
    return false;
  });
}
