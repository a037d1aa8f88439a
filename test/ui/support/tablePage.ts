import type { FrameLocator, Locator, Page } from 'playwright-core';
import { waitFor } from '../../rig/waiting.ts';

/** The page of a table in the active editor group. */
export interface TablePage {
  readonly frame: FrameLocator;
  readonly grid: Locator;
  /** Returns the cells of the rows in view. */
  readonly rows: () => Promise<readonly (readonly string[])[]>;
  readonly sentence: () => Promise<string>;
  readonly waitForSentence: (what: string | RegExp, timeoutMs?: number) => Promise<string>;
  /** Begins to keep the rows that are on the screen whenever the sentence changes, and returns what reads them. */
  readonly keepRows: () => Promise<() => Promise<readonly RowsAtSentence[]>>;
  /** Returns the cell with exactly this text. */
  readonly cell: (text: string) => Locator;
  /** Stacks by the column with this name. */
  readonly stackBy: (name: string) => Promise<void>;
}

/** The sentence at the moment of its change, and the cells on the screen at that moment. */
export interface RowsAtSentence {
  readonly sentence: string;
  readonly rows: readonly (readonly string[])[];
}

/** The parts of a row that are read in the page, where the types of elements are the browser's. */
interface RowInPage {
  readonly querySelectorAll: (selector: string) => Iterable<{ readonly textContent: string | null }>;
}

/** Runs in the page, where the types of elements are the browser's. */
const KEEP_ROWS = `(() => {
  globalThis.keptRows = [];
  const sentence = document.querySelector('#sentence');
  new MutationObserver(() => {
    const rows = [...document.querySelectorAll('regular-table tbody tr')];
    globalThis.keptRows.push({
      sentence: sentence.textContent,
      rows: rows.map((row) => [...row.querySelectorAll('td, th')].map((cell) => cell.textContent)),
    });
  }).observe(sentence, { childList: true });
})()`;

export function readTable(page: Page): TablePage {
  const frame = page.locator('iframe.webview.ready').last().contentFrame().locator('#active-frame').contentFrame();
  const grid = frame.locator('regular-table');
  const sentence = (): Promise<string> => frame.locator('#sentence').innerText();
  return {
    frame,
    grid,
    rows: () =>
      grid
        .locator('tbody tr')
        .evaluateAll((rows) =>
          (rows as unknown as readonly RowInPage[]).map((row) =>
            [...row.querySelectorAll('td, th')].map((cell) => cell.textContent ?? ''),
          ),
        ),
    sentence,
    cell: (text) => grid.locator('tbody td, tbody th').getByText(text, { exact: true }).first(),
    waitForSentence: (what, timeoutMs) =>
      waitFor(
        `the sentence "${what.toString()}" above a table`,
        async () => {
          const text = await sentence().catch(() => '');
          return (typeof what === 'string' ? text.includes(what) : what.test(text)) ? text : undefined;
        },
        timeoutMs,
      ),
    keepRows: async () => {
      await frame.locator('body').evaluate(KEEP_ROWS);
      return async () => frame.locator('body').evaluate<readonly RowsAtSentence[], unknown>('globalThis.keptRows');
    },
    stackBy: async (name) => {
      await frame.locator('#stack').selectOption({ label: `Stack by: ${name}` });
    },
  };
}
