import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { before, test } from 'node:test';
import { chooseQuickPick, runCommand, typeQuickInput } from '../rig/quickInput.ts';
import { waitFor } from '../rig/waiting.ts';
import { clickRow, readEditor, readStatusBar } from '../rig/workbenchParts.ts';
import { findTableProblems } from './support/axe.ts';
import { menuTitle } from './support/commands.ts';
import { answerFileDialog } from './support/fileDialog.ts';
import { savedAs } from './support/notes.ts';
import { LOCAL, takePictures, waitForRows, waitForTab } from './support/session.ts';
import { readTable } from './support/tablePage.ts';
import { workbenchSuite } from './support/workbenchSuite.ts';

/** Cells that would do something if anything in the page were markup, a link, a formula or a direction. */
const HOSTILE = [
  '<img src=https://evil.example/x onerror=fetch("https://evil.example/y")>',
  '</script><script>parent.postMessage("owned","*")</script>',
  '[x](command:workbench.action.terminal.new)',
  '=HYPERLINK("https://evil.example")',
  '\u202Egpj.exe',
  'x'.repeat(1_000_000),
];

workbenchSuite('a result as a table', { tenant: 'local' }, (session) => {
  const palette = (command: string): Promise<void> => runCommand(session.page, `Live Response: ${menuTitle(command)}`);

  before(async () => {
    await waitForRows(session.page, LOCAL);
    await writeFile(path.join(session.workspace.folder, 'notes.md'), '');
  });

  test('it opens with the columns as printed, and the exit code stays in the status bar', async () => {
    const { page } = session;
    await clickRow(page, LOCAL, 'recent-events.ps1');
    await waitForTab(page, 'recent-events.ps1');
    await palette('openAsTable');
    const table = readTable(page);
    await table.waitForSentence('60 rows');
    assert.equal(await table.frame.locator('#outside').innerText(), 'Not in a table: 1 line of 66 lines.');
    const heads = await table.grid.locator('thead th').allInnerTexts();
    assert.deepEqual(
      heads.map((head) => head.trim()),
      ['Line', 'TimeCreated', 'Id', 'LevelDisplayName', 'Message'],
    );
    await waitFor('the exit code', async () =>
      (await readStatusBar(page)).some(({ id, text }) => id.endsWith('.exitCode') && text.includes('Exit 0')),
    );
    await takePictures(session, 'table');
  });

  test('by keyboard alone: filtered by typing, sorted, cleared, a cell copied, a row gone to', async () => {
    const { page } = session;
    const table = readTable(page);
    const keptRows = await table.keepRows();
    await table.grid.focus();
    await page.keyboard.press('4');
    await page.keyboard.type('672');
    await table.waitForSentence(/of 60 rows: Any column contains "4672"/u);
    await page.keyboard.press('ArrowDown');
    const kept = (await keptRows()).find(({ sentence }) => sentence.includes('"4672"'));
    assert.ok(
      kept !== undefined && kept.rows.length > 0 && kept.rows.every((row) => row[2] === '4672'),
      `the sentence changed before its rows were drawn: ${JSON.stringify(kept)}`,
    );
    // The menu of the active column: its first field is the filter's value.
    await page.keyboard.press('End');
    await page.keyboard.press('Alt+ArrowDown');
    await table.frame.locator('dialog').waitFor();
    await page.keyboard.type('failed');
    await page.keyboard.press('Enter');
    const sentence = await table.waitForSentence('Message contains "failed"');
    assert.match(sentence, /and/u);
    await page.keyboard.press('Home');
    const [first] = await table.rows();
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('Control+Shift+c');
    const copied = await waitFor('the copied cell', async () => {
      const text = await page.evaluate<string>('navigator.clipboard.readText()');
      return text === '4672' ? text : undefined;
    });
    assert.equal(copied, first?.[2]);
    await page.keyboard.press('Enter');
    await waitFor('the line in the editor', async () => (await readEditor(page)).some((line) => line.includes('4672')));
    await runCommand(page, 'View: Close Editor');
    await table.frame.locator('#clear').click();
    await table.waitForSentence(/^60 rows$/u);
  });

  test('numbers sort by their value, at a click on the head, in both directions', async () => {
    const table = readTable(session.page);
    const head = table.grid.locator('thead th', { hasText: 'Id' });
    const ids = async (): Promise<number[]> => (await table.rows()).map((row) => Number(row[2]));
    await head.click();
    await waitFor('the smallest first', async () => (await ids())[0] === Math.min(...(await ids())));
    assert.equal(await head.getAttribute('aria-sort'), 'ascending');
    await head.click();
    await waitFor('the largest first', async () => {
      const all = await ids();
      return all.length > 10 && all.every((id, at) => at === 0 || id <= (all[at - 1] ?? 0));
    });
    assert.equal(await head.getAttribute('aria-sort'), 'descending');
  });

  test('a window of time around the active cell, from the column’s menu', async () => {
    const { page } = session;
    const table = readTable(page);
    assert.ok(await table.frame.locator('#lack').isVisible(), 'cells were cut, so columns may be missing');
    // Clearing ends the order too, and the sentence says nothing of that.
    await table.frame.locator('#clear').click();
    await waitFor(
      'the rows in their own order',
      async () => (await table.grid.locator('thead th[aria-sort$="ending"]').count()) === 0,
    );
    await table.waitForSentence(/^60 rows$/u);
    await table.grid.focus();
    await page.keyboard.press('Control+Home');
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('Alt+ArrowDown');
    await table.frame.locator('dialog button', { hasText: '± 15 min Around' }).click();
    const sentence = await table.waitForSentence('TimeCreated is within 15 min of');
    const times = (await table.rows()).map((row) => Date.parse(`${row[1] ?? ''}Z`));
    const around = Date.parse(`${/min of (\S+ ?[\d:.]+)/u.exec(sentence)?.[1] ?? ''}Z`);
    assert.ok(times.length > 1 && times.length < 10 && times.includes(around), sentence);
    assert.ok(
      times.every((time) => Math.abs(time - around) <= 15 * 60_000),
      sentence,
    );
    await table.frame.locator('#clear').click();
    await table.waitForSentence(/^60 rows$/u);
  });

  test('selected rows are appended to the notes from their context menu', async () => {
    const { page, workspace } = session;
    const table = readTable(page);
    await runCommand(page, `Live Response: ${menuTitle('selectNotesFile')}`);
    await typeQuickInput(page, 'notes.md');
    await table.grid.locator('tbody tr').nth(0).locator('td').nth(1).click();
    await table.grid
      .locator('tbody tr')
      .nth(1)
      .locator('td')
      .nth(1)
      .click({ modifiers: ['Shift'] });
    await table.grid.locator('tbody tr').nth(1).locator('td').nth(1).click({ button: 'right' });
    const entry = page.locator('.monaco-menu .action-label').getByText(menuTitle('appendToNotes'), { exact: true });
    await entry.waitFor();
    await waitFor('the menu to take the click', async () => {
      if ((await entry.count()) === 0) return true;
      await entry.click({ timeout: 1000 });
      return false;
    });
    const note = await savedAs(page, path.join(workspace.folder, 'notes.md'), (text) => text.includes('recent-events'));
    assert.match(note, /lines? \d+/u);
  });

  test('axe finds nothing in the page', async () => {
    assert.deepEqual(await findTableProblems(session.page), []);
  });

  test('a hostile output does nothing and asks nothing of the network', async () => {
    const { page, workspace } = session;
    const asked: string[] = [];
    page.on('request', (request) => asked.push(request.url()));
    const said: string[] = [];
    page.on('dialog', (dialog) => void dialog.dismiss().then(() => said.push('dialog')));
    const rows = HOSTILE.map((cell, at) => JSON.stringify({ At: at, Text: cell }));
    const file = path.join(workspace.folder, 'hostile.json');
    const output = `${rows.join('\n')}\n`;
    await writeFile(
      file,
      JSON.stringify({ script_name: 'evil.ps1', exit_code: 0, script_output: output, script_errors: '' }),
    );
    await palette('openSavedResult');
    await chooseQuickPick(page, 'File…');
    await answerFileDialog(page, 'Open Saved Result', '/', file);
    await waitForTab(page, 'hostile.json');
    await palette('openAsTable');
    const table = readTable(page);
    await table.waitForSentence('6 rows');
    const cells = (await table.rows()).map((row) => row[2] ?? '');
    assert.equal(cells[0], HOSTILE[0]);
    assert.equal(cells[1], HOSTILE[1]);
    assert.ok(cells[4]?.includes('202E') === true && !cells[4].includes('\u202E'), cells[4]);
    assert.ok((cells[5]?.length ?? 0) <= 1000);
    assert.equal(await table.frame.locator('main img, main script, main a, main iframe, header img').count(), 0);
    await table.stackBy('Text');
    await table.waitForSentence('6 values');
    await takePictures(session, 'table-hostile');
    assert.deepEqual(said, []);
    assert.deepEqual(
      asked.filter((url) => url.includes('evil.example')),
      [],
    );
    // The complete cell of a million letters is copied, although a thousand are shown.
    await table.frame.locator('#clear').click();
    await table.waitForSentence(/^6 rows$/u);
    await table.grid.focus();
    await page.keyboard.press('Control+End');
    await page.keyboard.press('Control+Shift+c');
    await waitFor('the complete cell', async () =>
      (await page.evaluate<string>('navigator.clipboard.readText()')).length === 1_000_000 ? true : undefined,
    );
    assert.ok((await readFile(file, 'utf8')).length > 1_000_000);
  });
});
