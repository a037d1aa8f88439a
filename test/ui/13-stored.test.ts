import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { after, afterEach, before, suite, test } from 'node:test';
import { scenarioRef } from '../../src/sample/catalogue.ts';
import {
  chooseQuickPick,
  closeQuickInput,
  readQuickInput,
  runCommand,
  typeQuickInput,
  waitForQuickInput,
} from '../rig/quickInput.ts';
import { waitFor } from '../rig/waiting.ts';
import { reloadWindow } from '../rig/workbench.ts';
import {
  clickDialog,
  clickRow,
  readDialog,
  readStatusBar,
  readTabs,
  readTree,
  waitForNotification,
} from '../rig/workbenchParts.ts';
import type { TreeRow } from '../rig/workbenchParts.ts';
import { menuTitle, waitForClipboard } from './support/commands.ts';
import {
  LOCAL,
  pictureOfFailure,
  startSession,
  takePictures,
  tenantOf,
  waitForExitCode,
  waitForRows,
  waitForTab,
} from './support/session.ts';
import type { Session } from './support/session.ts';

const SEARCH = 'Search in Stored Results';

suite('what is stored', () => {
  let session: Session;
  before(async () => {
    session = await startSession({ tenant: 'local' });
    await waitForRows(session.page, LOCAL);
  });
  after(async () => {
    await session.stop();
  });
  afterEach(async (context) => {
    await pictureOfFailure(session, context);
    tenantOf(session).faults.clear();
    await runCommand(session.page, 'Notifications: Clear All Notifications');
  });

  const palette = (command: string): Promise<void> => runCommand(session.page, `Live Response: ${menuTitle(command)}`);

  const fetchScenario = async (name: Parameters<typeof scenarioRef>[0], tab: string): Promise<void> => {
    const { actionId, commandIndex } = scenarioRef(name);
    await runCommand(session.page, 'Live Response: Fetch Result…');
    await typeQuickInput(session.page, `${actionId}#${commandIndex}`);
    await waitForTab(session.page, tab);
  };

  /**
   * Answers the file dialog of this title. It fills in what it suggests late, over what was typed, and takes an early
   * Enter for a way into the folder.
   */
  const answerFile = async (title: string, suggested: string, file: string): Promise<void> => {
    await waitForQuickInput(session.page, (input) => input.title === title && input.value.endsWith(suggested));
    await waitFor(`the dialog to take ${file}`, async () => {
      const input = await readQuickInput(session.page);
      if (input?.title !== title) return true;
      if (input.value === file) await session.page.keyboard.press('Enter');
      else await typeQuickInput(session.page, file, false);
      return false;
    });
  };

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
    // What came since is found by the same search.
    await fetchScenario('exitOne', 'check-persistence.ps1');
    await palette('searchAgain');
    await waitFor('what came since', async () =>
      (await readTree(session.page, SEARCH)).some(({ label }) => label.includes('check-persistence.ps1')),
    );
    await palette('cancelSearch');
    await palette('clearSearch');
    await waitFor('no view', async () => (await readTree(session.page, SEARCH)).length === 0);
  });

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
    const forged = file.replace('saved', 'forged');
    await writeFile(forged, (await readFile(file, 'utf8')).replace('list-tasks', 'other-name'));
    await writeFile(forged.replace('.json', '.facts.json'), await readFile(file.replace('.json', '.facts.json')));
    await palette('openSavedResult');
    await chooseQuickPick(session.page, 'File…');
    await answerFile('Open Saved Result', '/', forged);
    await waitForNotification(session.page, 'is about another file');
    await waitForTab(session.page, 'forged.json');
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

  /** How much there is of them, by the list of what can be cleared, which stays open. */
  const openedFiles = async (): Promise<string | undefined> => {
    await palette('clearStoredResults');
    const { items } = await waitForQuickInput(session.page, (input) => input.items.length > 3);
    return items.find(({ label }) => label === 'Opened files')?.description;
  };

  test('clear says what goes, and quoted ones by name; what is left stays', async () => {
    await palette('copyNote');
    await waitForClipboard(session.page, /forged\.json/u);
    await palette('clearStoredResults');
    const picks = await waitForQuickInput(session.page, ({ items }) => items.length > 3);
    assert.ok(picks.items.some(({ separator }) => separator === 'By device'));
    await chooseQuickPick(session.page, 'Opened files');
    const asked = await waitFor('the question', () => readDialog(session.page));
    assert.match(asked.text, /2 results.*of 1 of them was copied or quoted.*forged\.json/su);
    await clickDialog(session.page, 'Clear All but Quoted');
    const left = await openedFiles();
    assert.match(left ?? '', /^1 result,/u);
    await chooseQuickPick(session.page, 'Opened files');
    await waitFor('the question', async () => (await readDialog(session.page))?.text.includes('1 result,'));
    await clickDialog(session.page, 'Clear');
    assert.equal(await openedFiles(), undefined);
    await closeQuickInput(session.page);
  });

  test('remove all data forgets results and connections', async () => {
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
