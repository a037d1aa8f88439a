import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, before, test } from 'node:test';
import { createCase } from '../../src/case/folder/caseFile.ts';
import { buildEvidence } from '../../src/evidence/blocks/noteForms.ts';
import { cutQuotation } from '../../src/evidence/text/quotation.ts';
import { toEvidenceSource } from '../../src/results/evidenceSource.ts';
import { chooseQuickPick, closeQuickInput, runCommand, typeQuickInput, waitForQuickInput } from '../rig/quickInput.ts';
import { waitFor } from '../rig/waiting.ts';
import {
  clickDialog,
  clickRow,
  followLink,
  readDialog,
  readEditor,
  readNotifications,
  readTree,
  treeRow,
  waitForNotification,
} from '../rig/workbenchParts.ts';
import { filesOf } from '../unit/runs/pack/opened.ts';
import { markedInput } from '../unit/runs/pack/sampleMarks.ts';
import { hasPython, packInput, verify, writeSample } from '../unit/runs/pack/samplePack.ts';
import { chooseCaseStep, clickRowMenu, menuTitle } from './support/commands.ts';
import { answerFileDialog } from './support/fileDialog.ts';
import { openAtEnd } from './support/notes.ts';
import { readScreen } from './support/screen.ts';
import { takePictures, waitForExitCode, waitForTab } from './support/session.ts';
import { workbenchSuite } from './support/workbenchSuite.ts';

const VIEW = 'Pack run';

