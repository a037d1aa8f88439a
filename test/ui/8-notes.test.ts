import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, before, test } from 'node:test';
import type { Page } from 'playwright-core';
import { cutSpans } from '../../src/evidence/text/quotation.ts';
import { findEvidence, quotesSame } from '../../src/evidence/blocks/readEvidence.ts';
import { scenarioRef } from '../../src/sample/data/catalogue.ts';
import { applySettings } from '../rig/remoteControl.ts';
import { chooseQuickPick, runCommand } from '../rig/quickInput.ts';
import { waitFor } from '../rig/waiting.ts';
import { openWorkbench } from '../rig/workbench.ts';
import { clickRow, followLink, readEditor, treeRow } from '../rig/workbenchParts.ts';
import {
  clickLine,
  copied,
  copyAs,
  emptyClipboard,
  hasSource,
  onlyEvidence,
  openAtEnd,
  openResult,
  outputOf,
  savedAs,
} from './support/notes.ts';
import { waitForClipboard } from './support/commands.ts';
import { LOCAL, takePictures, tenantOf, waitForRows, waitForTab } from './support/session.ts';
import type { SessionOptions } from './support/session.ts';
import { workbenchSuite } from './support/workbenchSuite.ts';

const STARTED_AT = Date.now();

const OPTIONS: SessionOptions = { tenant: 'local', tenantOptions: { startedAt: STARTED_AT } };

