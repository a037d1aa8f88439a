import assert from 'node:assert/strict';
import { afterEach, before, test } from 'node:test';
import { sampleScenarios as scenarios } from '../../src/sample/data/catalogue.ts';
import { findEvidence } from '../../src/evidence/blocks/readEvidence.ts';
import { chooseQuickPick, closeQuickInput, runCommand, waitForQuickInput } from '../rig/quickInput.ts';
import { waitFor } from '../rig/waiting.ts';
import { readEditor, readTabs } from '../rig/workbenchParts.ts';
import { menuTitle, waitForClipboard } from './support/commands.ts';
import { emptyClipboard, openResult } from './support/notes.ts';
import {
  exitCode,
  LOCAL,
  takePictures,
  tenantOf,
  waitForExitCode,
  waitForRows,
  waitForTab,
} from './support/session.ts';
import { workbenchSuite } from './support/workbenchSuite.ts';

/** A result as a person finds it: what the editor says of it, and whether something is marked as wrong. */
interface FieldCase {
  readonly name: keyof typeof scenarios;
  readonly line: string;
  readonly exit: string;
  readonly icon: 'pass' | 'warning';
}

const CASES: readonly FieldCase[] = [
  { name: 'germanHost', line: 'Betriebssystemname:', exit: 'Exit 0', icon: 'pass' },
  { name: 'russianHost', line: 'Активные подключения', exit: 'Exit 0', icon: 'pass' },
  { name: 'turkishHost', line: 'Windows IP Yapılandırması', exit: 'Exit 0', icon: 'pass' },
  { name: 'progressOnly', line: 'Modules checked : 42', exit: 'Exit 0', icon: 'pass' },
  { name: 'scannerLog', line: 'fabscan 4.2.0', exit: 'Exit 1 · 1 error line', icon: 'warning' },
];

workbenchSuite('what the field brings', { tenant: 'local' }, (session) => {
  before(async () => {
    await waitForRows(session.page, LOCAL);
  });
  afterEach(async () => {
    await closeQuickInput(session.page);
    await runCommand(session.page, 'Notifications: Clear All Notifications');
    await runCommand(session.page, 'View: Close All Editors');
  });

  const palette = (command: string): Promise<void> => runCommand(session.page, `Live Response: ${menuTitle(command)}`);
  const calls = (): number => tenantOf(session).recording.requests.length;
  const open = (name: keyof typeof scenarios): Promise<void> =>
    openResult(session.page, name, scenarios[name].scriptName);

  async function waitForLine(what: string): Promise<void> {
    await waitFor(`"${what}" in the editor`, async () =>
      (await readEditor(session.page)).some((line) => line.includes(what)),
    );
  }

  /** Shows the open text in another way; it takes no call. */
  async function showAs(label: string, tab: string): Promise<void> {
    const spent = calls();
    await palette('showAs');
    await chooseQuickPick(session.page, label);
    await waitForTab(session.page, tab);
    assert.equal(calls(), spent, 'a view of what is stored takes no call');
  }

  for (const { name, line, exit, icon } of CASES) {
    test(`${name}: its text, and its end in words`, async () => {
      const { page } = session;
      await open(name);
      await waitForLine(line);
      await waitForExitCode(page, exit);
      const words = (await exitCode(page)) ?? '';
      assert.equal(/error lines?/u.test(words), icon === 'warning', words);
      await page.locator(`.statusbar-item[id$="exitCode"] .codicon-${icon}`).waitFor();
      await takePictures(session, `field-${name}`);
    });
  }

  test('a German text whose letters are wrong is read by its own code page', async () => {
    await open('germanHost');
    await waitForLine('Registrierter Eigent');
    assert.ok(!(await readEditor(session.page)).some((line) => line.includes('Eigentümer')));
    await palette('showAs');
    const { items } = await waitForQuickInput(session.page, (input) =>
      input.items.some(({ label }) => label === 'CP850, read as Windows-1252'),
    );
    assert.ok(items.some(({ description }) => description.includes('Western Europe')));
    await takePictures(session, 'field-showAs-likely');
    await closeQuickInput(session.page);
    await showAs('CP850, read as Windows-1252', 'as CP850 read as Windows-1252 · ');
    await waitForLine('Jürgen Groß');
    await takePictures(session, 'field-germanHost-cp850');
    await showAs('CP850', 'as CP850 · ');
    await waitForLine('Jürgen Groß');
  });

  test("a scanner's log as a terminal shows it: few lines, the hidden address in words, quoted as such", async () => {
    const { page } = session;
    await open('scannerLog');
    await waitForLine('fabscan 4.2.0');
    await showAs('As a Terminal Shows It', 'as a terminal shows it · ');
    await waitForLine('Scan complete');
    await waitForLine('[link to https[:]//collect.attacker.example/?host=1]');
    await waitForLine('characters that were overwritten or erased are not shown]');
    const lines = await readEditor(page);
    assert.ok(!lines.some((line) => line.includes('\u001b') || line.includes('0001/3000')), lines.join('\n'));
    assert.equal(await page.locator('.editor-group-container.active .detected-link').count(), 0);
    await takePictures(session, 'field-scannerLog-terminal');
    await emptyClipboard(page);
    await runCommand(page, 'Live Response: Copy as Evidence Block');
    const note = await waitForClipboard(page, /shown as a terminal shows it, not as stored/u);
    const [found] = findEvidence(note);
    assert.equal(found?.address.view, 'terminal');
    assert.ok((await readTabs(page)).flat().some(({ label, active }) => active && label.includes('as a terminal')));
  });

  test('progress alone in the errors can be looked at', async () => {
    await open('progressOnly');
    await waitForLine('Modules checked : 42');
    await palette('openErrors');
    await waitForTab(session.page, 'as readable CLIXML · ');
    await waitForLine('[2 progress records not shown]');
    await takePictures(session, 'field-progressOnly-errors');
  });
});