workbenchSuite('a hand-over pack in a fresh profile, without a connection', { tenant: 'none' }, (session) => {
  const { item, tabs, waitForLine } = readScreen(session);
  const place = (name: string): string => path.join(session.workspace.folder, name);
  const palette = (command: string): Promise<void> => runCommand(session.page, `Live Response: ${menuTitle(command)}`);
  let seal = '';

  before(async () => {
    const sealed = await writeSample(markedInput());
    ({ seal } = sealed);
    await writeFile(place('run.zip'), sealed.zip);
    const bytes = Buffer.from(sealed.zip);
    // A byte of the first result, which is stored as it is.
    const at = bytes.indexOf('data/results/0001-dc1.json.gz') + 60;
    bytes[at] = (bytes[at] ?? 0) ^ 1;
    await writeFile(place('damaged.zip'), bytes);
    await writeFile(place('picture.zip'), 'PK, and nothing more');
    // The quotation is that of the person who fetched the result.
    const [row] = packInput().rows;
    const source = row?.facts === undefined ? undefined : toEvidenceSource(row.facts, 'output', '0.1.0');
    assert.ok(source !== undefined);
    const quotation = cutQuotation('dc1\nline\u2028two\n', [
      { start: { line: 0, character: 0 }, end: { line: 0, character: 3 } },
    ]);
    await writeFile(place('notes.md'), `# Notes\n\n${buildEvidence({ kind: 'fullBlock' }, [{ source, quotation }])}`);
  });
  afterEach(async () => {
    await runCommand(session.page, 'Notifications: Clear All Notifications');
  });

  async function open(name: string, given: string): Promise<void> {
    const { page } = session;
    await palette('openSavedResult');
    await chooseQuickPick(page, 'File…');
    await answerFileDialog(page, 'Open Saved Result', '/', place(name));
    await waitForQuickInput(page, ({ title }) => title === 'Open Hand-Over Pack');
    await typeQuickInput(page, given);
  }

  test('opens with its seal, and its hosts are rows, also those without a result', async () => {
    await open('run.zip', seal);
    const { text } = await waitForNotification(session.page, 'Opened run.zip');
    assert.match(text, /11 of 14 hosts with their result\. Its seal is yours/u);
    const rows = await waitFor('its hosts', async () => {
      const all = await readTree(session.page, VIEW);
      return all.length === 14 ? all : undefined;
    });
    assert.ok(rows.some(({ label, description }) => label === 'dc1' && description.includes('collect.ps1')));
    assert.ok(rows.some(({ label, description }) => label === 'lt-1' && description.includes('Pending')));
    assert.ok(rows.every(({ ariaLabel }) => !ariaLabel.includes('1 call')));
    await takePictures(session, 'pack');
  });

  test('a result opens as one of the pack, with its exit code', async () => {
    await clickRow(session.page, VIEW, 'dc2');
    await waitForTab(session.page, 'FROM PACK · dc2 · collect.ps1');
    await waitForExitCode(session.page, 'Exit 1');
    await waitFor('its text', async () => (await readEditor(session.page)).includes('dc2'));
  });

  test('marks of the pack show in rows without a check box, and filter them', async () => {
    const { page } = session;
    const rows = await readTree(page, VIEW);
    const of = (label: string): (typeof rows)[number] | undefined => rows.find((row) => row.label === label);
    assert.match(of('dc1')?.description ?? '', /^reviewed · Exit 0 .* · 1 remark$/u);
    assert.match(of('dc1')?.ariaLabel ?? '', /, reviewed, 1 remark$/u);
    assert.match(of('dc2')?.description ?? '', /^#run-key · /u);
    assert.match(of('dc2')?.ariaLabel ?? '', /, not reviewed$/u);
    assert.equal(await page.locator('.custom-view-tree-node-item-checkbox').count(), 0);
    for (const [typed, label] of [
      ['tag:run-key', 'dc2'],
      ['remarked', 'dc1'],
    ] as const) {
      await palette('filterActions');
      await typeQuickInput(page, typed, false);
      await waitForQuickInput(page, ({ items }) => items[0]?.focused === true);
      await page.keyboard.press('Enter');
      await waitFor(`${label} alone`, async () => {
        const left = await readTree(page, VIEW);
        return left.length === 1 && left[0]?.label === label;
      });
      await palette('clearFilter');
      await waitFor('all rows', async () => (await readTree(page, VIEW)).length === 14);
    }
    await takePictures(session, 'pack-marks');
  });

  test('a remark of the pack leads to its line; it is characters, and nobody answers or changes it', async () => {
    const { page } = session;
    await runCommand(page, 'View: Close All Editors');
    await chooseCaseStep(page, 'Remarks…');
    await waitForQuickInput(page, ({ title }) => title === 'Remarks in Pack run: 1');
    await page.keyboard.press('Enter');
    await waitForTab(page, 'FROM PACK · dc1 · collect.ps1');
    const remark = page.locator('.review-widget .review-comment', { hasText: 'A run key' });
    await remark.locator('.comment-body').waitFor();
    const shown = (await remark.locator('.comment-body').textContent()) ?? '';
    assert.ok(shown.includes('[Open](command:workbench.action.quit)') && shown.includes('\ufffdgpj.exe'), shown);
    assert.equal(await remark.locator('.comment-body :is(a, img, .codicon)').count(), 0);
    await remark.hover();
    assert.equal(await remark.locator('.codicon-edit, .codicon-trash').count(), 0);
    assert.equal(await page.locator('.review-widget .comment-form').filter({ visible: true }).count(), 0);
    await takePictures(session, 'pack-remark');
  });

  test('a host without a result says why, in the words of the pack', async () => {
    await clickRow(session.page, VIEW, 'lt-1');
    await waitForLine('Not in the pack. It says: the session did not start');
    const watched = (await readTree(session.page, VIEW)).filter(({ ariaLabel }) => ariaLabel.includes('watched'));
    assert.deepEqual(watched, [], 'nothing happens in a pack any more');
  });

  test('the overview of its run counts them, and offers nothing to fetch', async () => {
    await palette('openRun');
    await chooseQuickPick(session.page, 'collect.ps1');
    await waitForLine('14 hosts');
    const lines = await readEditor(session.page);
    assert.ok(!lines.some((line) => /Fetch Missing…|Ask About/u.test(line)), lines.join('\n'));
  });

  test('handed over again with its marks, it is a pack of the same results and marks', async () => {
    const { page } = session;
    await followLink(page.locator('.editor-group-container.active .detected-link', { hasText: 'Hand Over…' }).first());
    const { text } = await waitFor('the question', () => readDialog(page));
    assert.match(text, /Marks of these results go in only with “With Marks, Choose File…”: as they stand/u);
    assert.match(text, /changed or deleted later\. Lines: 4, pseudonyms: analyst-2, bob\./u);
    await takePictures(session, 'pack-again');
    await clickDialog(page, 'With Marks, Choose File…');
    await answerFileDialog(page, 'Hand Over', '.zip', place('again.zip'));
    const said = await waitForNotification(page, 'Its seal is ');
    if (hasPython) {
      const verdict = verify(place('again.zip'), '--seal', /seal is ([\da-f]{64})/u.exec(said.text)?.[1] ?? '');
      assert.equal(verdict.status, 0, verdict.text);
    }
    const [before, after] = await Promise.all(
      ['run.zip', 'again.zip'].map(async (name) => filesOf(await readFile(place(name)))),
    );
    assert.ok(before !== undefined && after !== undefined);
    const kept = [...before].filter(([name]) => /^data\/marks\/|\.gz$/u.test(name));
    assert.equal(kept.length, 13);
    for (const [name, bytes] of kept) assert.deepEqual(after.get(name), bytes, name);
  });

  test('selected rows are handed over alone, without marks unless they are chosen', async () => {
    const { page } = session;
    await clickRow(page, VIEW, 'dc1');
    await (await treeRow(page, VIEW, 'ws-1')).locator('.label-name').click({ modifiers: ['Control'] });
    await clickRowMenu(page, VIEW, 'ws-1', 'handOver');
    const { text } = await waitFor('the question', () => readDialog(page));
    assert.match(text, /Hand over the selected results\?/u);
    assert.match(text, /Results: 2 .*Hosts without a result, with the reason: 0\./u);
    assert.match(text, /Lines: 3, pseudonyms: analyst-2\./u);
    await takePictures(session, 'pack-selection');
    await clickDialog(page, 'Choose File…');
    await answerFileDialog(page, 'Hand Over', '.zip', place('two.zip'));
    await waitForNotification(page, '2 of 2 hosts with their result');
    if (hasPython) assert.match(verify(place('two.zip')).text, /^CONSISTENT: 2 hosts, 2 results\./mu);
    const names = [...(await filesOf(await readFile(place('two.zip')))).keys()];
    assert.deepEqual(
      names.filter((name) => /marks|\.gz$/u.test(name)),
      ['data/results/0001-dc1.json.gz', 'data/results/0002-ws-1.json.gz'],
    );
  });

  test('a note of whoever fetched it is matching, and its link leads to the line', async () => {
    const { page } = session;
    await openAtEnd(page, place('notes.md'));
    await palette('checkNotes');
    await waitForLine('1 MATCHING');
    await waitForLine('Compared with the pack');
    await takePictures(session, 'pack-notes');
    await runCommand(page, 'View: Close Editor');
  });

  test('a case that is opened beside it neither mixes with its marks nor marks its results', async () => {
    const { page } = session;
    await mkdir(place('intrusion'));
    await createCase(place('intrusion'), { name: 'Intrusion', number: '', now: Date.now() });
    const [row] = packInput().rows;
    const line = { v: 1, at: new Date().toISOString(), who: 'anna', what: 'tag', on: row?.ref, tag: 'ours', set: true };
    await mkdir(place('intrusion/marks'));
    await writeFile(place('intrusion/marks/anna.jsonl'), `${JSON.stringify(line)}\n`);
    await chooseCaseStep(page, 'Open Case…');
    await answerFileDialog(page, 'Open Case', '/', place('intrusion'));
    await waitForQuickInput(page, ({ placeholder }) => placeholder.startsWith('Nothing is recorded unless'));
    await page.locator('.quick-input-widget .monaco-button', { hasText: 'OK' }).first().click();
    await waitFor('the question', () => readDialog(page));
    await clickDialog(page, 'Open Case');
    await waitFor('the case', async () => (await item('case'))?.includes('Intrusion') === true);
    await clickRow(page, VIEW, 'dc1');
    await waitForTab(page, 'FROM PACK · dc1 · collect.ps1');
    await chooseCaseStep(page, 'Tags…');
    await waitForNotification(page, 'Marks that came with a hand-over pack are not changed');
    await chooseCaseStep(page, 'Remarks…');
    await waitForQuickInput(page, ({ title }) => title === 'Remarks in Pack run: 1');
    await closeQuickInput(page);
    const rows = await readTree(page, VIEW);
    assert.ok(rows.some(({ description }) => description.includes('#run-key')));
    assert.ok(rows.every(({ description }) => !description.includes('#ours')));
    assert.equal(await page.locator('.custom-view-tree-node-item-checkbox').count(), 0);
    assert.deepEqual(await readdir(place('intrusion/marks')), ['anna.jsonl']);
  });

  test('a damaged pack is only a page that says in what it differs', async () => {
    await open('damaged.zip', '');
    await waitForLine('DAMAGED. Differences: ').catch(async (error: unknown) => {
      throw new Error(JSON.stringify(await readNotifications(session.page)), { cause: error });
    });
    await waitForLine('Changed: data/results/0001-dc1.json.gz');
    await waitForLine('Nothing of this pack is shown');
    await takePictures(session, 'pack-damaged');
    assert.equal((await readTree(session.page, VIEW)).length, 14);
  });

  test('what is no pack is refused with a sentence', async () => {
    await open('picture.zip', '');
    const { text } = await waitForNotification(session.page, 'This zip is cut off or damaged');
    assert.match(text, /Ask whoever sent it/u);
  });

  test('without its connection, nothing of it is left', async () => {
    const { page } = session;
    await palette('removeConnection');
    await chooseQuickPick(page, VIEW);
    const { text } = await waitFor('the question', () => readDialog(page));
    assert.match(text, /Everything of the pack is removed from this window/u);
    await clickDialog(page, 'Remove');
    await waitFor('its tabs to close', async () => (await tabs()).every((label) => !label.includes('FROM PACK')));
    await page.locator('.welcome-view-content').first().waitFor();
  });
});
