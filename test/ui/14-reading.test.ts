import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { after, afterEach, before, test } from 'node:test';
import { findEvidence } from '../../src/evidence/blocks/readEvidence.ts';
import { scenarioRef } from '../../src/sample/data/catalogue.ts';
import type { ScenarioRef } from '../../src/sample/data/catalogue.ts';
import { chooseQuickPick, closeQuickInput, runCommand, typeQuickInput, waitForQuickInput } from '../rig/quickInput.ts';
import { waitFor } from '../rig/waiting.ts';
import { openFile } from '../rig/workbench.ts';
import {
  clickDialog,
  clickRow,
  followLink,
  readDialog,
  readEditor,
  readStatusBar,
  readTabs,
  readTree,
  waitForNotification,
} from '../rig/workbenchParts.ts';
import type { TreeRow } from '../rig/workbenchParts.ts';
import { menuTitle, waitForClipboard } from './support/commands.ts';
import { LOCAL, takePictures, tenantOf, waitForRows, waitForTab } from './support/session.ts';
import { keepByFilter } from './support/standingOrder.ts';
import { workbenchSuite } from './support/workbenchSuite.ts';

const LINES = 300_000;
const RUNNER = 'Transcript started, output file is C:\\Temp\\PSScript_Transcript_{0}.txt\n';

