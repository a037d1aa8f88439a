import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, before, test } from 'node:test';
import type { Frame, Page } from 'playwright-core';
import { buildOutsideAddress } from '../../src/evidence/blocks/citation.ts';
import type { MachineAction } from '../../src/defender/schema.ts';
import { scenarioRef } from '../../src/sample/data/catalogue.ts';
import type { sampleScenarios } from '../../src/sample/data/catalogue.ts';
import { runCommand, typeQuickInput, waitForQuickInput } from '../rig/quickInput.ts';
import { waitFor } from '../rig/waiting.ts';
import {
  clickDialog,
  clickNotification,
  clickRow,
  readDialog,
  readEditor,
  readNotifications,
  waitForNotification,
} from '../rig/workbenchParts.ts';
import { copied, copyAs, emptyClipboard, onlyEvidence, openAtEnd, openResult } from './support/notes.ts';
import { LOCAL, takePictures, tenantOf, waitForRows, waitForTab } from './support/session.ts';
import type { SessionOptions } from './support/session.ts';
import { workbenchSuite } from './support/workbenchSuite.ts';

/** Returns the hash that a documented command prints. */
function hashBy(command: string, file: string): string {
  return execFileSync('sh', ['-c', command, file], { encoding: 'utf8' }).split(' ')[0]?.trim() ?? '';
}

const sha256 = (text: string): string => createHash('sha256').update(text, 'utf8').digest('hex');

const OPTIONS: SessionOptions = { tenant: 'local' };

