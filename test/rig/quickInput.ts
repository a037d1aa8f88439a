import type { Locator, Page } from 'playwright-core';
import { RigError } from './processes.ts';
import { runThroughCompanion } from './remoteControl.ts';
import { defaultTimeoutMs, waitFor } from './waiting.ts';

/** The quick pick or input box that is open. */
export interface QuickInput {
  readonly title: string;
  readonly placeholder: string;
  /** The text in its box. */
  readonly value: string;
  /** The validation or prompt message below the box. */
  readonly message: string;
  readonly items: readonly QuickInputItem[];
}

/** One visible row of a quick pick. */
export interface QuickInputItem {
  readonly label: string;
  readonly description: string;
  readonly detail: string;
  /** The heading that begins at this row, or ''. */
  readonly separator: string;
  readonly focused: boolean;
}

const readScript = `(() => {
  const widget = document.querySelector('.quick-input-widget');
  if (!widget || getComputedStyle(widget).display === 'none') return undefined;
  const text = (parent, selector) => (parent.querySelector(selector)?.textContent ?? '').trim();
  const box = widget.querySelector('.quick-input-box input');
  return {
    title: text(widget, '.quick-input-title'),
    placeholder: box?.getAttribute('placeholder') ?? '',
    value: box?.value ?? '',
    message: text(widget, '.quick-input-message'),
    items: [...widget.querySelectorAll('.quick-input-list .monaco-list-row')]
      .sort((a, b) => a.offsetTop - b.offsetTop)
      .filter((row) => row.querySelector('.quick-input-list-entry'))
      .map((row) => ({
        label: text(row, '.quick-input-list-rows .quick-input-list-row:first-child .label-name'),
        description: text(row, '.quick-input-list-rows .quick-input-list-row:first-child .label-description'),
        detail: text(row, '.quick-input-list-label-meta'),
        separator: text(row, '.quick-input-list-separator'),
        focused: row.classList.contains('focused'),
      })),
  };
})()`;

/** Reads the quick pick or input box; undefined when none is open. */
export async function readQuickInput(page: Page): Promise<QuickInput | undefined> {
  return page.evaluate<QuickInput | undefined>(readScript);
}

/** Waits for a quick pick or input box that `matches`; by default for any. `timeoutMs` is in milliseconds. */
export async function waitForQuickInput(
  page: Page,
  matches: (input: QuickInput) => boolean = () => true,
  timeoutMs: number = defaultTimeoutMs,
): Promise<QuickInput> {
  const read = async (): Promise<QuickInput | undefined> => {
    const input = await readQuickInput(page);
    return input !== undefined && matches(input) ? input : undefined;
  };
  return waitFor('a quick pick or input box', read, timeoutMs);
}

function box(page: Page): Locator {
  return page.locator('.quick-input-widget .quick-input-box input');
}

/** Replaces the text of the open quick pick or input box and, unless `accept` is false, presses Enter. */
export async function typeQuickInput(page: Page, text: string, accept = true): Promise<void> {
  await waitForQuickInput(page);
  await box(page).fill(text);
  if (accept) await box(page).press('Enter');
}

/** Types into the box and presses Enter in one turn of the page, so that no row for the text can be drawn before. */
const atOnceScript = (text: string): string => `(() => {
  const box = document.querySelector('.quick-input-widget .quick-input-box input');
  box.value = ${JSON.stringify(text)};
  box.dispatchEvent(new Event('input', { bubbles: true }));
  for (const type of ['keydown', 'keyup'])
    box.dispatchEvent(new KeyboardEvent(type, { key: 'Enter', code: 'Enter', keyCode: 13, bubbles: true, cancelable: true }));
})()`;

/** Replaces the text of the open quick pick and accepts it faster than the extension can answer. */
export async function typeAtOnce(page: Page, text: string): Promise<void> {
  await waitForQuickInput(page, ({ items }) => items.length > 0);
  await page.evaluate(atOnceScript(text));
}

/**
 * Chooses the row with exactly this label in the open quick pick; long lists are narrowed by typing first.
 *
 * @param timeoutMs - time for the quick pick to show, ms; short where the caller opens it again
 */
