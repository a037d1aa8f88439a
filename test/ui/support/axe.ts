import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';

const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

/** Rules that the page as a whole has to keep: VS Code's, and none of our parts. */
const OF_THE_PAGE = ['region', 'page-has-heading-one', 'landmark-one-main', 'bypass'];

/**
 * Returns the faults that axe finds in a part of the workbench, one line each: the rule, and the start of the element.
 *
 * @param selector - the part; a part that is not there is an error
 * @param known - rules that VS Code's own widgets break there
 */
export async function findAxeProblems(page: Page, selector: string, known: readonly string[] = []): Promise<string[]> {
  await page.locator(selector).first().waitFor();
  // Through the debugger: the page's own policy lets no script in.
  await page.evaluate(await readFile(AXE, 'utf8'));
  const off = Object.fromEntries([...OF_THE_PAGE, ...known].map((rule) => [rule, { enabled: false }]));
  return page.evaluate<string[]>(
    `axe.run(${JSON.stringify(selector)}, { rules: ${JSON.stringify(off)}, resultTypes: ['violations'], iframes: false })
      .then(({ violations, passes }) => passes.length === 0 ? ['axe looked at nothing'] :
        violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => id + ': ' + html.slice(0, 200))))`,
  );
}

/** Returns the faults that axe finds in the page of a table, which is a frame of its own. */
export async function findTableProblems(page: Page): Promise<string[]> {
  const source = await readFile(AXE, 'utf8');
  const frames = await Promise.all(
    page.frames().map(async (frame) =>
      (await frame
        .locator('regular-table')
        .count()
        .catch(() => 0)) > 0
        ? frame
        : undefined,
    ),
  );
  const frame = frames.find((one) => one !== undefined);
  if (frame === undefined) return ['no table is shown'];
  await frame.evaluate(source);
  const off = Object.fromEntries(OF_THE_PAGE.map((rule) => [rule, { enabled: false }]));
  return frame.evaluate<string[]>(
    `axe.run(document, { rules: ${JSON.stringify(off)}, resultTypes: ['violations'] })
      .then(({ violations, passes }) => passes.length === 0 ? ['axe looked at nothing'] :
        violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => id + ': ' + html.slice(0, 200))))`,
  );
}

/** A row is read out with commas and whole words where it shows dots and short ones; it begins with what it shows. */
export const KNOWN_IN_LISTS = ['label-content-name-mismatch'];
