import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, afterEach, before, test } from 'node:test';
import { huntingRun } from '../../src/sample/data/huntingRun.ts';
import { chooseQuickPick, runCommand, typeQuickInput, waitForQuickInput } from '../rig/quickInput.ts';
import { waitFor } from '../rig/waiting.ts';
import { reloadWindow } from '../rig/workbench.ts';
import {
  clickDialog,
  clickNotification,
  followLink,
  readDialog,
  readStatusBar,
  treeRow,
  waitForNotification,
} from '../rig/workbenchParts.ts';
import { menuTitle } from './support/commands.ts';
import { exportRows, exportTimeline } from './support/runExports.ts';
import { handOverRun } from './support/handOver.ts';
import { readOverview } from './support/runOverview.ts';
import { askAboutDevices, quoteOddLines, searchInRun } from './support/runPages.ts';
import { exportShownRows, quoteRow, restoreTable, stackRun } from './support/runTable.ts';
import { LOCAL, takePictures, tenantOf, waitForExitCode, waitForRows, waitForTab } from './support/session.ts';
import { keepTheRest } from './support/standingOrder.ts';
import { workbenchSuite } from './support/workbenchSuite.ts';

/** Results that exist according to the list, because the command has ended. Two of these have none nevertheless. */
const AVAILABLE = 196;
const PLENTY = [
  { limit: 10_000, milliseconds: 60_000, label: '00:01:00' },
  { limit: 10_000, milliseconds: 3_600_000, label: '01:00:00' },
];