workbenchSuite('reading a result', { tenant: 'local' }, (session) => {
  let schemaRequests = 0;
  const schemas = createServer((_request, response) => {
    schemaRequests++;
    response.end('{}');
  });
  before(async () => {
    await waitForRows(session.page, LOCAL);
    // There from the beginning: Go to File lists what it found some time ago.
    await writeFile(path.join(session.workspace.folder, 'check.md'), '');
    await new Promise<void>((resolve) => schemas.listen(0, '127.0.0.1', resolve));
  });
  after(() => {
    schemas.close();
  });
  afterEach(async () => {
    tenantOf(session).faults.clear();
    await closeQuickInput(session.page);
    await runCommand(session.page, 'Notifications: Clear All Notifications');
    await runCommand(session.page, 'View: Close All Editors');
  });

  const palette = (command: string): Promise<void> => runCommand(session.page, `Live Response: ${menuTitle(command)}`);
  const calls = (): number => tenantOf(session).recording.requests.length;
  const language = async (): Promise<string | undefined> =>
    (await readStatusBar(session.page)).find(({ id }) => id === 'status.editor.mode')?.text;

  async function open({ actionId, commandIndex }: ScenarioRef): Promise<void> {
    await runCommand(session.page, 'Live Response: Open Result by ID or Link…');
    await typeQuickInput(session.page, `${actionId}#${commandIndex}`);
  }

  /** The next result that is downloaded says this. */
  function answerWith(output: string): void {
    const body = JSON.stringify({ script_name: 'x.ps1', exit_code: 0, script_output: output, script_errors: '' });
    tenantOf(session).faults.add({ door: 'blob', action: { kind: 'answer', status: 200, body } });
  }

  async function waitForLine(what: string): Promise<void> {
    await waitFor(`"${what}" in the editor`, async () =>
      (await readEditor(session.page)).some((line) => line.includes(what)),
    );
  }

  async function waitForActiveTab(what: string): Promise<string> {
    return waitFor(`"${what}" in front`, async () => {
      const active = (await readTabs(session.page)).flat().find((tab) => tab.active && tab.label.includes(what));
      return active?.label;
    });
  }

  test('another encoding is a view: said in the tab and in the quotation, and checked as such', async () => {
    const { page } = session;
    await open(scenarioRef('turkishTasks'));
    await waitForTab(page, 'list-tasks.ps1');
    await waitForLine('KlasÃ¶r');
    const spent = calls();
    await palette('showAs');
    await chooseQuickPick(page, 'UTF-8');
    await waitForTab(page, 'as UTF-8 · ');
    await waitForLine('Klasör: \\');
    assert.equal(calls(), spent, 'a view of what is stored takes no call');
    await runCommand(page, 'Live Response: Copy as Evidence Block');
    const note = await waitForClipboard(page, /shown as UTF-8, not as stored/u);
    const [found] = findEvidence(note);
    assert.equal(found?.address.view, 'utf8');
    await takePictures(session, 'view-utf8');
    await writeFile(path.join(session.workspace.folder, 'check.md'), note);
    await openFile(page, 'check.md');
    await runCommand(page, `Live Response: ${menuTitle('checkNotes')}`);
    await waitForTab(page, 'Evidence in check.md');
    await waitForLine('1 MATCHING');
  });

  test('JSON in our own language: colours and an outline, and no schema is fetched', async () => {
    const { page } = session;
    const { port } = schemas.address() as AddressInfo;
    const value = { $schema: `http://127.0.0.1:${port}/schema.json`, host: 'dc1', processes: [{ name: 'svchost' }] };
    answerWith(`${RUNNER}${JSON.stringify(value, undefined, 2)}\n\0`);
    await open(scenarioRef('exitNegative'));
    await waitForLine('$schema');
    await palette('showAs');
    await chooseQuickPick(page, 'JSON');
    await waitFor('our JSON', async () => (await language()) === 'Live Response JSON');
    await runCommand(page, 'Go to Symbol in Editor...');
    const { items } = await waitForQuickInput(page, (input) =>
      input.items.some(({ label }) => label.includes('svchost') || label.includes('processes')),
    );
    assert.ok(
      items.some(({ label }) => label.includes('$schema')),
      JSON.stringify(items),
    );
    await closeQuickInput(page);
    await page.locator('.view-line').first().hover();
    const hover = page.locator('.monaco-hover').filter({ hasText: 'SHA-256' });
    await hover.first().waitFor();
    await takePictures(session, 'view-json');
    assert.equal(schemaRequests, 0);
  });

  test('a double click takes an address, a hash or a path whole', async () => {
    const { page } = session;
    const whole = [
      '198.51.100.23',
      '2001:db8::17',
      'a'.repeat(64),
      String.raw`C:\ProgramData\x-1\run.ps1`,
      '/opt/a_b/c.sh',
    ];
    answerWith(`${RUNNER}${whole.map((one) => `key="${one}",`).join('\n')}\n`);
    await open(scenarioRef('registryQuery'));
    await waitForLine(whole[4] ?? '');
    await runCommand(page, 'View: Focus Active Editor Group');
    for (const [index, one] of whole.entries()) {
      await page.keyboard.press('Control+g');
      await typeQuickInput(page, `:${index + 2}:10`);
      // Takes the word at the cursor, as a double click does.
      await page.keyboard.press('Control+d');
      await page.keyboard.press('Control+c');
      await waitForClipboard(page, new RegExp(`^${one.replaceAll(/[.\\]/gu, String.raw`\$&`)}$`, 'u'));
    }
  });

  test('a text that is too large opens in parts, with the lines of the whole', async () => {
    const { page } = session;
    const text = Array.from({ length: LINES }, (_, at) => `row ${at + 1}`).join('\n');
    answerWith(text);
    await open(scenarioRef('exitOne'));
    await waitForActiveTab(`lines 1–250000 of ${LINES}`);
    await palette('nextPart');
    await waitForActiveTab(`lines 250001–300000 of ${LINES}`);
    await waitForLine('row 250001');
    await runCommand(page, 'View: Focus Active Editor Group');
    await page.keyboard.press('Control+Home');
    await page.keyboard.press('Shift+End');
    await runCommand(page, 'Live Response: Copy as Evidence Block');
    const note = await waitForClipboard(page, /\nrow 250001\n/u);
    assert.match(note, /\[output line 250001 of 300000\]\([^)]*stream=output#L250001\)/u);
    await takePictures(session, 'parts');
    await palette('previousPart');
    await waitForActiveTab(`lines 1–250000 of ${LINES}`);
    await palette('lastPart');
    await waitForActiveTab('lines 250001');
    await palette('openWhole');
    await waitFor('the question', async () => (await readDialog(page))?.text.includes('switches off folding'));
    await clickDialog(page, 'Open Whole');
    await waitForActiveTab(`whole, ${LINES} lines`);
    await palette('saveOutput');
    const { actionId, commandIndex } = scenarioRef('exitOne');
    await waitForQuickInput(page, ({ value }) => value.endsWith(`output_${actionId}_${commandIndex}.output.txt`));
    const file = path.join(session.workspace.folder, 'saved.txt');
    await typeQuickInput(page, file);
    await waitForNotification(page, 'Saved ');
    assert.equal(await readFile(file, 'utf8'), text);
    // A link to a line opens the part that holds it.
    await writeFile(path.join(session.workspace.folder, 'check.md'), note);
    await runCommand(page, 'View: Close All Editors');
    await openFile(page, 'check.md');
    await followLink(page.locator('.detected-link').first());
    await waitForActiveTab(`lines 250001–300000 of ${LINES}`);
    await waitForLine('row 250001');
  });

  test('the commands of an action follow each other', async () => {
    const { page } = session;
    answerWith('the first text');
    await open(scenarioRef('largeLog'));
    await waitForLine('the first text');
    answerWith('the second text');
    await palette('nextCommand');
    await waitForLine('the second text');
    await palette('previousCommand');
    await waitForLine('the first text');
    await palette('previousCommand');
    await waitFor('the end in words', async () =>
      (await readStatusBar(page)).some(({ text }) => text.includes('first command with output')),
    );
  });

  test('a file that is no result shows its raw text in place of the last result, and is passed', async () => {
    const { page } = session;
    // Stored by the test before: the file of #2 is the first that is no result.
    await open(scenarioRef('largeLogCut'));
    await waitForLine('the second text');
    const body = '{"script_name": "x.ps1", "exit_code": 0, "script_output": "cut of';
    tenantOf(session).faults.add({ door: 'blob', action: { kind: 'answer', status: 200, body } });
    await palette('nextCommand');
    await waitForActiveTab('.lr-raw');
    await waitForLine('"script_output": "cut of');
    await page.locator('.notification-list-item').first().waitFor();
    await takePictures(session, 'unreadable-raw');
    await palette('nextCommand');
    await waitFor('the end in words', async () =>
      (await readStatusBar(page)).some(({ text }) => text.includes('This is the last command with output.')),
    );
    await palette('previousCommand');
    await waitForLine('the second text');
    assert.ok(
      !(await readTabs(page)).flat().some(({ label }) => label.includes('.lr-raw')),
      'the preview was replaced',
    );
  });

  test('an empty text says why', async () => {
    const { page } = session;
    await open(scenarioRef('emptyBoth'));
    await waitForTab(page, '.lr-output');
    await page.locator('.editor-actions [aria-label*="Why Is There No Result?"]').first().waitFor();
    await palette('explainEmpty');
    await waitForNotification(page, 'the script wrote nothing to the output stream');
    await takePictures(session, 'explain-empty');
  });

  test('another host stands beside, normalised, and is fetched by the choice, whatever the list is filtered by', async () => {
    const { page } = session;
    await palette('filterActions');
    await chooseQuickPick(page, 'Device');
    await typeQuickInput(page, 'dc1', false);
    await chooseQuickPick(page, 'dc1.fabrikam.example');
    await chooseQuickPick(page, 'Show Matching Actions');
    await open(scenarioRef('exitZero'));
    await waitForTab(page, 'collect-triage.ps1');
    await palette('compareResult');
    await chooseQuickPick(page, 'With Another Host…');
    const { items } = await waitForQuickInput(page, ({ title }) => title === 'Compare With');
    const other = items.find(({ description }) => description.includes('not stored'));
    assert.ok(other !== undefined, JSON.stringify(items));
    const spent = calls();
    await chooseQuickPick(page, other.label);
    await chooseQuickPick(page, 'Normalized');
    const label = await waitForActiveTab('↔');
    assert.match(label, /^dc1 .* ↔ .* · collect-triage\.ps1 · normalised$/u);
    assert.ok(calls() > spent);
    await page.locator('.diff-hidden-lines, .line-insert, .line-delete, .char-insert').first().waitFor();
    await takePictures(session, 'compare-hosts');
    await palette('clearFilter');
  });

  test('lines of only one of two hosts are listed; a line opens where it stands, and is quoted from the list', async () => {
    const { page } = session;
    await open(scenarioRef('exitZero'));
    await waitForTab(page, 'collect-triage.ps1');
    await palette('compareResult');
    await chooseQuickPick(page, 'With Another Host…');
    const { items } = await waitForQuickInput(page, ({ title }) => title === 'Compare With');
    // The result that the last comparison has fetched: this one spends no call.
    const other = items.find(({ description }) => !description.includes('not stored'));
    assert.ok(other !== undefined, JSON.stringify(items));
    const spent = calls();
    await chooseQuickPick(page, other.label);
    await chooseQuickPick(page, 'Lines of Only One Side');
    const view = 'Search in Stored Results';
    const lines = async (): Promise<readonly TreeRow[]> =>
      (await readTree(page, view)).filter(({ description }) => /^(output|errors) \d+$/u.test(description));
    const [first] = await waitFor('lines', async () => ((await lines()).length > 0 ? lines() : undefined));
    const pane = page.locator('.pane', { has: page.locator(`[aria-label^="${view}"]`) });
    await waitFor('the sentence', async () =>
      /Only on one side: dc1 ↔ .*, normalised: \d+ lines? in/u.test(await pane.first().innerText()),
    );
    await takePictures(session, 'compare-lines');
    await clickRow(page, view, first?.label ?? '');
    await waitForActiveTab('collect-triage.ps1');
    await waitFor('the line in the editor', async () =>
      (await page.locator('.editor-group-container.active .view-lines').innerText())
        .replaceAll('\u00a0', ' ')
        .includes(first?.label.replace('…', '').trim() ?? '?'),
    );
    assert.equal(calls(), spent);
  });

  test('results of a filter are kept as they come, after the price was named', () => keepByFilter(session));

  test('errors stand beside the output', async () => {
    await open(scenarioRef('exitZeroWithErrors'));
    await waitForTab(session.page, 'inventory-shares.ps1');
    await palette('compareResult');
    await chooseQuickPick(session.page, 'Errors with Output');
    await waitForActiveTab(' errors · inventory-shares.ps1');
  });

  test('what comparing takes for equal stands beside the text as received', async () => {
    await open(scenarioRef('exitZero'));
    await waitForTab(session.page, 'collect-triage.ps1');
    const spent = calls();
    await palette('compareResult');
    await chooseQuickPick(session.page, 'Show What Was Normalized');
    const label = await waitForActiveTab('↔');
    assert.match(label, /^as received ↔ normalised · dc1 /u);
    const words = session.page.locator('.editor-group-container.active .editor.modified .view-lines');
    await waitFor('the word for the name of the host', async () => (await words.innerText()).includes('<transcript>'));
    assert.equal(calls(), spent);
  });
});
