import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, before, test } from 'node:test';
import { chooseQuickPick, runCommand, typeQuickInput, waitForQuickInput } from '../rig/quickInput.ts';
import { waitFor } from '../rig/waiting.ts';
import { reloadWindow } from '../rig/workbench.ts';
import { clickDialog, clickRow, readDialog, waitForNotification } from '../rig/workbenchParts.ts';
import { createAuthority, hasOpenSsl } from '../unit/case/authority.ts';
import { serveAuthority } from '../unit/case/authorityServer.ts';
import { hasPython, verify } from '../unit/case/scene.ts';
import { filesOf } from '../unit/runs/pack/opened.ts';
import { verify as verifyPack } from '../unit/runs/pack/samplePack.ts';
import { findAxeProblems } from './support/axe.ts';
import { chooseCaseStep, menuTitle } from './support/commands.ts';
import { answerFileDialog } from './support/fileDialog.ts';
import { readScreen } from './support/screen.ts';
import { LOCAL, takePictures, waitForExitCode, waitForRows } from './support/session.ts';
import { workbenchSuite } from './support/workbenchSuite.ts';

interface Line {
  readonly what: string;
  readonly who: string;
  readonly note?: string | null;
  readonly seal?: string;
  readonly by?: string;
  readonly results?: readonly { readonly lines?: unknown; readonly sha256: string }[];
}

