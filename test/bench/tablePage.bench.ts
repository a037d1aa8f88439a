import { readFile } from 'node:fs/promises';
import { usualRules } from '../../src/evidence/compare/normalise.ts';
import type { Page } from 'playwright-core';
import type { TableSet } from '../../src/analysis/tables/tableSet.ts';
import type { TableQuery } from '../../src/analysis/tables/tableQuery.ts';
import { PAGE_WORDS } from '../../src/documents/table/tableMessages.ts';
import type { PageTables } from '../../src/documents/table/tableMessages.ts';
import { startBrowser } from '../rig/browser.ts';
import { describeSpread, median, rounded } from './measurement.ts';
import type { Bench } from './measurement.ts';
import { BENCH_HOSTS, fillSet } from './tableParts.ts';

const LAPS = 3;

/** Answers of the extension: from the tables, or always the same. */
type Answer = (method: string, args: readonly unknown[]) => unknown;

/**
 * Measures the page of a table of 1,000,000 cells in Chromium: the time until the visible cells are filled, and the
 * frames that are filled while it is scrolled, beside the same page with constant cells.
 */
export const benchTablePage: Bench = async ({ progress }) => {
  const set = fillSet();
  const browser = await startBrowser({});
  const { page } = browser;
  try {
    const real = answerFrom(set);
    const constant = answerConstant(set);
    const paints: number[] = [];
    const frames: number[] = [];
    const floor: number[] = [];
    for (let lap = 0; lap < LAPS; lap++) {
      paints.push(await open(page, set, real));
      frames.push(await scroll(page));
      await open(page, set, constant);
      floor.push(await scroll(page));
    }
    progress(`${median(floor)} frames with constant cells`);
    return [
      {
        name: 'table.firstPaintMs',
        value: rounded(median(paints), 1),
        unit: 'ms',
        floor: null,
        goal: '<= 300',
        note: describeSpread(paints, 'ms'),
      },
      {
        name: 'table.scroll.framesVsEmpty',
        value: rounded(median(frames) / median(floor)),
        unit: 'ratio',
        floor: rounded(median(floor), 1),
        goal: '>= 0.8',
        note: `filled frames in two seconds: ${frames.join(', ')}; with constant cells ${floor.join(', ')}`,
      },
    ];
  } finally {
    await browser.stop();
  }
};

function answerFrom(set: TableSet): Answer {
  return (method, args) => {
    const [query, from, to] = args as [TableQuery, number, number];
    if (method === 'rows') return set.rows(query, from, to);
    const view = set.open(query);
    return { rows: view?.rows ?? 0, hosts: view?.hosts ?? 0, sentence: 'rows', without: '' };
  };
}

/** Answers with one row again and again. */
function answerConstant(set: TableSet): Answer {
  const [info] = set.summary().tables;
  const row = { member: 0, firstLine: 1, lastLine: 1, heading: null, cells: info?.columns.map(() => 'constant') ?? [] };
  return (method, args) => {
    const [, from, to] = args as [TableQuery, number, number];
    if (method === 'rows') return Array.from({ length: to - from }, () => row);
    return { rows: info?.rows ?? 0, hosts: BENCH_HOSTS, sentence: 'rows', without: '' };
  };
}

/** Opens the page. @returns ms from the message with the tables until all visible cells are filled */
async function open(page: Page, set: TableSet, answer: Answer): Promise<number> {
  await page.goto('about:blank');
  const source = await readFile('src/documents/table/tablePage.ts', 'utf8');
  const body = /<header>[^]*<\/main>/u.exec(source)?.[0] ?? '';
  await page.setContent(
    `<!DOCTYPE html><style>${await readFile('media/table.css', 'utf8')}</style><body>${body}</body>`,
  );
  const name = `answer${Math.random().toString(36).slice(2)}`;
  await page.exposeFunction(name, answer);
  await page.evaluate(`window.acquireVsCodeApi = () => ({
    getState: () => undefined,
    setState: () => undefined,
    postMessage: (message) => {
      if (message.type === 'ask') void window.${name}(message.method, message.args).then((answer) => {
        window.postMessage({ type: 'answer', id: message.id, answer }, '*');
      });
    },
  })`);
  await page.addScriptTag({ path: 'dist/tablePage.js' });
  const tables: PageTables = {
    words: Object.fromEntries(PAGE_WORDS.map((word) => [word, word])) as unknown as PageTables['words'],
    isRun: true,
    tables: set.summary().tables.map((info) => ({ ...info, label: 'table' })),
    hosts: Array.from({ length: BENCH_HOSTS }, (_, host) => ({ name: `ws-${host}`, exit: '0', errors: '0' })),
    status: '',
    outside: '',
    isLoading: false,
    canBeNew: true,
    hasOlder: false,
    canFetch: false,
    rules: usualRules,
    rulesWords: '',
    lackWords: '',
  };
  await page.evaluate(`window.tables = ${JSON.stringify(tables)}`);
  return page.evaluate<number>(`new Promise((resolve) => {
    const start = performance.now();
    window.postMessage({ type: 'tables', tables: window.tables }, '*');
    const look = () => {
      ${FILLED}
      if (isFilled()) resolve(performance.now() - start);
      else requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
  })`);
}

/** Whether the visible part of the grid has rows, and every cell of them a text. */
const FILLED = `const isFilled = () => {
  const cells = [...document.querySelectorAll('regular-table tbody td')];
  return cells.length > 50 && cells.every((cell) => cell.textContent !== '');
};`;

/** Scrolls for two seconds. @returns the number of frames in which all visible cells were filled */
async function scroll(page: Page): Promise<number> {
  return page.evaluate<number>(`new Promise((resolve) => {
    ${FILLED}
    const grid = document.querySelector('regular-table');
    const end = performance.now() + 2000;
    let filled = 0;
    let shown = '';
    const step = () => {
      const now = grid.querySelector('tbody tr')?.getAttribute('aria-rowindex') ?? '';
      if (isFilled() && now !== shown) filled++;
      shown = now;
      if (performance.now() > end) resolve(filled);
      else {
        grid.scrollTop += 120;
        requestAnimationFrame(step);
      }
    };
    step();
  })`);
}
