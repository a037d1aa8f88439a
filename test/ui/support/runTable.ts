import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { findEvidence } from '../../../src/evidence/blocks/readEvidence.ts';
import { huntingRun } from '../../../src/sample/data/huntingRun.ts';
import { chooseQuickPick, runCommand } from '../../rig/quickInput.ts';
import { waitFor } from '../../rig/waiting.ts';
import { reloadWindow } from '../../rig/workbench.ts';
import { readEditor, waitForNotification } from '../../rig/workbenchParts.ts';
import { answerFileDialog } from './fileDialog.ts';
import { menuTitle } from './commands.ts';
import { openAtEnd, savedAs } from './notes.ts';
import { readOverview } from './runOverview.ts';
import { takePictures, tenantOf, waitForTab } from './session.ts';
import type { Session } from './session.ts';
import { readTable } from './tablePage.ts';

const ALL = '1,740 rows on 193 hosts';

/** Opens the run as a table, stacks it by the name of the entry, and shows the rows of the odd one. */
export async function stackRun(session: Session): Promise<void> {
  const { page } = session;
  const { length } = tenantOf(session).recording.requests;
  await runCommand(page, 'View: Close All Editors');
  await runCommand(page, `Live Response: ${menuTitle('openRun')}`);
  await chooseQuickPick(page, huntingRun.scriptName);
  await waitForTab(page, huntingRun.scriptName);
  await runCommand(page, `Live Response: ${menuTitle('openAsTable')}`);
  const table = readTable(page);
  await table.waitForSentence(ALL, 60_000);
  await takePictures(session, 'run-table');
  await table.stackBy('Name');
  await table.waitForSentence('12 values on 193 hosts');
  const odd = await waitFor('the stacked values', async () => {
    const rows = await table.rows();
    return rows.length === 12 ? rows.slice(0, 3) : undefined;
  });
  assert.deepEqual(odd, [
    [String.raw`\OneDrive Reporting Tasks`, '1', '1', 'ws-042'],
    ['WinHelpSvc', '1', '1', 'ws-117'],
    ['Updater', '1', '1', 'ws-163'],
  ]);
  const hosts = table.grid.locator('thead th', { hasText: 'Hosts' });
  assert.equal(await hosts.getAttribute('aria-sort'), 'ascending');
  await hosts.click();
  await waitFor('the most frequent first', async () => (await table.rows())[0]?.[1] === '193');
  await hosts.click();
  await waitFor('the rarest first', async () => (await table.rows())[0]?.[1] === '1');
  await table.frame.locator('#normalise').click();
  await waitFor(
    'normalized values',
    async () => (await table.frame.locator('#normalise').getAttribute('aria-pressed')) === 'true',
  );
  await table.waitForSentence('12 values on 193 hosts');
  await table.grid.focus();
  await page.keyboard.press('Control+Home');
  await page.keyboard.press('Control+c');
  await waitFor(
    'a copied value with its counts',
    async () =>
      (await page.evaluate<string>('navigator.clipboard.readText()')) ===
      `${String.raw`\OneDrive Reporting Tasks`}\t1\t1`,
  );
  await takePictures(session, 'run-table-stacked');
  await table.cell('WinHelpSvc').dblclick();
  await table.waitForSentence('1 row on 1 host, of 1,740 rows: Name is, normalized, "WinHelpSvc"');
  const without = table.frame.locator('#without');
  assert.equal(await without.innerText(), 'Without: 192 hosts · Not known: 7 hosts');
  await takePictures(session, 'run-table-filtered');
  await without.click();
  const unknown = await waitFor('the hosts of which it is not known', async () => {
    const lines = await table.frame.locator('dialog .unknown').allInnerTexts();
    return lines.length === 7 ? lines : undefined;
  });
  assert.ok(unknown.some((line) => line.startsWith('ws-009 – Not started within two hours')));
  await table.frame.locator('dialog button', { hasText: 'Copy List' }).click();
  await waitFor('the copied list', async () => {
    const copied = await page.evaluate<string>('navigator.clipboard.readText()');
    return copied.startsWith('Without: 192 hosts') && copied.trim().split('\n').length === 200;
  });
  await page.keyboard.press('Escape');
  assert.equal(tenantOf(session).recording.requests.length, length, 'a table makes no call');
}

/** Exports the shown rows in each form, and copies the device IDs of the hosts without a result. */
export async function exportShownRows({ page, workspace }: Session): Promise<void> {
  await readTable(page).cell('WinHelpSvc').waitFor();
  for (const [ending, isRight] of [
    ['csv', (text: string) => text.trimEnd().split('\r\n').length === 2 && text.includes('WinHelpSvc')],
    ['ndjson', (text: string) => (JSON.parse(text) as { readonly Name: string }).Name === 'WinHelpSvc'],
    ['parquet', (text: string) => text.startsWith('PAR1') && text.endsWith('PAR1')],
  ] as const) {
    await runCommand(page, `Live Response: ${menuTitle('exportTable')}`);
    const file = path.join(workspace.folder, `rows.${ending}`);
    await answerFileDialog(page, 'Export Table', 'table.csv', file);
    await waitForNotification(page, '(1 row, ');
    const text = await readFile(file, 'latin1');
    assert.ok(isRight(text), text.slice(0, 400));
    await runCommand(page, 'Notifications: Clear All Notifications');
  }
  await runCommand(page, `Live Response: ${menuTitle('copyDeviceIds')}`);
  await chooseQuickPick(page, 'All without a result to read');
  const ids = await waitFor('the copied IDs', async () => {
    const copied = await page.evaluate<string>('navigator.clipboard.readText()');
    return /^(?:[\da-f]{40}\n){7}$/u.test(copied) ? copied : undefined;
  });
  assert.equal(new Set(ids.trim().split('\n')).size, 7);
}

/** Copies the odd row into notes with its source, and goes from the row to its line. */
export async function quoteRow({ page, workspace }: Session): Promise<void> {
  const table = readTable(page);
  await table.cell('WinHelpSvc').click();
  await page.keyboard.press('Control+c');
  const file = path.join(workspace.folder, 'table.md');
  await writeFile(file, '');
  await openAtEnd(page, file);
  await page.keyboard.press('Control+v');
  const note = await savedAs(page, file, (text) => findEvidence(text).length === 1);
  assert.match(note, /ws-117[^]*Service WinHelpSvc .*whs\.exe[^]*output line 20 of 27/u);
  await runCommand(page, `Live Response: ${menuTitle('checkNotes')}`);
  await waitForTab(page, 'Evidence in table.md');
  await readOverview({ page }).waitForLine('1 MATCHING');
  await runCommand(page, 'View: Close Editor');
  await runCommand(page, 'View: Close Editor');
  await table.cell('WinHelpSvc').click();
  await page.keyboard.press('Enter');
  await waitForTab(page, 'ws-117');
  await waitFor('the line of the row', async () =>
    (await readEditor(page)).some((line) => line.includes('WinHelpSvc')),
  );
  await runCommand(page, 'View: Close Editor');
}

/** Reloads the window, and checks that the table is there with its filter. */
export async function restoreTable({ page }: Session): Promise<void> {
  await reloadWindow(page);
  const table = readTable(page);
  await table.waitForSentence('Name is, normalized, "WinHelpSvc"', 60_000);
  await table.frame.locator('#clear').click();
  await table.waitForSentence(new RegExp(`^${ALL}$`, 'u'));
  await runCommand(page, 'View: Close All Editors');
}