workbenchSuite('a case with its record', { tenant: 'local' }, (session) => {
  const palette = (command: string): Promise<void> => runCommand(session.page, `Live Response: ${menuTitle(command)}`);
  const { item, waitForLine } = readScreen(session);
  const folder = (): string => path.join(session.workspace.folder, 'intrusion');

  before(async () => {
    await mkdir(folder());
    await writeFile(path.join(folder(), 'notes.md'), '# Notes\n');
    await waitForRows(session.page, LOCAL);
  });
  afterEach(async () => {
    await runCommand(session.page, 'Notifications: Clear All Notifications');
  });

  // drives: case
  const step = (label: string): Promise<void> => chooseCaseStep(session.page, label);

  /** Checks rows of the open list, and accepts it. */
  async function checkRows(...rows: readonly string[]): Promise<void> {
    const { page } = session;
    for (const hasText of rows) {
      const row = page.locator('.quick-input-list .monaco-list-row', { hasText });
      await row.locator('input, .monaco-checkbox, .quick-input-list-checkbox').first().click();
    }
    await page.locator('.quick-input-widget .monaco-button', { hasText: 'OK' }).first().click();
  }

  /** Answers what a person is asked about a record. */
  async function decide(title: string): Promise<string> {
    const { page } = session;
    await waitForQuickInput(page, ({ placeholder }) => placeholder.startsWith('Nothing is recorded unless'));
    await checkRows('Record of Steps');
    await waitForQuickInput(page, ({ message }) => message.includes('Your pseudonym in the record'));
    await typeQuickInput(page, 'Anna', false);
    await waitForQuickInput(page, ({ message }) => message.includes('a to z in lower case'));
    await typeQuickInput(page, 'analyst-2');
    const { text } = await waitFor('the question', () => readDialog(page));
    await clickDialog(page, title);
    return text;
  }

  async function recorded(): Promise<Line[]> {
    const place = path.join(folder(), 'record');
    const names = existsSync(place) ? await readdir(place) : [];
    const texts = await Promise.all(names.map((name) => readFile(path.join(place, name), 'utf8')));
    return texts.flatMap((text) => text.split('\n').slice(0, -1)).map((line) => JSON.parse(line) as Line);
  }
  const waitForStep = (what: string): Promise<Line> =>
    waitFor(`"${what}" in the record`, async () => (await recorded()).find((line) => line.what === what));

  test('without a case, a result is fetched and nothing about it stands in the workspace', async () => {
    await clickRow(session.page, LOCAL, 'check-persistence.ps1');
    await waitForExitCode(session.page, 'Exit 1');
    assert.equal(await item('case'), undefined);
    assert.deepEqual(await readdir(folder()), ['notes.md']);
  });

  test('it is started after all is said: who reads it, what is recorded, and under which name', async () => {
    const { page } = session;
    await step('Start Case…');
    await typeQuickInput(page, 'Intrusion 17');
    await waitForQuickInput(page, ({ message }) => message.includes('Its number'));
    await typeQuickInput(page, '2026-17');
    await answerFileDialog(page, 'Start Case', '/', folder());
    const text = await decide('Start Case');
    assert.match(text, /Recorded as "analyst-2" from now on/u);
    assert.match(text, /Everybody who can read the folder can read the record/u);
    assert.doesNotMatch(text, /names your account/u);
    await waitFor('the status bar', async () => (await item('case'))?.includes('Case Intrusion 17, recorded') === true);
    // Nothing was done yet.
    assert.deepEqual((await readdir(folder())).sort(), ['case.json', 'notes.md']);
    await takePictures(session, 'case');
  });

  test('a fetched result, and one that is quoted into a note of the case, are recorded; reading is not', async () => {
    const { page } = session;
    await clickRow(page, LOCAL, 'recent-events.ps1');
    await waitForExitCode(page, 'recent-events.ps1');
    const { who, results = [] } = await waitForStep('fetched');
    assert.deepEqual([who, results.length], ['analyst-2', 1]);
    await clickRow(page, LOCAL, 'check-persistence.ps1');
    await waitForExitCode(page, 'Exit 1');
    await palette('appendToNotes');
    await chooseQuickPick(page, path.join('intrusion', 'notes.md'));
    await chooseQuickPick(page, 'At the End');
    await waitForNotification(page, 'Appended to notes.md');
    const quoted = await waitForStep('quoted');
    assert.equal(quoted.note, 'notes.md');
    assert.deepEqual(
      (await recorded()).map(({ what }) => what),
      ['begun', 'fetched', 'quoted'],
    );
  });

  test('its record verifies here and with Python, and says what that does not prove', async () => {
    const { page } = session;
    await step('Verify Record…');
    await waitForLine('CONSISTENT');
    await waitForLine('Consistent; truncation, rewriting');
    await waitForLine('Results: 2 stored here with');
    await takePictures(session, 'case-verified');
    assert.deepEqual(await findAxeProblems(page, '.part.statusbar [id$=".case"]'), []);
    await runCommand(page, 'View: Close Editor');
    if (!hasPython) return;
    const { status, text } = verify(folder());
    assert.equal(status, 0, text);
  });

  test('its head is written down; after a restart it goes on, in another file', async () => {
    const { page } = session;
    await step('Anchor Record…');
    await chooseQuickPick(page, 'Write Down the Head');
    const { text } = await waitForNotification(page, 'Head of the record:');
    const head = /[\da-f]{64}/u.exec(text)?.[0] ?? '';
    await waitForStep('anchored');
    await reloadWindow(page);
    await waitForRows(page, LOCAL);
    await waitFor('the status bar', async () => (await item('case'))?.includes('Intrusion 17') === true);
    await clickRow(page, LOCAL, 'list-processes.ps1');
    await waitFor('the next file', async () => (await readdir(path.join(folder(), 'record'))).length === 2);
    await waitFor('the step', async () => (await recorded()).filter(({ what }) => what === 'fetched').length === 2);
    if (!hasPython) return;
    const verdict = verify(folder(), '--head', head);
    assert.equal(verdict.status, 0, verdict.text);
    assert.match(verdict.text, /^the given head: \d{8}T\d{6}Z\.heads$/mu);
  });

  test('its head is stamped by an authority that is entered, after a question that says what is sent', async () => {
    if (!hasOpenSsl || !hasPython) return;
    const { page } = session;
    const authority = await createAuthority();
    const server = await serveAuthority(authority);
    try {
      await step('Anchor Record…');
      await chooseQuickPick(page, 'Time Stamp from an Authority…');
      await waitForQuickInput(page, ({ message }) => message.includes('Address of the authority'));
      await typeQuickInput(page, 'https://me:secret@tsa.example', false);
      await waitForQuickInput(page, ({ message }) => message.includes('Enter an https:// or http:// address'));
      await typeQuickInput(page, server.url);
      const { text: question } = await waitFor('the question', () => readDialog(page));
      assert.ok(
        question.includes(`Send the SHA-256 of the head, and nothing else but a random number, to ${server.host}?`),
        question,
      );
      assert.deepEqual(server.requests, []);
      await clickDialog(page, 'Allow');
      const { text } = await waitForNotification(page, `Stamped by ${server.host} at `);
      await takePictures(session, 'case-stamped');
      assert.match(text, /Who signed is not checked here: verify_record\.py --ca does that/u);
      await waitFor('the step', async () => (await recorded()).some(({ by }) => by === 'timeStamp'));
      assert.equal(server.requests.length, 1);
      const verdict = verify(folder(), '--ca', authority.ca, '--head', /[\da-f]{64}/u.exec(text)?.[0] ?? '');
      assert.equal(verdict.status, 0, verdict.text);
      assert.match(verdict.text, /\.heads: stamped \d{4}-/u);
    } finally {
      await server.stop();
      await authority.stop();
    }
  });

  test('its timeline has the steps of the record and the times of its results', async () => {
    const { page } = session;
    await step('Export Timeline…');
    const file = path.join(folder(), 'timeline.jsonl');
    await waitForQuickInput(page, ({ value }) => value.endsWith('timeline.jsonl'));
    await typeQuickInput(page, file);
    await waitForNotification(page, 'Saved timeline.jsonl');
    const lines = (await readFile(file, 'utf8')).trimEnd().split('\n');
    const events = lines.map(
      (line) => JSON.parse(line) as Readonly<Record<'datetime' | 'timestamp_desc' | 'action_id', string>>,
    );
    const named = new Set(events.map(({ timestamp_desc }) => timestamp_desc));
    for (const words of [
      'Session Created',
      'Command Started',
      'Result Quoted (local clock)',
      'Record Begun (local clock)',
    ])
      assert.ok(named.has(words), words);
    const fetched = events.filter(({ timestamp_desc }) => timestamp_desc === 'Result Fetched (local clock)');
    assert.equal(new Set(fetched.map(({ action_id }) => action_id)).size, fetched.length, 'each stands there once');
    const times = events.map(({ datetime }) => datetime);
    assert.deepEqual(times, times.toSorted());
    await waitForStep('exported');
  });

  test('handed over with its notes and its record, after all is said, it is checked by others', async () => {
    const { page } = session;
    const zip = path.join(session.workspace.folder, 'case.zip');
    await writeFile(path.join(folder(), 'day two.md'), '# Day two\n');
    await step('Hand Over Case…');
    await waitForQuickInput(page, ({ placeholder }) => placeholder === 'Only the results go in unless you choose more');
    await takePictures(session, 'case-parts');
    await checkRows('Markdown files', 'Record and Anchors');
    const { text } = await waitFor('the question', () => readDialog(page));
    assert.match(text, /^Hand over the case Intrusion 17\?/u);
    assert.match(text, /Results: 3 \(.*\)\. Hosts without a result, with the reason: 0\./u);
    assert.match(text, /Notes: Markdown files, whole and as they were saved \([^)]*\): day two\.md, notes\.md\./u);
    assert.match(text, /Steps: \d+ \([^)]*\), pseudonyms: analyst-2/u);
    assert.doesNotMatch(text, /It names accounts/u);
    await takePictures(session, 'case-hand-over');
    await clickDialog(page, 'Choose File…');
    await answerFileDialog(page, 'Hand Over', 'case-Intrusion-17.zip', zip);
    const said = await waitForNotification(page, 'Its seal is ');
    const files = await filesOf(await readFile(zip));
    const names = [...files.keys()];
    assert.deepEqual(
      names.filter((name) => name.startsWith('data/notes/')),
      ['data/notes/0001-day-two.md', 'data/notes/0002-notes.md'],
    );
    assert.equal(names.filter((name) => name.startsWith('data/results/')).length, 6);
    assert.equal(names.filter((name) => name.startsWith('data/case/record/')).length, 2);
    const { seal } = await waitForStep('packed');
    assert.ok(said.text.includes(seal ?? '–'), said.text);
    if (!hasPython) return;
    const verdict = verifyPack(zip, '--seal', seal ?? '');
    assert.equal(verdict.status, 0, verdict.text);
  });

  test('a change in it is found', async () => {
    const place = path.join(folder(), 'record');
    const [name = ''] = (await readdir(place)).sort();
    const text = await readFile(path.join(place, name), 'utf8');
    await writeFile(path.join(place, name), text.replace('"fetched"', '"opened"'));
    await step('Verify Record…');
    await waitForLine('NOT CONSISTENT');
    await waitForLine('.jsonl · line 3 · this line, or the one before it');
    await runCommand(session.page, 'View: Close Editor');
    await writeFile(path.join(place, name), text);
  });

  test('closed under a legal hold, it is no longer shown, and nothing more is recorded', async () => {
    const { page } = session;
    await step('Close Case…');
    await chooseQuickPick(page, 'Legal Hold');
    await waitForNotification(page, 'Case closed, under a legal hold');
    await waitFor('the status bar', async () => (await item('case')) === undefined);
    const { retention } = JSON.parse(await readFile(path.join(folder(), 'case.json'), 'utf8')) as {
      retention: unknown;
    };
    assert.deepEqual(retention, { kind: 'hold' });
    const { length } = await recorded();
    await clickRow(page, LOCAL, 'recent-events.ps1');
    await waitForExitCode(page, 'recent-events.ps1');
    assert.equal((await recorded()).length, length);
    assert.equal((await recorded()).filter(({ what }) => what === 'closed').length, 1);
  });

  test('opened again, it says that it is under a legal hold', async () => {
    const { page } = session;
    await step('Open Case…');
    await answerFileDialog(page, 'Open Case', '/', folder());
    await decide('Open Case');
    await waitForNotification(page, 'This case is under a legal hold');
    await waitFor('the status bar', async () => (await item('case'))?.includes('Intrusion 17') === true);
  });
});
