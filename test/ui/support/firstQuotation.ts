import { typeQuickInput, waitForQuickInput } from '../../rig/quickInput.ts';
import { waitFor } from '../../rig/waiting.ts';
import { clickRow, readEditor, readTabs } from '../../rig/workbenchParts.ts';
import { pressCommand, waitForTextFocus } from './keyboard.ts';
import { SAMPLE, waitForExitCode, waitForRows } from './session.ts';
import type { Session } from './session.ts';

export const NOTES = 'investigation-notes.md';
/** The result that docs/tutorial.md opens. */
export const SCRIPT = 'inventory-shares.ps1';

/** Number of lines that are quoted. */
const LINES = 3;

/**
 * Does what docs/tutorial.md tells a person who sees the extension for the first time: from a window without a
 * connection to a quotation that is found to match.
 *
 * @returns the number of gestures: clicks, keys that are pressed, and texts that are typed with Enter
 */
export async function quoteForTheFirstTime({ page }: Session): Promise<number> {
  let gestures = 0;
  const does = async (gesture: Promise<unknown>, sees: () => Promise<unknown>): Promise<void> => {
    gestures++;
    await gesture;
    await sees();
  };
  const isInFront = (what: string): Promise<unknown> =>
    waitFor(`"${what}" in front`, async () =>
      (await readTabs(page)).flat().some(({ active, label }) => active && label.includes(what)),
    );
  const line = (what: string): Promise<unknown> =>
    waitFor(`"${what}" in the editor`, async () => (await readEditor(page)).some((one) => one.includes(what)));
  const { keyboard } = page;

  const welcome = page.locator('.welcome-view-content').getByText('Look around in the sample tenant');
  const view = page.locator('.part.activitybar').getByRole('tab', { name: /^Live Response/u });
  await does(view.first().click(), () => welcome.waitFor());
  await does(welcome.click(), () => waitForRows(page, SAMPLE));
  await does(clickRow(page, SAMPLE, SCRIPT), () => waitForExitCode(page, SCRIPT));
  await does(keyboard.press('Enter'), () => waitForTextFocus(page));
  const select = async (): Promise<void> => {
    for (let more = 0; more < LINES; more++) await keyboard.press('Shift+ArrowDown');
  };
  await does(select(), () => page.locator('[id="status.editor.selection"]').filter({ hasText: 'selected' }).waitFor());
  await does(keyboard.press('Control+c'), () => Promise.resolve());
  const open = async (): Promise<void> => {
    await keyboard.press('Control+p');
    await typeQuickInput(page, NOTES, false);
    await waitForQuickInput(page, ({ items }) => items[0]?.label === NOTES);
    await keyboard.press('Enter');
  };
  await does(open(), () => isInFront(NOTES));
  await waitForTextFocus(page);
  await does(keyboard.press('Control+End'), () => Promise.resolve());
  await does(keyboard.press('Control+v'), () => line('Source: ['));
  await does(pressCommand(page, "Live Response: Check Notes' Evidence"), () => line('1 MATCHING'));
  return gestures;
}