workbenchSuite('copying and pasting with the source', OPTIONS, (session) => {
  let page: Page;
  let notes = 0;
  before(async () => {
    ({ page } = session);
    await waitForRows(page, LOCAL);
  });
  afterEach(async () => {
    await runCommand(page, 'File: Save All Files');
    await runCommand(page, 'View: Close All Editors');
  });

  async function times(key: string, count: number): Promise<void> {
    for (let done = 0; done < count; done++) await page.keyboard.press(key);
  }

  /** Copies whole lines, from 1. */
  async function copyLines(from: number, to: number): Promise<void> {
    await times('ArrowDown', from - 1);
    await times('Shift+ArrowDown', to - from + 1);
    await page.keyboard.press('Control+C');
  }

  /** Opens a new file with this text in the editor, with the cursor at its end; answers its path. */
  async function openNote(text: string, options: { where?: Page; ending?: string } = {}): Promise<string> {
    const { where = page, ending = 'md' } = options;
    const file = path.join(session.workspace.folder, `note-${++notes}.${ending}`);
    await writeFile(file, text);
    await openAtEnd(where, file);
    return file;
  }

  test('whole lines become a compact block, which one undo removes', async () => {
    await openResult(page, 'exitZero', 'collect-triage.ps1');
    await copyLines(5, 9);
    const file = await openNote('# Case\n\nSeen on the device:');
    await page.keyboard.press('Control+V');
    const note = await savedAs(page, file, hasSource);
    const found = onlyEvidence(note);
    assert.match(
      note,
      /^# Case\n\nSeen on the device:\n\n\*\*`.+` · `collect-triage\.ps1` · exit code 0 · started \d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ\*\*\n\n```text\n/u,
    );
    assert.deepEqual(found.spans, [{ firstLine: 5, lastLine: 9 }]);
    assert.equal(found.form, 'block');
    assert.match(found.sha256 ?? '', /^[\da-f]{64}$/u);
    assert.ok(quotesSame(found, cutSpans(outputOf(STARTED_AT, 'exitZero'), found.spans)));
    await takePictures(session, 'note-block');
    await page.keyboard.press('Control+Z');
    assert.equal(await savedAs(page, file, (text) => !hasSource(text)), '# Case\n\nSeen on the device:');
  });

  test('the widget at the paste offers the other forms', async () => {
    await openResult(page, 'exitZero', 'collect-triage.ps1');
    await copyLines(5, 6);
    const file = await openNote('');
    await page.keyboard.press('Control+V');
    await savedAs(page, file, hasSource);
    const widget = page.locator('.post-edit-widget .monaco-button');
    await widget.click();
    const rows = page.locator('.action-widget .monaco-list-row');
    await rows.first().waitFor();
    const offered = (await rows.allInnerTexts()).map((text) => text.trim());
    for (const form of [
      'Insert Evidence Block',
      'Insert Full Evidence Block',
      'Insert Citation',
      'Insert Evidence as Table Row',
      'Insert Plain Text',
    ])
      assert.ok(offered.includes(form), offered.join(' | '));
    await takePictures(session, 'note-widget');
    await rows.filter({ hasText: 'Insert Full Evidence Block' }).click();
    const note = await savedAs(page, file, (text) => text.includes('- Action id: '));
    assert.match(onlyEvidence(note).textSha256 ?? '', /^[\da-f]{64}$/u);
    await takePictures(session, 'note-full-block');
  });

  test('part of a line stays plain text', async () => {
    await openResult(page, 'exitZero', 'collect-triage.ps1');
    await times('Shift+ArrowRight', 10);
    await page.keyboard.press('Control+C');
    const file = await openNote('seen: ');
    await page.keyboard.press('Control+V');
    assert.equal(
      await savedAs(page, file, (text) => text.length > 6),
      `seen: ${outputOf(STARTED_AT, 'exitZero').slice(0, 10)}`,
    );
  });

  test('inside a fence, and elsewhere than in Markdown, it is plain text', async () => {
    await openResult(page, 'exitZero', 'collect-triage.ps1');
    await copyLines(5, 6);
    const plain = outputOf(STARTED_AT, 'exitZero')
      .split(/\r\n|\r|\n/u)
      .slice(4, 6)
      .join('\n');
    const fenced = await openNote('```\n');
    await page.keyboard.press('Control+V');
    assert.equal(await savedAs(page, fenced, (text) => text.length > 4), `\`\`\`\n${plain}\n`);
    const other = await openNote('', { ending: 'txt' });
    await page.keyboard.press('Control+V');
    assert.equal(await savedAs(page, other, (text) => text !== ''), `${plain}\n`);
  });

  test('a column of several lines is named as one', async () => {
    await openResult(page, 'exitZero', 'collect-triage.ps1');
    await times('ArrowDown', 2);
    await page.keyboard.press('ArrowRight');
    await clickLine(page, 4, 80, ['Shift', 'Alt']);
    await page.keyboard.press('Control+C');
    const file = await openNote('');
    await page.keyboard.press('Control+V');
    const found = onlyEvidence(await savedAs(page, file, hasSource));
    const [span, ...more] = found.spans;
    assert.deepEqual(more, []);
    assert.deepEqual([span?.firstLine, span?.lastLine, span?.columns?.first, span?.columns?.block], [3, 4, 2, true]);
    assert.ok(quotesSame(found, cutSpans(outputOf(STARTED_AT, 'exitZero'), found.spans)));
  });

  test('of several selections each is named, and what is between them marked', async () => {
    await openResult(page, 'exitZero', 'collect-triage.ps1');
    await times('ArrowDown', 1);
    await clickLine(page, 9, 20, ['Alt']);
    await page.keyboard.press('Home');
    await page.keyboard.press('Shift+End');
    await page.keyboard.press('Control+C');
    const file = await openNote('');
    await page.keyboard.press('Control+V');
    const found = onlyEvidence(await savedAs(page, file, hasSource));
    assert.deepEqual(found.spans, [
      { firstLine: 2, lastLine: 2 },
      { firstLine: 9, lastLine: 9 },
    ]);
    assert.match(found.quoted ?? '', /\n\[lines 3–8 omitted\]\n/u);
    assert.ok(quotesSame(found, cutSpans(outputOf(STARTED_AT, 'exitZero'), found.spans)));
    await takePictures(session, 'note-selections');
  });

  test('a hostile output does not break out of its block', async () => {
    await openResult(page, 'forgedEvidence', 'A1.ps1');
    await page.keyboard.press('Control+A');
    await page.keyboard.press('Control+C');
    const file = await openNote('# Case\n');
    await page.keyboard.press('Control+V');
    const found = onlyEvidence(await savedAs(page, file, hasSource));
    assert.equal(found.address.actionId, scenarioRef('forgedEvidence').actionId);
    assert.ok(quotesSame(found, cutSpans(outputOf(STARTED_AT, 'forgedEvidence'), found.spans)));
    await takePictures(session, 'note-hostile');
  });

  test('the setting decides what a paste becomes', async () => {
    await applySettings(page, { 'liveResponse.pasteAs': 'citation' });
    try {
      await openResult(page, 'exitZero', 'collect-triage.ps1');
      await copyLines(5, 6);
      const file = await openNote('see ');
      await page.keyboard.press('Control+V');
      const note = await savedAs(page, file, hasSource);
      assert.equal(onlyEvidence(note).form, 'line');
      assert.equal(note.split('\n').length, 1);
    } finally {
      await applySettings(page, { 'liveResponse.pasteAs': null });
    }
  });

  test('a paste in another window finds its source, too', async () => {
    await openResult(page, 'exitZero', 'collect-triage.ps1');
    await copyLines(5, 9);
    const other = await page.context().newPage();
    try {
      // Another folder: this one's editors would come back in it.
      const folder = path.join(session.workspace.folder, 'second');
      await mkdir(folder);
      await openWorkbench(other, session.server.urlFor({ folder }));
      await other.bringToFront();
      // Its tree takes the focus when it comes.
      await waitForRows(other, LOCAL);
      const file = await openNote('# Other window\n', { where: other });
      await other.keyboard.press('Control+V');
      const found = onlyEvidence(await savedAs(other, file, hasSource));
      assert.deepEqual(found.spans, [{ firstLine: 5, lastLine: 9 }]);
      assert.ok(quotesSame(found, cutSpans(outputOf(STARTED_AT, 'exitZero'), found.spans)));
      // Another text finds nothing.
      await other.evaluate(`navigator.clipboard.writeText('line one\\nline two\\n')`);
      const plain = await openNote('', { where: other });
      await other.keyboard.press('Control+V');
      assert.equal(await savedAs(other, plain, (text) => text !== ''), 'line one\nline two\n');
    } finally {
      await other.close();
      await page.bringToFront();
    }
  });

  test('several rows of the tree: one block each, fetched where they are not stored', async () => {
    await emptyClipboard(page);
    await clickRow(page, LOCAL, 'check-persistence.ps1');
    await waitForTab(page, 'check-persistence.ps1');
    const row = (await treeRow(page, LOCAL, 'list-processes.sh')).locator('.label-name').first();
    await row.click({ modifiers: ['Control'] });
    await row.click({ button: 'right' });
    await copyAs(page, 'Copy as Evidence Block');
    const note = await copied(page);
    const found = findEvidence(note);
    assert.deepEqual(
      found.map(({ form }) => form),
      ['block', 'block'],
    );
    assert.equal(new Set(found.map(({ address }) => address.actionId)).size, 2);
    assert.match(note, /`check-persistence\.ps1` · exit code 1/u);
  });

  test('the tab of a result, and what the exit code offers', async () => {
    await openResult(page, 'exitZero', 'collect-triage.ps1');
    await emptyClipboard(page);
    await page.locator('.tab', { hasText: 'collect-triage.ps1' }).click({ button: 'right' });
    await copyAs(page, 'Copy as Citation');
    const citation = onlyEvidence(await copied(page));
    assert.deepEqual([citation.form, citation.spans], ['line', []]);
    await emptyClipboard(page);
    await page.locator('.statusbar-item[id$=".exitCode"] a').click();
    await chooseQuickPick(page, 'Copy as Full Evidence Block');
    assert.equal(onlyEvidence(await copied(page)).quoted?.startsWith('Transcript started'), true);
  });

  test('the key for an evidence block works in a result, though it is the one for comments elsewhere', async () => {
    await openResult(page, 'exitZero', 'collect-triage.ps1');
    await times('Shift+ArrowDown', 2);
    await emptyClipboard(page);
    await page.keyboard.press('Control+K');
    await page.keyboard.press('Control+C');
    assert.deepEqual(onlyEvidence(await copied(page)).spans, [{ firstLine: 1, lastLine: 2 }]);
  });

  test('what is new at the handover: by what is to be done, and each line arrives in a note with its source', async () => {
    // drives: showWhatIsNew
    const { recording } = tenantOf(session);
    await openResult(page, 'exitZero', 'collect-triage.ps1');
    const calls = recording.at('api').length;
    await runCommand(page, 'Live Response: Show What Is New…');
    await chooseQuickPick(page, 'In the last 8 hours');
    await waitForTab(page, 'What is new');
    await waitFor('the page', async () =>
      (await readEditor(page)).some((line) => line.startsWith('What is new since')),
    );
    // One call for what has changed, and one for all that has not ended.
    assert.equal(recording.at('api').length, calls + 2);
    await takePictures(session, 'what-is-new');
    await emptyClipboard(page);
    await page.keyboard.press('Control+A');
    await page.keyboard.press('Control+C');
    const lines = (await waitForClipboard(page, /^What is new since/u)).split('\n');
    const sections = [
      'FAILED, TIMED',
      'ENDED, RESULT NOT',
      'PACKAGE READY',
      'ENDED, RESULT STORED',
      'NOT ENDED',
      'OTHER ACTIONS',
    ];
    const places = sections.map((start) => lines.findIndex((line) => line.startsWith(start)));
    const sorted = places.toSorted((one, other) => one - other);
    assert.ok(places[0] !== -1, lines.join('\n'));
    assert.deepEqual(places, sorted, lines.join('\n'));
    const file = await openNote('# Handover\n');
    await page.keyboard.press('Control+V');
    const note = await savedAs(page, file, hasSource);
    // The stored result is cited, and its citation can be checked; the others are states without a hash.
    const { actionId } = scenarioRef('exitZero');
    assert.ok(
      findEvidence(note).some(({ address }) => address.actionId === actionId),
      note,
    );
    assert.match(note, /^- Not fetched: /mu);
    assert.match(note, /^- No result: .*TimeOut/mu);
    assert.match(note, /^- Action: .*Isolate.*Succeeded.* · by `/mu);
    assert.match(note, /^- Not ended: /mu);

    await page.locator('.tab', { hasText: 'What is new' }).click();
    await page.keyboard.press('Control+Home');
    // Row of a failed command: failures come first.
    const link = page
      .locator('.view-line')
      .filter({ hasText: 'collect-browser.ps1' })
      .locator('.detected-link')
      .first();
    await followLink(link);
    await waitForTab(page, 'collect-browser.ps1');
  });
});
