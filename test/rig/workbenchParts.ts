import type { Locator, Page } from 'playwright-core';
import { waitFor } from './waiting.ts';

/** One visible row of a tree view. */
export interface TreeRow {
  readonly label: string;
  readonly description: string;
  /** Text that a screen reader says. */
  readonly ariaLabel: string;
  /** 1 for the outermost rows. */
  readonly level: number;
  /** Undefined for a row without children. */
  readonly expanded: boolean | undefined;
  readonly selected: boolean;
  readonly focused: boolean;
}

/** An editor tab. */
export interface EditorTab {
  readonly label: string;
  readonly active: boolean;
  readonly dirty: boolean;
  /** In italics: the next opened file takes its place. */
  readonly preview: boolean;
}

/** A status bar item. */
export interface StatusBarItem {
  readonly id: string;
  readonly text: string;
  readonly ariaLabel: string;
}

/** A notification that is shown. */
export interface Notification {
  readonly severity: 'error' | 'warning' | 'info';
  readonly text: string;
  readonly buttons: readonly string[];
}

/** The section of a view, by its title; a view alone in its container has its title in the container's heading. */
function viewPane(page: Page, view: string): Locator {
  return page.locator('.pane').filter({ has: page.locator(`.pane-header[aria-label^=${JSON.stringify(view)}]`) });
}

const rowsScript = (rows: unknown[]): TreeRow[] => {
  // Runs in the page, where these are elements; this project has no types of the page.
  interface Row {
    offsetTop: number;
    classList: { contains(name: string): boolean };
    getAttribute(name: string): string | null;
    querySelector(selector: string): { textContent: string | null } | null;
  }
  const text = (row: Row, selector: string): string => (row.querySelector(selector)?.textContent ?? '').trim();
  return (rows as Row[])
    .sort((a, b) => a.offsetTop - b.offsetTop)
    .map((row) => {
      const expanded = row.getAttribute('aria-expanded');
      return {
        label: text(row, '.label-name'),
        description: text(row, '.label-description'),
        ariaLabel: row.getAttribute('aria-label') ?? '',
        level: Number(row.getAttribute('aria-level')),
        expanded: expanded === null ? undefined : expanded === 'true',
        selected: row.classList.contains('selected'),
        focused: row.classList.contains('focused'),
      };
    });
};

/** Reads the rows of a tree view that are drawn, from top to bottom; rows scrolled away are not among them. */
export async function readTree(page: Page, view: string): Promise<readonly TreeRow[]> {
  return viewPane(page, view).locator('.monaco-list-row').evaluateAll(rowsScript);
}

/** Waits until the tree view shows a row with exactly this label, or with this script between the dots behind it. */
export async function treeRow(page: Page, view: string, name: string): Promise<Locator> {
  const isLabel = page.locator('.label-name').getByText(name, { exact: true });
  const part = new RegExp(`(?:^|· )${name.replaceAll(/[.*+?^${}()|[\]\\]/gu, '\\$&')}(?: ·|$)`, 'u');
  const isPart = page.locator('.label-description').filter({ hasText: part });
  const rows = viewPane(page, view).locator('.monaco-list-row');
  const row = rows
    .filter({ has: isLabel })
    .or(rows.filter({ has: isPart }))
    .first();
  await row.waitFor();
  return row;
}

/** Clicks the row of a tree view that {@link treeRow} finds. */
export async function clickRow(page: Page, view: string, name: string): Promise<void> {
  await (await treeRow(page, view, name)).locator('.label-name').click();
}

/** Opens the row's children by its twistie, without running the row's command; nothing when they are open. */
export async function expandRow(page: Page, view: string, label: string): Promise<void> {
  const row = await treeRow(page, view, label);
  const isOpen = async (): Promise<boolean> => (await row.getAttribute('aria-expanded')) === 'true';
  await waitFor(`"${label}" to open`, async () => {
    if (await isOpen()) return true;
    await row.locator('.monaco-tl-twistie').click();
    // On a busy machine it shows late, and one more click would close it again.
    return waitFor('the click to be taken', isOpen, 5000);
  });
}

/** Reads the visible lines of the active editor, from top to bottom; lines scrolled away are not among them. */
export async function readEditor(page: Page): Promise<readonly string[]> {
  return page.evaluate<
    string[]
  >(`[...(document.querySelector('.editor-group-container.active .editor-instance .view-lines')?.children ?? [])]
    .sort((a, b) => parseFloat(a.style.top) - parseFloat(b.style.top))
    .map((line) => (line.textContent ?? '').replaceAll('\\u00a0', ' '))`);
}

/**
 * Ctrl+click on a link of a text, by the mouse as it stands: the key makes VS Code draw the link anew, and a click on the
 * link that was would miss it.
 */
export async function followLink(link: Locator): Promise<void> {
  const page = link.page();
  await waitFor('the link to be taken', async () => {
    await page.mouse.move(1, 1);
    await link.hover({ timeout: 5000 });
    await page.keyboard.down('Control');
    try {
      await page.locator('.detected-link-active').first().waitFor({ timeout: 2000 });
      await page.mouse.down();
      await page.mouse.up();
    } finally {
      await page.keyboard.up('Control');
    }
    return true;
  });
}

