import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, before, test } from 'node:test';
import { scenarioRef } from '../../src/sample/data/catalogue.ts';
import { chooseQuickPick, closeQuickInput, runCommand, typeQuickInput, waitForQuickInput } from '../rig/quickInput.ts';
import { waitFor } from '../rig/waiting.ts';
import { reloadWindow } from '../rig/workbench.ts';
import {
  clickDialog,
  clickRow,
  readDialog,
  readNotifications,
  readStatusBar,
  readTabs,
  readTree,
  waitForNotification,
} from '../rig/workbenchParts.ts';
import type { TreeRow } from '../rig/workbenchParts.ts';
import { menuTitle, waitForClipboard } from './support/commands.ts';
import { answerFileDialog } from './support/fileDialog.ts';
import { LOCAL, takePictures, tenantOf, waitForExitCode, waitForRows, waitForTab } from './support/session.ts';
import { workbenchSuite } from './support/workbenchSuite.ts';

const SEARCH = 'Search in Stored Results';

workbenchSuite('what is stored', { tenant: 'local' }, (session) => {
  before(async () => {
    await waitForRows(session.page, LOCAL);
  });
  afterEach(async () => {
    tenantOf(session).faults.clear();
    await runCommand(session.page, 'Notifications: Clear All Notifications');
  });

  const palette = (command: string): Promise<void> => runCommand(session.page, `Live Response: ${menuTitle(command)}`);

  const fetchScenario = async (name: Parameters<typeof scenarioRef>[0], tab: string): Promise<void> => {
    const { actionId, commandIndex } = scenarioRef(name);
    await runCommand(session.page, 'Live Response: Open Result by ID or Link…');
    await typeQuickInput(session.page, `${actionId}#${commandIndex}`);
    await waitForTab(session.page, tab);
  };

  const answerFile = (title: string, suggested: string, file: string): Promise<void> =>
    answerFileDialog(session.page, title, suggested, file);

  /** Searches, and waits for so many lines. */
  const searchFor = async (text: string, lines: number): Promise<readonly TreeRow[]> => {
    await palette('searchResults');
    await waitForQuickInput(session.page, ({ placeholder }) => placeholder === 'Text in output or errors');
    await typeQuickInput(session.page, text);
    return waitFor(`${lines} hits of ${text}`, async () => {
      const found = await readTree(session.page, SEARCH);
      return found.filter(({ level }) => level === 2).length === lines ? found : undefined;
    });
  };

  test('search finds lines, newest result first; a click opens the line', async () => {
    await fetchScenario('eventLogErrors', 'recent-events.ps1');
    await fetchScenario('turkishTasks', 'list-tasks.ps1');
    const calls = tenantOf(session).recording.requests.length;
    const heading = await searchFor('LevelDisplayName', 1);
    // drives: openHit
    await clickRow(session.page, SEARCH, heading.find(({ level }) => level === 2)?.label ?? '');
    await waitForExitCode(session.page, 'recent-events.ps1');
    const line = /^output (\d+)$/u.exec(heading.find(({ level }) => level === 2)?.description ?? '')?.[1];
    assert.notEqual(line, '1');
    await waitFor('the line', async () =>
      (await readStatusBar(session.page)).some(({ text }) => text.startsWith(`Ln ${line ?? 'of the hit'},`)),
    );
    const rows = await searchFor('transcript started', 2);
    assert.match(rows[0]?.label ?? '', /list-tasks\.ps1/u);
    await takePictures(session, 'search');
    assert.equal(tenantOf(session).recording.requests.length, calls, 'no call');
  });

  test('hits are exported, searched for again, and cleared', async () => {
    const file = path.join(session.workspace.folder, 'hits.ndjson');
    await palette('exportHits');
    await answerFile('Export Hits', '/hits.csv', file);
    const text = await waitFor('the export', async () => {
      const written = await readFile(file, 'utf8').catch(() => '');
      return written.endsWith('\n') ? written : undefined;
    });
    const lines = text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<'line' | 'script' | 'sha256', unknown>);
    assert.deepEqual(
      lines.map(({ line, script }) => [line, script]),
      [
        [1, 'list-tasks.ps1'],
        [1, 'recent-events.ps1'],
      ],
    );
    assert.ok(lines.every(({ sha256 }) => /^[0-9a-f]{64}$/u.test(String(sha256))));
    // The same search finds results that were stored since.
    await fetchScenario('exitOne', 'check-persistence.ps1');
    await palette('searchAgain');
    await waitFor('what came since', async () =>
      (await readTree(session.page, SEARCH)).some(({ label }) => label.includes('check-persistence.ps1')),
    );
    await palette('cancelSearch');
    await palette('clearSearch');
    await waitFor('no view', async () => (await readTree(session.page, SEARCH)).length === 0);
  });

  /** Waits until the opened file's errors are beside its output, and then for the keyboard in the output. */
  const focusInOutput = async (file: string): Promise<void> => {
    const of = (stream: string): RegExp => new RegExp(`${file}.*\\.lr-${stream}`, 'su');
    await waitFor('its errors', async () =>
      (await readTabs(session.page))[1]?.some(({ label }) => of('errors').test(label)),
    );
    await waitFor('the focus in its output', async () => {
      const group = `document.activeElement?.closest('.editor-group-container.active')`;
      const tab = await session.page.evaluate<string>(`${group}?.querySelector('.tab.active')?.textContent ?? ''`);
      return of('output').test(tab);
    });
  };

  test('a saved file opens as if fetched, with the facts beside it, and spends no call', async () => {
    const file = path.join(session.workspace.folder, 'saved.json');
    await fetchScenario('turkishTasks', 'list-tasks.ps1');
    await waitForExitCode(session.page, 'list-tasks.ps1');
    await palette('exportRaw');
    await waitForQuickInput(session.page, ({ value }) => value.includes('output_'));
    await typeQuickInput(session.page, file);
    await waitForNotification(session.page, 'SHA-256');
    const calls = tenantOf(session).recording.requests.length;
    await palette('openSavedResult');
    await chooseQuickPick(session.page, 'File…');
    await answerFile('Open Saved Result', '/', file);
    await waitForTab(session.page, 'FROM FILE');
    await waitForExitCode(session.page, 'list-tasks.ps1');
    await focusInOutput('list-tasks.ps1');
    const forged = file.replace('saved', 'forged');
    await writeFile(forged, (await readFile(file, 'utf8')).replace('list-tasks', 'other-name'));
    await writeFile(`${forged}.facts.json`, await readFile(`${file}.facts.json`));
    await palette('openSavedResult');
    await chooseQuickPick(session.page, 'File…');
    await answerFile('Open Saved Result', '/', forged);
    await waitForNotification(session.page, 'is about another file');
    await waitForTab(session.page, 'forged.json');
    await focusInOutput('forged.json');
    assert.equal(tenantOf(session).recording.requests.length, calls);
  });

  test('restored tabs show their text offline, without a call', async () => {
    const { recording } = tenantOf(session);
    tenantOf(session).faults.add({ door: 'api', times: Infinity, action: { kind: 'answer', status: 503 } });
    const before = [recording.calls('link').length, recording.calls('download').length];
    await reloadWindow(session.page);
    await waitForTab(session.page, 'forged.json');
    // Whichever of the two groups has the focus.
    await session.page.locator('.part.editor .view-line').filter({ hasText: 'Transcript' }).first().waitFor();
    assert.deepEqual([recording.calls('link').length, recording.calls('download').length], before);
  });

  /** Returns the numbers in the list of results that can be cleared, which stays open. */
  const openedFiles = async (): Promise<string | undefined> => {
    await palette('clearStoredResults');
    const { items } = await waitForQuickInput(session.page, (input) => input.items.length > 3);
    return items.find(({ label }) => label === 'Opened files')?.description;
  };

  test('clear says what goes, and quoted ones by name; what is left stays, and so do its tabs', async () => {
    await palette('copyNote');
    await waitForClipboard(session.page, /forged\.json/u);
    // Its tabs: the output, and a comparison with its errors, which are closed with the preview of its output.
    await runCommand(session.page, 'View: Keep Editor');
    await palette('compareResult');
    await chooseQuickPick(session.page, 'Errors with Output');
    await waitForTab(session.page, '↔');
    await runCommand(session.page, 'View: Keep Editor');
    await fetchScenario('exitOne', 'check-persistence.ps1');
    const tabs = async (): Promise<string[]> => (await readTabs(session.page)).flat().map(({ label }) => label);
    const open = await tabs();
    await palette('clearStoredResults');
    const picks = await waitForQuickInput(session.page, ({ items }) => items.length > 3);
    assert.ok(picks.items.some(({ separator }) => separator === 'By device'));
    assert.ok(
      picks.items.some(({ label }) => label === 'Unknown device') && !picks.items.some(({ label }) => label === '–'),
    );
    await takePictures(session, 'clear');
    await chooseQuickPick(session.page, 'All stored results');
    const all = await waitFor('the question', () => readDialog(session.page));
    assert.match(all.text, /takes a call or two.*takes its file/su);
    await clickDialog(session.page, 'Cancel');
    await palette('clearStoredResults');
    await chooseQuickPick(session.page, 'Opened files');
    const asked = await waitFor('the question', () => readDialog(session.page));
    assert.match(asked.text, /2 stored results.*1 of them was copied or quoted.*Unknown device · forged\.json/su);
    assert.doesNotMatch(asked.text, /a call or two/u);
    await clickDialog(session.page, 'Clear All but Quoted');
    const left = await openedFiles();
    assert.match(left ?? '', /^1 result,/u);
    assert.deepEqual(await tabs(), open);
    await chooseQuickPick(session.page, 'Opened files');
    await waitFor('the question', async () => (await readDialog(session.page))?.text.includes('1 stored result'));
    await clickDialog(session.page, 'Clear');
    const kept = open.filter((label) => label.includes('check-persistence.ps1'));
    await waitFor('its tabs to be closed', async () => (await tabs()).length < open.length);
    assert.deepEqual(await tabs(), kept);
    assert.equal(await openedFiles(), undefined);
    await closeQuickInput(session.page);
    assert.deepEqual(await readNotifications(session.page), []);
  });

  test('remove all data forgets results and connections, and closes what shows them', async () => {
    await palette('compareResult');
    await chooseQuickPick(session.page, 'Errors with Output');
    await waitForTab(session.page, '↔');
    await runCommand(session.page, 'View: Keep Editor');
    await fetchScenario('exitOne', 'check-persistence.ps1');
    await waitFor('its output in front', async () =>
      (await readTabs(session.page)).flat().some(({ label, active }) => active && label.endsWith('.lr-output')),
    );
    await palette('openRun');
    // The run of the open result comes first.
    const { items } = await waitForQuickInput(session.page, ({ title }) => title === 'Choose a Run');
    assert.match(items[0]?.description ?? '', /^the open result · 1 host/u);
    await chooseQuickPick(session.page, 'check-persistence.ps1');
    await waitForTab(session.page, 'Run · check-persistence.ps1');
    await palette('removeAllData');
    await waitFor('the question', async () =>
      (await readDialog(session.page))?.text.includes('with their tokens and secrets: 1.'),
    );
    await clickDialog(session.page, 'Remove All Data');
    await waitForNotification(session.page, 'was removed from this machine');
    assert.deepEqual((await readTabs(session.page)).flat(), []);
    await session.page.getByText('connect to a Microsoft Defender for Endpoint tenant').first().waitFor();
    await palette('clearStoredResults');
    await waitForNotification(session.page, 'No results are stored');
  });
});
