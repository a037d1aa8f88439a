import type { Page } from 'playwright-core';
import { readQuickInput, runCommand, typeQuickInput, waitForQuickInput } from '../../rig/quickInput.ts';
import { waitFor } from '../../rig/waiting.ts';
import { readEditor } from '../../rig/workbenchParts.ts';
import { menuTitle } from './commands.ts';
import type { Session } from './session.ts';

/** Ways to read the overview of a run, and to change its rules. */
export interface OverviewReader {
  /** Returns the lines in view. */
  readonly lines: () => Promise<readonly string[]>;
  readonly waitForLine: (what: string, timeoutMs?: number) => Promise<string>;
  /** Presses a key until a line is in view. */
  readonly scrollTo: (what: string, key: string) => Promise<void>;
  /** Checks or unchecks the host's own name, and chooses on how many hosts a line may be to be rare. */
  readonly chooseRules: (most: string, expression?: string) => Promise<void>;
}

export function readOverview(session: Pick<Session, 'page'>): OverviewReader {
  const lines = (): Promise<readonly string[]> => readEditor(session.page);
  return {
    lines,
    waitForLine: (what, timeoutMs) =>
      waitFor(`"${what}" in the overview`, async () => (await lines()).find((line) => line.includes(what)), timeoutMs),
    scrollTo: async (what, key) => {
      await runCommand(session.page, 'View: Focus Active Editor Group');
      await waitFor(`"${what}" in view`, async () => {
        const before = await lines();
        if (before.some((line) => line.includes(what))) return true;
        await session.page.keyboard.press(key);
        // A page that is drawn late would be passed by the next key.
        const isDrawn = async (): Promise<boolean> => (await lines()).join('\n') !== before.join('\n');
        await waitFor('the next page', isDrawn, 2000).catch(() => undefined);
        return false;
      });
    },
    chooseRules: (most, expression) => chooseRules(session.page, most, expression),
  };
}

async function chooseRules(page: Page, most: string, expression?: string): Promise<void> {
  await runCommand(page, `Live Response: ${menuTitle('changeRunRules')}`);
  await waitForQuickInput(page, ({ title }) => title === 'Ignore When Comparing');
  const tick = (row: string): Promise<void> =>
    page
      .locator('.quick-input-list .monaco-list-row', { hasText: row })
      .locator('input, .monaco-checkbox, .quick-input-list-checkbox')
      .first()
      .click();
  await tick('own host name');
  if (expression !== undefined) await tick('What an expression matches');
  await page.locator('.quick-input-widget .monaco-button', { hasText: 'OK' }).first().click();
  if (expression !== undefined) {
    await waitForQuickInput(page, ({ title, items }) => title === 'Ignore When Comparing' && items.length === 0);
    await typeQuickInput(page, '(', false);
    await waitForQuickInput(page, ({ message }) => message.includes('This is no regular expression'));
    await typeQuickInput(page, expression, false);
    await waitForQuickInput(page, ({ value }) => value === expression);
    await page.keyboard.press('Enter');
  }
  // The box fills in its value late.
  await waitForQuickInput(page, ({ title, value }) => title === 'Rare Lines' && value !== '');
  await typeQuickInput(page, most, false);
  await waitForQuickInput(page, ({ value }) => value === most);
  await page.keyboard.press('Enter');
  // The number is checked before the box closes: the palette would close it unanswered.
  await waitFor('the box to close', async () => (await readQuickInput(page)) === undefined);
}