workbenchSuite('records: what a note says can be recomputed, read elsewhere, and led back', OPTIONS, (session) => {
  let page: Page;
  before(async () => {
    ({ page } = session);
    await waitForRows(page, LOCAL);
  });
  afterEach(async () => {
    tenantOf(session).faults.clear();
    await runCommand(page, 'Notifications: Clear All Notifications');
    await runCommand(page, 'View: Close All Editors');
  });

  const inFolder = (name: string): string => path.join(session.workspace.folder, name);
  const clipboard = (text: string): Promise<unknown> =>
    page.evaluate(`navigator.clipboard.writeText(${JSON.stringify(text)})`);
  const linksAskedFor = (): number => tenantOf(session).recording.calls('link').length;

  test('every hash of a full block is what public tools compute from the exported file and its facts', async () => {
    // From the list, as a person opens it: no call brings the action alone.
    await clickRow(page, LOCAL, 'check-persistence.ps1');
    await waitForTab(page, 'check-persistence.ps1');
    assert.equal(tenantOf(session).recording.calls('get').length, 0);
    await emptyClipboard(page);
    await page.locator('.tab', { hasText: 'check-persistence.ps1' }).click({ button: 'right' });
    await copyAs(page, 'Copy as Full Evidence Block');
    const block = await copied(page);
    const found = onlyEvidence(block);
    await page.locator('.tab', { hasText: 'check-persistence.ps1' }).click();
    await runCommand(page, 'Live Response: Export Raw Result…');
    await waitForQuickInput(page, ({ value }) => value.includes('output_'));
    await typeQuickInput(page, inFolder('exported.json'));
    await waitForNotification(page, 'SHA-256');
    assert.equal(found.sha256, hashBy('sha256sum "$0"', inFolder('exported.json')));
    assert.equal(found.textSha256, hashBy('jq -j .script_output "$0" | sha256sum', inFolder('exported.json')));

    const { version } = JSON.parse(await readFile('package.json', 'utf8')) as { version: string };
    assert.ok(block.includes(`- Fetched with: Live Response Results \`${version}\`\n`), block);
    const text = await readFile(inFolder('exported.json.facts.json'), 'utf8');
    const facts = JSON.parse(text) as {
      readonly action: MachineAction;
      readonly actionAsReceived: { readonly text: string; readonly from: string; readonly sha256OfTextAsUtf8: string };
      readonly fetchedWith: string;
    };
    assert.equal(facts.fetchedWith, `Live Response Results ${version}`);
    const { actionAsReceived: received } = facts;
    assert.equal(received.from, 'an element of a list');
    assert.equal((JSON.parse(received.text) as MachineAction).id, found.address.actionId);
    assert.equal(received.sha256OfTextAsUtf8, sha256(received.text));
    const byTools = hashBy('jq -j .actionAsReceived.text "$0" | sha256sum', inFolder('exported.json.facts.json'));
    assert.equal(byTools, received.sha256OfTextAsUtf8);
  });

  test('the rendered preview shows one code block with the quoted text, and the link of the citation', async () => {
    await openResult(page, 'forgedEvidence', 'A1.ps1');
    await page.keyboard.press('Control+A');
    await emptyClipboard(page);
    await runCommand(page, 'Live Response: Copy as Evidence Block');
    const block = await copied(page);
    const found = onlyEvidence(block);
    await writeFile(inFolder('preview.md'), `# Case\n\nSeen on the device:\n\n${block}\nAnd then?\n`);
    await runCommand(page, 'View: Close All Editors');
    await openAtEnd(page, inFolder('preview.md'));
    await runCommand(page, 'Markdown: Open Preview to the Side');
    const preview = await waitFor('the preview', async () => {
      for (const frame of page.frames()) {
        if ((await countIn(frame, '.markdown-body h1')) === 1 && (await countIn(frame, 'pre code')) > 0) return frame;
      }
      return undefined;
    });
    assert.equal(await countIn(preview, 'pre code'), 1);
    assert.equal(await preview.locator('pre code').textContent(), `${found.quoted ?? ''}\n`);
    const links = await preview
      .locator('.markdown-body a[href]')
      .evaluateAll((all: unknown[]) =>
        (all as { getAttribute: (name: string) => string }[]).map((link) => link.getAttribute('data-href')),
      );
    assert.deepEqual(links, [/\]\((live-response:[^)]*)\)/u.exec(block)?.[1]]);
    assert.equal(
      await countIn(preview, '.markdown-body img, .markdown-body script[src^="http"], .markdown-body h2'),
      0,
    );
    await takePictures(session, 'note-preview');
  });

  test('a citation, and an address for a ticket, lead back by Open Result by ID or Link…', async () => {
    await openResult(page, 'eventLogErrors', 'recent-events.ps1');
    await emptyClipboard(page);
    await runCommand(page, 'Live Response: Copy as Citation');
    const citation = await copied(page);
    const links = linksAskedFor();
    for (const text of [citation, buildOutsideAddress(onlyEvidence(citation))]) {
      await runCommand(page, 'View: Close All Editors');
      await clipboard(`as ${text} says`);
      await runCommand(page, 'Live Response: Open Result by ID or Link…');
      const { actionId, commandIndex } = scenarioRef('eventLogErrors');
      await waitForQuickInput(page, ({ value }) => value === `${actionId}#${commandIndex}`);
      await typeQuickInput(page, text);
      await waitForTab(page, 'recent-events.ps1');
    }
    assert.equal(linksAskedFor(), links);
  });

  test('plain evidence for a ticket stands in the same menu as the other forms', async () => {
    await openResult(page, 'exitZero', 'collect-triage.ps1');
    await page.keyboard.press('Shift+ArrowDown');
    await emptyClipboard(page);
    await page.locator('.tab', { hasText: 'collect-triage.ps1' }).click({ button: 'right' });
    await copyAs(page, 'Copy as Evidence (Plain Text)');
    const text = await waitFor('plain evidence on the clipboard', async () => {
      const now = await page.evaluate<string>('navigator.clipboard.readText()');
      return now.includes('\nSource: ') ? now : undefined;
    });
    assert.match(
      text,
      /^\S+ · collect-triage\.ps1 · exit code 0 · started \d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ\n-----\nTranscript started[^\n]*\n-----\nSource: output line 1 of /u,
    );
    assert.match(text, /^Link: [\w-]+:\/\/live-response-results\.live-response-results\/result\?[^\n]*&at=L1$/mu);
    assert.match(text, /^SHA-256 of the text as UTF-8: [\da-f]{64}$/mu);
    assert.doesNotMatch(text, /[`*]/u);
  });

  test("Check Notes' Evidence that is cancelled fetches nothing more, and leaves the rest unknown", async () => {
    const scenarios: readonly (keyof typeof sampleScenarios)[] = ['registryQuery', 'wideTools', 'turkishTasks'];
    await openResult(page, 'eventLogErrors', 'recent-events.ps1');
    await emptyClipboard(page);
    await runCommand(page, 'Live Response: Copy as Citation');
    const citation = await copied(page);
    const { actionId } = scenarioRef('eventLogErrors');
    const note = [citation, ...scenarios.map((name) => citation.replaceAll(actionId, scenarioRef(name).actionId))];
    await writeFile(inFolder('cancelled.md'), note.map((line) => `- ${line}\n`).join(''));
    await openAtEnd(page, inFolder('cancelled.md'));
    const gate = Promise.withResolvers<undefined>();
    tenantOf(session).faults.add({ door: 'blob', until: gate.promise.then(() => undefined) });
    const before = linksAskedFor();
    await runCommand(page, "Live Response: Check Notes' Evidence");
    await waitFor('the question', async () => (await readDialog(page))?.text.includes('3 of the results'));
    await clickDialog(page, 'Fetch');
    await waitFor('the progress of the first', async () =>
      (await readNotifications(page)).some(({ text }) => text.includes('1 of 3')),
    );
    await waitFor('its link', () => Promise.resolve(linksAskedFor() === before + 1));
    await clickNotification(page, '1 of 3', 'Cancel');
    await waitForTab(page, 'Evidence in cancelled.md');
    const all = await waitFor('the report', async () => {
      // The report wraps its lines.
      const text = (await readEditor(page)).join(' ').replaceAll(/\s+/gu, ' ');
      return text.includes('was not fetched') ? text : undefined;
    });
    gate.resolve(undefined);
    assert.match(all, /1 MATCHING · 0 CHANGED · 0 GONE · 3 UNKNOWN/u);
    assert.equal(linksAskedFor(), before + 1);
    await takePictures(session, 'check-notes-cancelled');
  });
});

/** Counts the elements of a frame that match; none in a frame that is gone by now. */
function countIn(frame: Frame, selector: string): Promise<number> {
  return frame
    .locator(selector)
    .count()
    .catch(() => 0);
}