export async function chooseQuickPick(page: Page, label: string, timeoutMs?: number): Promise<void> {
  await waitForQuickInput(page, (input) => input.items.some((item) => item.label === label), timeoutMs);
  // A hover that stands where the mouse was may lie over the row.
  await page.mouse.move(1, 1);
  await quickPickRow(page, label).click({ timeout: 10_000 });
}

function quickPickRow(page: Page, label: string): Locator {
  const name = page.locator('.quick-input-list-rows .quick-input-list-row:first-child .label-name');
  return page
    .locator('.quick-input-widget .quick-input-list .monaco-list-row')
    .filter({ has: name.filter({ hasText: new RegExp(`^\\s*${escapeRegExp(label)}\\s*$`) }) })
    .first();
}

function escapeRegExp(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

/** Closes the quick pick or input box, if one is open. */
export async function closeQuickInput(page: Page): Promise<void> {
  await waitFor('the quick pick to close', async () => {
    if ((await readQuickInput(page)) === undefined) return true;
    await page.keyboard.press('Escape');
    return false;
  });
}

/**
 * Clicks the row of the palette within the page: between a look and a click from outside something late could close the
 * palette, and a click that waits for it to come back would run the command twice. Answers whether it did.
 */
const takeScript = (title: string): string => `(() => {
  const widget = document.querySelector('.quick-input-widget');
  if (!widget || getComputedStyle(widget).display === 'none') return false;
  if (widget.querySelector('.quick-input-box input')?.value !== ${JSON.stringify(`>${title}`)}) return false;
  const name = [...widget.querySelectorAll('.monaco-list-row .quick-input-list-row:first-child .label-name')]
    .find((one) => one.textContent.trim() === ${JSON.stringify(title)});
  for (const type of ['mousedown', 'mouseup', 'click'])
    name?.dispatchEvent(new MouseEvent(type, { bubbles: true, cancelable: true, detail: 1, view: window }));
  return name !== undefined;
})()`;

/**
 * Runs a command by its whole title with its category, for example `View: Close All Editors`: through the page's
 * companion where it has one, else through the palette.
 *
 * @param timeoutMs - longest time for the palette, milliseconds
 * @throws RigError when neither runs it
 */
export async function runCommand(page: Page, title: string, timeoutMs?: number): Promise<void> {
  if (!(await runThroughCompanion(page, title))) await runInPalette(page, title, timeoutMs);
}

/**
 * Runs a command through the palette; one that is not there yet is waited for, as its extension may still start.
 *
 * @param timeoutMs - milliseconds
 * @throws RigError when the palette does not offer exactly this title; with what it offers
 */
async function runInPalette(page: Page, title: string, timeoutMs: number = defaultTimeoutMs): Promise<void> {
  const end = Date.now() + timeoutMs;
  for (;;) {
    await page.keyboard.press('F1');
    let offered: readonly string[] = [];
    try {
      // A key that something late took away is pressed again at the next try.
      await waitForQuickInput(page, (input) => input.value.startsWith('>'), 5000);
      // Closed again by an editor that took the focus late? Then the next try opens it anew.
      await box(page).fill(`>${title}`, { timeout: 1000 });
      // The palette is filled when the text changes; a command that comes later shows at the next try.
      await waitFor(
        `the command "${title}"`,
        async () => {
          offered = (await readQuickInput(page))?.items.map((item) => item.label) ?? [];
          return page.evaluate<boolean>(takeScript(title));
        },
        2000,
      );
      // Else a caller could take the closing palette for the command's own quick pick.
      await waitFor('the palette to close', async () => (await readQuickInput(page))?.value !== `>${title}`, 5000);
      return;
    } catch (error) {
      await closeQuickInput(page);
      if (Date.now() < end) continue;
      const first = offered.slice(0, 5).join('", "');
      throw new RigError(
        `The palette has no command "${title}"; it offers "${first}". Correct the title or its "when" clause.`,
        { cause: error },
      );
    }
  }
}
