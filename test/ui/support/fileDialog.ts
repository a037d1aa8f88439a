import type { Page } from 'playwright-core';
import { readQuickInput, typeQuickInput, waitForQuickInput } from '../../rig/quickInput.ts';
import { waitFor } from '../../rig/waiting.ts';

/**
 * Answers the file dialog of this title. It fills in what it suggests late, over what was typed, and takes an early
 * Enter for a way into the folder.
 */
export async function answerFileDialog(page: Page, title: string, suggested: string, file: string): Promise<void> {
  await waitForQuickInput(page, (input) => input.title === title && input.value.endsWith(suggested));
  const isGone = async (): Promise<boolean> => (await readQuickInput(page))?.title !== title;
  await waitFor(`the dialog to take ${file}`, async () => {
    if (await isGone()) return true;
    if ((await readQuickInput(page))?.value !== file) {
      await typeQuickInput(page, file, false);
      return false;
    }
    await page.keyboard.press('Enter');
    // Pressed again at once it begins anew, and under load never ends. What it did not take is typed again.
    if (await waitFor('it to close', isGone, 3000).catch(() => false)) return true;
    if (!(await isGone())) await typeQuickInput(page, '', false);
    return false;
  });
}