/** Reads the open tabs, one list for each editor group. */
export async function readTabs(page: Page): Promise<readonly (readonly EditorTab[])[]> {
  // VS Code 1.139 draws the end of a file's name in an element of its own.
  return page.evaluate<
    EditorTab[][]
  >(`[...document.querySelectorAll('.part.editor .editor-group-container')].map((group) =>
    [...group.querySelectorAll('.tabs-container .tab')].map((tab) => ({
      label: [...tab.querySelectorAll('.label-name, .monaco-icon-suffix-container .label-suffix')].map((part) => part.textContent).join('').trim(),
      active: tab.classList.contains('active'),
      dirty: tab.classList.contains('dirty'),
      preview: getComputedStyle(tab.querySelector('.label-name') ?? tab).fontStyle === 'italic',
    })))`);
}

/** Returns the labels of the tabs with a text of a result. */
export async function readResultTabs(page: Page): Promise<readonly string[]> {
  const labels = (await readTabs(page)).flat().map(({ label }) => label);
  return labels.filter((label) => /\.lr-(?:output|errors|raw)$/u.test(label));
}

/** Reads the status bar from left to right. */
export async function readStatusBar(page: Page): Promise<readonly StatusBarItem[]> {
  return page.evaluate<
    StatusBarItem[]
  >(`[...document.querySelectorAll('.part.statusbar .statusbar-item')].map((item) => ({
    id: item.id,
    text: (item.textContent ?? '').replaceAll('\\u00a0', ' ').trim(),
    ariaLabel: item.querySelector('[aria-label]')?.getAttribute('aria-label') ?? item.getAttribute('aria-label') ?? '',
  }))`);
}

/** Reads the notifications that are shown, newest first. */
export async function readNotifications(page: Page): Promise<readonly Notification[]> {
  return page.evaluate<
    Notification[]
  >(`[...document.querySelectorAll('.notifications-toasts.visible .notification-list-item, .notifications-center.visible .notification-list-item')].map((item) => ({
    severity: item.querySelector('.codicon-error') ? 'error' : item.querySelector('.codicon-warning') ? 'warning' : 'info',
    text: (item.querySelector('.notification-list-item-message')?.textContent ?? '').trim(),
    buttons: [...item.querySelectorAll('.notification-list-item-buttons-container .monaco-button')].map((button) => (button.textContent ?? '').trim()).filter(Boolean),
  }))`);
}

/**
 * Waits for a notification whose text contains `text`. When it hides behind the bell of the status bar, its list is
 * opened: toasts go after some seconds, and VS Code 1.139 shows none at all under the smoke test driver.
 */
export async function waitForNotification(page: Page, text: string): Promise<Notification> {
  return waitFor(`a notification with "${text}"`, async () => {
    const shown = await readNotifications(page);
    const found = shown.find((notification) => notification.text.includes(text));
    if (found !== undefined) return found;
    const bell = page.locator('[id="status.notifications"]').filter({ has: page.locator('.codicon-bell-dot') });
    if (shown.length === 0 && (await bell.count()) > 0) await bell.click({ timeout: 5000 });
    return undefined;
  });
}

/** Waits for the notification whose text contains `text` and clicks one of its buttons. */
export async function clickNotification(page: Page, text: string, button: string): Promise<void> {
  const notification = page.locator('.notification-list-item').filter({ hasText: text });
  const target = notification
    .locator('.monaco-button')
    .getByText(button, { exact: true })
    .or(notification.getByRole('button', { name: button, exact: true }))
    .first();
  const isTaken = (): Promise<boolean> => page.evaluate<boolean>('window.isNotificationTaken === true');
  await page.evaluate('window.isNotificationTaken = false');
  await waitFor(`"${button}" to be clicked`, async () => {
    // A busy page takes a click, which ends the notification, and reports it too late for the try before.
    if (await isTaken()) return true;
    await waitForNotification(page, text);
    // A hover that still stands where the mouse was may lie over the button; a toast may go while it does.
    await page.mouse.move(1, 1);
    await target.click({ timeout: 2000, trial: true });
    await target.evaluate(`(one) => one.addEventListener('click', () => { window.isNotificationTaken = true; }, true)`);
    await target.click({ timeout: 10_000 });
    return true;
  });
}

/** Reads the modal dialog, with the message and the detail in one text; undefined when none is open. */
export async function readDialog(
  page: Page,
): Promise<{ readonly text: string; readonly buttons: readonly string[] } | undefined> {
  return page.evaluate<{ text: string; buttons: string[] } | undefined>(`(() => {
    const dialog = document.querySelector('.monaco-dialog-box');
    if (!dialog) return undefined;
    const texts = [...dialog.querySelectorAll('.dialog-message-text, .dialog-message-detail')].map((part) => (part.textContent ?? '').trim());
    const buttons = [...dialog.querySelectorAll('.dialog-buttons .monaco-button')].map((button) => (button.textContent ?? '').trim()).filter(Boolean);
    return { text: texts.filter(Boolean).join('\\n'), buttons };
  })()`);
}

/** Clicks a button of the modal dialog. */
export async function clickDialog(page: Page, button: string): Promise<void> {
  await page.locator('.monaco-dialog-box').getByRole('button', { name: button, exact: true }).click();
}
