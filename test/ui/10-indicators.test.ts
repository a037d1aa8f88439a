import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, before, test } from 'node:test';
import type { Page } from 'playwright-core';
import { collectIndicators } from '../../src/evidence/indicators/indicators.ts';
import { findEvidence } from '../../src/evidence/blocks/readEvidence.ts';
import { scenarioRef } from '../../src/sample/data/catalogue.ts';
import { applySettings } from '../rig/remoteControl.ts';
import { chooseQuickPick, runCommand, waitForQuickInput } from '../rig/quickInput.ts';
import { waitFor } from '../rig/waiting.ts';
import { clickRow, readEditor, treeRow } from '../rig/workbenchParts.ts';
import { readCsv } from '../unit/evidence/csvReader.ts';
import { menuTitle, waitForClipboard } from './support/commands.ts';
import { copied, copyAs, emptyClipboard, openAtEnd, openResult, outputOf } from './support/notes.ts';
import { LOCAL, takePictures, tenantOf, waitForExitCode, waitForRows, waitForTab } from './support/session.ts';
import type { SessionOptions } from './support/session.ts';
import { workbenchSuite } from './support/workbenchSuite.ts';

const STARTED_AT = Date.UTC(2026, 10, 23, 21, 4);
// drives: copyIndicators
const INDICATORS = menuTitle('copyIndicators');

const OPTIONS: SessionOptions = { tenant: 'local', tenantOptions: { startedAt: STARTED_AT } };

