import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { after, afterEach, before, suite, test } from 'node:test';
import { scenarioRef } from '../../src/sample/catalogue.ts';
import { chooseQuickPick, readQuickInput, runCommand, typeQuickInput, waitForQuickInput } from '../rig/quickInput.ts';
import { waitFor } from '../rig/waiting.ts';
import { openWorkbench } from '../rig/workbench.ts';
import { clickDialog, clickRow, readDialog, readEditor, readTree, waitForNotification } from '../rig/workbenchParts.ts';
import { menuTitle } from './support/commands.ts';
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
    await runCommand(session.page, 'Notifications: Clear All Notifications');
  });

  const palette = (command: string): Promise<void> => runCommand(session.page, `Live Response: ${menuTitle(command)}`);

  const fetchScenario = async (name: Parameters<typeof scenarioRef>[0], tab: string): Promise<void> => {
    const { actionId, commandIndex } = scenarioRef(name);
    await runCommand(session.page, 'Live Response: Fetch Result…');
    await typeQuickInput(session.page, `${actionId}#${commandIndex}`);
    await waitForTab(session.page, tab);
  };

  /** Answers a file dialog, which fills in its suggestion late. */
  const answerFile = async (file: string): Promise<void> => {
    await waitFor(`the dialog to take ${file}`, async () => {
      const input = await readQuickInput(session.page);
      if (input === undefined) return true;
      // It closes while it is typed into: then the answer was taken.
      if (input.value.includes('/') && input.items.length > 0) {
        await Promise.race([typeQuickInput(session.page, file).catch(() => undefined), setTimeout(2000)]);
      }
      return false;
    });
  };

  test('search finds lines, newest result first; a click opens the line', async () => {
    await fetchScenario('eventLogErrors', 'recent-events.ps1');
    await fetchScenario('turkishTasks', 'list-tasks.ps1');
    const calls = tenantOf(session).recording.requests.length;
    await palette('searchResults');
    await typeQuickInput(session.page, 'transcript started');
    const rows = await waitFor('hits', async () => {
      const found = await readTree(session.page, SEARCH);
      return found.filter(({ level }) => level === 2).length >= 2 ? found : undefined;
    });
    assert.match(rows[0]?.label ?? '', /list-tasks\.ps1/u);
    await takePictures(session, 'search');
    // drives: openHit
    await clickRow(session.page, SEARCH, rows.find(({ level }) => level === 2)?.label ?? '');
    await waitForExitCode(session.page, 'list-tasks.ps1');
    assert.equal(tenantOf(session).recording.requests.length, calls, 'no call');
  });

  test('hits are exported, searched for again, and cleared', async () => {
    const file = path.join(session.workspace.folder, 'hits.ndjson');
    await palette('exportHits');
    await answerFile(file);
    const line = await waitFor('the export', async () => {
      const [first] = (await readFile(file, 'utf8').catch(() => '')).split('\n');
      return first === '' ? undefined : first;
    });
    assert.equal((JSON.parse(line) as { line: number }).line, 1);
    await palette('searchAgain');
    await waitFor('hits again', async () => (await readTree(session.page, SEARCH)).length > 2);
    await palette('cancelSearch');
    await palette('clearSearch');
    await waitFor('no view', async () => (await readTree(session.page, SEARCH)).length === 0);
  });

  test('a saved file opens as if fetched, with the facts beside it, and spends no call', async () => {
    const file = path.join(session.workspace.folder, 'saved.json');
    await palette('exportRaw');
    await waitForQuickInput(session.page, ({ value }) => value.includes('output_'));
    await typeQuickInput(session.page, file);
    await waitForNotification(session.page, 'SHA-256');
    const calls = tenantOf(session).recording.requests.length;
    await palette('openSavedResult');
    await chooseQuickPick(session.page, 'File…');
    await answerFile(file);
    await waitForTab(session.page, 'FROM FILE');
    await waitForExitCode(session.page, 'list-tasks.ps1');
    const forged = file.replace('saved', 'forged');
    await writeFile(forged, (await readFile(file, 'utf8')).replace('list-tasks', 'other-name'));
    await writeFile(forged.replace('.json', '.facts.json'), await readFile(file.replace('.json', '.facts.json')));
    await palette('openSavedResult');
    await chooseQuickPick(session.page, 'File…');
    await answerFile(forged);
    await waitForNotification(session.page, 'is about another file');
    await waitForTab(session.page, 'forged.json');
    assert.equal(tenantOf(session).recording.requests.length, calls);
  });

  test('restored tabs show their text offline, without a call', async () => {
    const { recording } = tenantOf(session);
    tenantOf(session).faults.add({ door: 'api', times: Infinity, action: { kind: 'answer', status: 503 } });
    await openWorkbench(session.page, session.url);
    const before = recording.calls('link').length;
    await waitForTab(session.page, 'forged.json');
    await waitFor('the text', async () => (await readEditor(session.page)).some((line) => line !== ''));
    assert.equal(recording.calls('link').length, before);
    tenantOf(session).faults.clear();
  });

  test('clear says what goes, and quoted ones by name; what is left stays', async () => {
    await palette('clearStoredResults');
    const picks = await waitForQuickInput(session.page, ({ items }) => items.length > 3);
    assert.ok(picks.items.some(({ separator }) => separator === 'By device'));
    await chooseQuickPick(session.page, 'Opened files');
    await waitFor('the question', async () => (await readDialog(session.page))?.text.includes('2 results'));
    await clickDialog(session.page, 'Clear');
    await palette('clearStoredResults');
    const left = await waitForQuickInput(session.page, ({ items }) => items.length > 3);
    assert.ok(left.items.every(({ label }) => label !== 'Opened files'));
    await session.page.keyboard.press('Escape');
  });

  test('remove all data forgets results and connections', async () => {
    await palette('removeAllData');
    await waitFor('the question', async () => (await readDialog(session.page))?.text.includes('connections'));
    await clickDialog(session.page, 'Remove All Data');
    await waitForNotification(session.page, 'was removed from this machine');
    await session.page.getByText('connect to a Microsoft Defender for Endpoint tenant').first().waitFor();
    await palette('clearStoredResults');
    await waitForNotification(session.page, 'No results are stored');
  });
});