workbenchSuite('a run over 200 hosts', { tenant: 'local', tenantOptions: { limits: PLENTY } }, (session) => {
  let forgetting: ReturnType<typeof setInterval> | undefined;
  before(async () => {
    await waitForRows(session.page, LOCAL);
    await writeFile(path.join(session.workspace.folder, 'hunt.md'), '');
  });
  after(() => {
    clearInterval(forgetting);
  });
  afterEach(async () => {
    await runCommand(session.page, 'Notifications: Clear All Notifications');
  });

  const palette = (command: string): Promise<void> => runCommand(session.page, `Live Response: ${menuTitle(command)}`);
  const openRun = async (): Promise<void> => {
    await palette('openRun');
    await chooseQuickPick(session.page, huntingRun.scriptName);
    await waitForTab(session.page, `Run · ${huntingRun.scriptName}`);
  };
  const links = (): string[] =>
    tenantOf(session)
      .recording.calls('link')
      .map(({ path: asked }) => asked);
  const item = async (): Promise<string | undefined> =>
    (await readStatusBar(session.page)).find(({ id }) => id.endsWith('.run'))?.text;
  const { lines: overview, waitForLine, scrollTo, chooseRules } = readOverview(session);
  // drives: changeRunRules
  const dialog = async (what: string): Promise<{ text: string }> =>
    waitFor(`a dialog "${what}"`, async () => {
      const shown = await readDialog(session.page);
      return shown?.text.includes(what) === true ? shown : undefined;
    });

  /** The budget of this window lets 80 calls a minute through in the background. Here the minute never fills. */
  function forgetCalls(): void {
    const folder = path.join(
      session.server.serverDataDir,
      'data/User/globalStorage/live-response-results.live-response-results',
    );
    const database = new DatabaseSync(path.join(folder, 'shared.db'));
    database.exec('PRAGMA busy_timeout = 5000');
    forgetting = setInterval(() => {
      database.exec('DELETE FROM calls WHERE ended_at IS NOT NULL');
    }, 100);
  }

  test('its hosts are found, its price is named, and it is fetched in the background', async () => {
    const { page } = session;
    await palette('fetchRun');
    for (;;) {
      const { items } = await waitForQuickInput(page, ({ title }) => title === 'Choose a Run');
      // Only the rows in view are in the page: the list is narrowed first.
      assert.ok(items.length > 0);
      await typeQuickInput(page, huntingRun.scriptName, false);
      const narrowed = await waitForQuickInput(page, (input) => input.items.length <= 3);
      if (narrowed.items.some(({ label }) => label === huntingRun.scriptName)) break;
      const lists = tenantOf(session).recording.calls('list').length;
      await chooseQuickPick(page, 'Load older actions');
      await waitFor('an older page', () => Promise.resolve(tenantOf(session).recording.calls('list').length > lists));
    }
    const before = tenantOf(session).recording.calls('list').length;
    await chooseQuickPick(page, huntingRun.scriptName);
    const { text } = await dialog(`Fetch the results of ${huntingRun.scriptName} on 200 hosts?`);
    assert.match(text, new RegExp(`${AVAILABLE} calls, about 2 `, 'u'));
    assert.match(text, /4 hosts have no result: still pending or running/u);
    assert.equal(tenantOf(session).recording.calls('list').length, before + 1);
    assert.equal(links().length, 0);
    await clickDialog(page, 'Fetch');
    await waitForTab(page, huntingRun.scriptName);
    await waitFor('results', () => Promise.resolve(links().length > 10));
  });

  test('it can be paused and goes on', async () => {
    await palette('pauseRun');
    await waitFor('a pause', async () => (await item())?.includes('Run paused at') === true);
    await waitForLine('Paused.');
    await palette('resumeRun');
    await waitFor('it to go on', async () => (await item())?.includes('Run: ') === true);
    assert.ok(links().length < AVAILABLE);
    await waitFor('some more results', () => Promise.resolve(links().length > 30));
  });

  test('killed in the middle it is offered again, and ends with each result fetched once', async () => {
    const { page } = session;
    await reloadWindow(page);
    const asked = links().length;
    const singly = tenantOf(session).recording.calls('get').length;
    assert.ok(asked < AVAILABLE, `${asked} of ${AVAILABLE} were asked for already`);
    await waitForNotification(page, 'was interrupted');
    forgetCalls();
    await clickNotification(page, 'was interrupted', 'Go On');
    await waitForTab(page, huntingRun.scriptName);
    // Some 160 results are fetched, which takes minutes on a busy machine.
    await waitForLine('Fetching has ended.', 300_000);
    assert.ok(links().length >= AVAILABLE);
    // The new window's list is short: one call brings the actions, not one for each.
    assert.equal(tenantOf(session).recording.calls('get').length, singly);
    const once = new Set(links());
    assert.equal(once.size, AVAILABLE);
    // A call that was under way when the window died has no answer: only such a one is made again.
    assert.ok(links().length - once.size <= 3, `${links().length - once.size} more than once`);
    const downloads = tenantOf(session)
      .recording.calls('download')
      .map(({ path: asked_ }) => asked_.split('?')[0]);
    assert.ok(downloads.length - new Set(downloads).size <= 3);
  });

  test('the three odd hosts stand on the first screen, and seven rows say why there is no result', async () => {
    await scrollTo(huntingRun.scriptName, 'Control+Home');
    const screen = (await overview()).join('\n');
    for (const [host, line] of [
      ['ws-042', 'OneDrive Reporting Tasks'],
      ['ws-117', 'WinHelpSvc'],
      ['ws-163', 'upd.vbs'],
    ]) {
      assert.match(screen, new RegExp(`${host} .*line \\d+ .*${line}`, 'u'));
    }
    assert.match(screen, /RARE LINES \(on 3 hosts or fewer, of 193\)/u);
    assert.match(screen, /GROUPS OF EQUAL RESULTS \(4\)/u);
    assert.match(screen, /190 hosts +Exit 0/u);
    assert.match(screen, /NO RESULT TO READ \(7\)/u);
    for (const [host, why] of [
      ['ws-009', 'Not started within two hours'],
      ['ws-031', 'The device said: Script execution failed.'],
      ['ws-064', 'Never ran: the session timed out first.'],
      ['ws-088', 'Canceled by jonas.lindqvist@fabrikam.example:'],
      ['ws-105', 'Defender has no result for this command, which ended on'],
      ['ws-140', 'longer than the ten minutes that a script may run'],
      ['ws-191', ''],
    ] as const) {
      assert.ok(
        screen.split('\n').some((line) => line.trim().startsWith(host) && line.includes(why)),
        `${host}: ${why}\n${screen}`,
      );
    }
    await takePictures(session, 'run-overview');
  });

  test('Defender is asked about the devices without a result, one call each, and only then', () =>
    askAboutDevices(session));

  test('the rules are chosen, and shown', async () => {
    await chooseRules('1');
    // Every host is now one of its kind, with two lines of its own: the groups stand far below.
    await waitForLine('RARE LINES (on only 1 host, of 193)');
    await waitForLine('Ignored: transcript file name, trailing NULs, GUIDs');
    await scrollTo('GROUPS OF EQUAL RESULTS (193)', 'PageDown');
    await chooseRules('3', 'baseline of \\w+');
    await scrollTo(huntingRun.scriptName, 'Control+Home');
    await waitForLine('labeled process IDs. /baseline of \\w+/ Change Rules…');
    await waitForLine('RARE LINES (on 3 hosts or fewer, of 193)');
    await waitForLine('GROUPS OF EQUAL RESULTS (4)');
  });

  test('what the groups take for equal can be looked at: as received beside normalised, without a call', async () => {
    const { page } = session;
    const { length } = tenantOf(session).recording.requests;
    await followLink(page.locator('.active .detected-link', { hasText: 'Show What Was Normalized' }).first());
    await waitForTab(page, 'as received ↔ normalised (host, times, pids, guids, own) · ');
    const side = (which: 'original' | 'modified'): Promise<string> =>
      page.locator(`.editor-group-container.active .editor.${which} .view-lines`).innerText();
    await waitFor('what stands for values', async () => /<time>[^]*<own>/u.test(await side('modified')));
    assert.ok(!/<time>|<own>/u.test(await side('original')));
    await waitFor('the differences', async () => (await page.locator('.char-delete, .line-delete').count()) > 0);
    assert.equal(tenantOf(session).recording.requests.length, length);
    await takePictures(session, 'run-normalised');
    await runCommand(page, 'View: Close Editor');
    await scrollTo(huntingRun.scriptName, 'Control+Home');
  });

  // drives: exportRunCsv
  // drives: exportRunNdjson
  test('CSV and NDJSON have a row for every host', () => exportRows(session));

  test('as a timeline, each event has what Timesketch requires and leads back to its result', () =>
    exportTimeline(session));

  // drives: handOver
  test('handed over, it is a pack that the published verifier finds consistent; a result of it opens again', () =>
    handOverRun(session));

  test('a host leads to its result, and the overview is opened again without a call', async () => {
    const { page } = session;
    const { length } = tenantOf(session).recording.requests;
    // Of an overview that is in front already, nothing would tell when the command has ended and shows it again.
    await runCommand(page, 'View: Close All Editors');
    await openRun();
    await scrollTo(huntingRun.scriptName, 'Control+Home');
    const host = page.locator('.editor-group-container.active .detected-link', { hasText: 'ws-042' }).first();
    await followLink(host);
    await waitForExitCode(page, 'ws-042');
    await waitForTab(page, 'ws-042');
    await waitForLine('OneDrive Reporting Tasks');
    assert.equal(tenantOf(session).recording.requests.length, length);
  });

  test('a plain click on a host opens its result at the line', async () => {
    const { page } = session;
    await openRun();
    await scrollTo(huntingRun.scriptName, 'Control+Home');
    const host = page.locator('.editor-group-container.active .detected-link', { hasText: 'ws-117' }).first();
    await host.click();
    await waitForExitCode(page, 'ws-117');
    await waitForTab(page, 'ws-117');
    await waitForLine('WinHelpSvc');
  });

  test('the hosts are sorted: the rarest results first', async () => {
    const { page } = session;
    await openRun();
    await runCommand(page, 'View: Focus Active Editor Group');
    await scrollTo('ALL HOSTS (200), by name', 'PageDown');
    await followLink(page.locator('.editor-group-container.active .detected-link', { hasText: 'Sort…' }).first());
    await chooseQuickPick(page, 'rarest results first');
    await waitForLine('ALL HOSTS (200), rarest results first');
    const lines = await overview();
    const first = lines.findIndex((line) => line.includes('ALL HOSTS')) + 1;
    for (const line of lines.slice(first, first + 3)) assert.match(line, /^ +ws-(?:042|117|163) .*unique/u);
    await scrollTo(huntingRun.scriptName, 'Control+Home');
  });

  test('the odd lines go into the notes: a row each with the source of its own host, and the note checks', () =>
    quoteOddLines(session));

  test('a search in this run names the hosts without a hit, and those of which it is not known', () =>
    searchInRun(session));

  test('as a table, the three odd entries stand first when they are stacked', () => stackRun(session));

  test('the shown rows are exported in each form, and the IDs of devices without a result are copied', async () => {
    // drives: exportTable
    // drives: copyDeviceIds
    // drives: openAsTable
    await exportShownRows(session);
  });

  test('a row of the table is quoted with its source, and leads to its line', () => quoteRow(session));

  test('the row of a run in the tree leads to its overview', async () => {
    const { page } = session;
    const { length } = tenantOf(session).recording.requests;
    await palette('groupByRun');
    const row = await treeRow(page, LOCAL, 'collect-triage.ps1 -Sections all');
    await row.locator('.label-name').click({ button: 'right' });
    const entry = page.locator('.monaco-menu .action-label').getByText(menuTitle('openRun'), { exact: true });
    await entry.waitFor();
    await waitFor('the menu to take the click', async () => {
      if ((await entry.count()) === 0) return true;
      await entry.click({ timeout: 1000 });
      return false;
    });
    await waitForTab(page, 'Run · collect-triage.ps1');
    await waitForLine('collect-triage.ps1 on 1 host');
    await palette('groupByAction');
    assert.equal(tenantOf(session).recording.requests.length, length);
  });

  test('cancelled at once, it says so and keeps what is there', async () => {
    const { page } = session;
    await runCommand(page, 'View: Close All Editors');
    const { length } = tenantOf(session).recording.requests;
    await palette('fetchRun');
    const { items } = await waitForQuickInput(page, ({ title }) => title === 'Choose a Run');
    assert.equal(items[0]?.label, huntingRun.scriptName, 'runs on many hosts stand first');
    await chooseQuickPick(page, huntingRun.scriptName);
    // The two that had none are asked for again, as this is a new gesture.
    await dialog('2 calls, ');
    await clickDialog(page, 'Fetch');
    await palette('cancelRun');
    await waitForTab(page, huntingRun.scriptName);
    await waitFor('an end', async () =>
      (await overview()).some((line) => line.includes('Canceled.') || line.includes('Fetching has ended.')),
    );
    const made = tenantOf(session).recording.requests.slice(length);
    assert.ok(made.length <= 2, made.map(({ method, path: asked }) => `${method} ${asked.split('?')[0]}`).join(', '));
  });

  test('an order keeps the rest as it comes: shown with what it takes, paused, and stopped', () =>
    keepTheRest(session));

  test('after a reload, the table is there with its filter', async () => {
    await stackRun(session);
    await restoreTable(session);
  });
});