workbenchSuite('indicators, safe text and hunting queries', OPTIONS, (session) => {
  let page: Page;
  before(async () => {
    ({ page } = session);
    await waitForRows(page, LOCAL);
  });
  afterEach(async () => {
    await runCommand(page, 'File: Save All Files');
    await runCommand(page, 'View: Close All Editors');
    await emptyClipboard(page);
  });

  /** Takes what the review offers as it is, in this form. */
  async function acceptAs(form: string): Promise<void> {
    await waitForQuickInput(page, ({ title }) => title.startsWith('Indicators in '));
    await page.keyboard.press('Enter');
    await waitForQuickInput(page, ({ title }) => title === 'Copy Indicators As');
    await chooseQuickPick(page, form);
  }

  test('a whole output: reviewed, one left out, the rest as CSV with its source', async () => {
    await openResult(page, 'exitOne', 'check-persistence.ps1');
    const expected = collectIndicators(outputOf(STARTED_AT, 'exitOne'));
    await runCommand(page, `Live Response: ${INDICATORS}`);
    const review = await waitForQuickInput(page, ({ items }) => items.length >= expected.length);
    assert.match(review.title, /^Indicators in .+ · check-persistence\.ps1$/u);
    await takePictures(session, 'indicators-review');
    const left = expected.find(({ value }) => value.endsWith('client.exe'))?.value ?? '';
    await chooseQuickPick(page, left);
    await acceptAs('CSV');
    const csv = await waitForClipboard(page, /^Type,Indicator,Count,First line,Device,Source\r\n/u);
    const [, ...rows] = readCsv(csv);
    assert.deepEqual(
      rows.map(([, value, count, line]) => [value, count, line]),
      expected
        .filter(({ value }) => value !== left)
        .map(({ value, count, firstLine }) => [value, `${count}`, `${firstLine}`]),
    );
    const { actionId } = scenarioRef('exitOne');
    assert.ok(
      rows.every(([, , , , , source]) => source?.includes(`action=${actionId}`) && source.includes(' SHA-256 ')),
    );
  });

  test('a selection, from the menu of the editor: a plain list of what stands in it, its lines in the source', async () => {
    await openResult(page, 'exitOne', 'check-persistence.ps1');
    for (let line = 1; line < 5; line++) await page.keyboard.press('ArrowDown');
    for (let line = 5; line <= 6; line++) await page.keyboard.press('Shift+ArrowDown');
    await page.keyboard.press('Shift+F10');
    await copyAs(page, INDICATORS);
    await acceptAs('Plain List');
    const [source, ...values] = (await waitForClipboard(page, /^# Source: /u)).trimEnd().split('\n');
    assert.match(source ?? '', / · output lines 5–6 of \d+ · SHA-256 [\da-f]{64} · live-response:/u);
    const selected = { start: { line: 4, character: 0 }, end: { line: 6, character: 0 } };
    assert.deepEqual(
      values,
      collectIndicators(outputOf(STARTED_AT, 'exitOne'), [selected]).map(({ value }) => value),
    );
    assert.ok(values.length > 1);
  });

  test('several rows of the tree, defanged: one table, a citation for each, and the note checks', async () => {
    await applySettings(page, { 'liveResponse.defangOnCopy': true });
    try {
      await clickRow(page, LOCAL, 'collect-triage.ps1');
      await waitForExitCode(page, 'collect-triage.ps1');
      const row = (await treeRow(page, LOCAL, 'check-persistence.ps1')).locator('.label-name').first();
      await row.click({ modifiers: ['Control'] });
      await row.click({ button: 'right' });
      await copyAs(page, INDICATORS);
      const review = await waitForQuickInput(page, ({ items }) => items.length > 8);
      assert.equal(review.title, 'Indicators in 2 results');
      await acceptAs('Markdown Table');
      const table = await copied(page);
      assert.match(table, /^\| Type \| Indicator \| Count \| First line \| Device \|\n/u);
      assert.match(table, /^\| IPv4 \| `203\[\.\]0\[\.\]113\[\.\]9` \| \d+ \| \d+ \| `/mu);
      assert.match(table, /^\| Registry key \| `HKLM\\SOFTWARE\\Microsoft/mu);
      assert.doesNotMatch(table.replaceAll(/\(live-response:[^)]*\)/gu, ''), /203\.0\.113/u);
      assert.equal(findEvidence(table).length, 2);

      await runCommand(page, 'View: Close All Editors');
      await openResult(page, 'exitZero', 'collect-triage.ps1');
      await page.keyboard.press('Control+A');
      await runCommand(page, 'Live Response: Copy as Evidence Block');
      const block = await waitFor('the block', async () => {
        const text = await copied(page);
        return text.includes('```') ? text : undefined;
      });
      assert.match(block, /203\[\.\]0\[\.\]113\[\.\]9[^]* · defanged \d+/u);
      const file = path.join(session.workspace.folder, 'indicators.md');
      await writeFile(file, `# Case\n\n${table}\n${block}`);
      await openAtEnd(page, file);
      await takePictures(session, 'indicators-note');
      await runCommand(page, "Live Response: Check Notes' Evidence");
      await waitForTab(page, 'Evidence in indicators.md');
      await waitFor('three that match', async () =>
        // The line is wrapped.
        /3 MATCHING · 0 CHANGED · 0 GONE · 0 ?UNKNOWN/u.test((await readEditor(page)).join('')),
      );
    } finally {
      await applySettings(page, { 'liveResponse.defangOnCopy': null });
    }
  });

  test('a hunting query around a command, from a row, without a call', async () => {
    const before = tenantOf(session).recording.requests.length;
    await (await treeRow(page, LOCAL, 'list-processes.sh')).locator('.label-name').first().click({ button: 'right' });
    // drives: copyKql
    await copyAs(page, menuTitle('copyKql'));
    const query = await waitForClipboard(page, /^\/\/ .+ · list-processes\.sh · [\da-f-]{36}#0\n/u);
    assert.match(query, /^let Started = datetime\(2026-[\d-]+T[\d:.]+Z\);$/mu);
    assert.match(query, /^\| where Timestamp between \(\(Started - 5m\) \.\. \(Ended \+ 5m\)\)$/mu);
    assert.match(query, /^\| where DeviceId == "[\da-f]{40}"$/mu);
    assert.equal(tenantOf(session).recording.requests.length, before);
  });

  test('a result without any says so', async () => {
    await openResult(page, 'exit323', 'collect-triage.ps1').catch(() => undefined);
    await runCommand(page, `Live Response: ${INDICATORS}`);
    await page.getByText('No indicators were found in').first().waitFor();
  });
});
