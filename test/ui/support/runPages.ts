import assert from 'node:assert/strict';
import path from 'node:path';
import { findEvidence } from '../../../src/evidence/blocks/readEvidence.ts';
import { huntingRun } from '../../../src/sample/data/huntingRun.ts';
import { chooseQuickPick, runCommand, typeQuickInput, waitForQuickInput } from '../../rig/quickInput.ts';
import { waitFor } from '../../rig/waiting.ts';
import { followLink, readTree } from '../../rig/workbenchParts.ts';
import { menuTitle } from './commands.ts';
import { openAtEnd, savedAs } from './notes.ts';
import { readOverview } from './runOverview.ts';
import { tenantOf, waitForTab } from './session.ts';
import type { Session } from './session.ts';

/**
 * Pastes the rare lines of the overview in front into `hunt.md`, and checks the note: a row for each line, with the
 * source of its own host.
 */
export async function quoteOddLines({ page, workspace }: Session): Promise<void> {
  const reader = readOverview({ page });
  await page
    .locator('.editor-group-container.active .view-line', { hasText: 'OneDrive Reporting Tasks' })
    .click({ position: { x: 300, y: 8 } });
  await page.keyboard.press('Home');
  await page.keyboard.press('Home');
  for (let line = 0; line < 2; line++) await page.keyboard.press('Shift+ArrowDown');
  await page.keyboard.press('Shift+End');
  await page.keyboard.press('Control+c');
  const file = path.join(workspace.folder, 'hunt.md');
  await openAtEnd(page, file);
  await page.keyboard.press('Control+v');
  const note = await savedAs(page, file, (text) => findEvidence(text).length === 3);
  assert.match(
    note,
    /^Run `hunt-persistence\.ps1` .*200 hosts: 193 results, 0 not fetched, 7 without a result to read · rare: on 3 hosts or fewer/u,
  );
  for (const odd of ['OneDrive Reporting Tasks', 'WinHelpSvc', 'upd.vbs']) assert.ok(note.includes(odd), note);
  assert.equal(new Set(findEvidence(note).map(({ address }) => address.actionId)).size, 3);
  await runCommand(page, `Live Response: ${menuTitle('checkNotes')}`);
  await waitForTab(page, 'Evidence in hunt.md');
  await reader.waitForLine('3 MATCHING');
  await runCommand(page, 'View: Close Editors in Other Groups');
  await runCommand(page, 'View: Close All Editors');
}

/** Searches in the run, and checks the hosts without a hit, and those of which it is not known. */
export async function searchInRun({ page }: Session): Promise<void> {
  await runCommand(page, `Live Response: ${menuTitle('openRun')}`);
  await chooseQuickPick(page, huntingRun.scriptName);
  await waitForTab(page, huntingRun.scriptName);
  await runCommand(page, `Live Response: ${menuTitle('searchResults')}`);
  await typeQuickInput(page, 'WinHelpSvc', false);
  await page.locator('.quick-input-widget').getByRole('button', { name: 'Only in a Connection' }).click();
  await chooseQuickPick(page, `This run: ${huntingRun.scriptName} (200 hosts)`);
  await waitForQuickInput(page, ({ value }) => value === 'WinHelpSvc');
  await page.keyboard.press('Enter');
  const rows = await waitFor('the end of the search', async () => {
    const found = await readTree(page, 'Search in Stored Results');
    return found.some(({ label }) => label === 'Hosts without a hit') ? found : undefined;
  });
  const count = (label: string): string | undefined => rows.find((row) => row.label === label)?.description;
  assert.equal(count('Hosts without a hit'), '192 hosts');
  assert.equal(count('Not known: not stored, or not searched'), '7 hosts');
  await runCommand(page, `Live Response: ${menuTitle('clearSearch')}`);
}

/** Asks Defender about the devices without a result from the overview, which must be open at its first line. */
export async function askAboutDevices(session: Session): Promise<void> {
  const { page } = session;
  const { scrollTo, waitForLine } = readOverview(session);
  const asked = (): number => tenantOf(session).recording.calls('machine').length;
  assert.equal(asked(), 0);
  await scrollTo('NO RESULT TO READ (7)', 'PageDown');
  await followLink(page.locator('.editor-group-container.active .detected-link', { hasText: 'Ask About' }).first());
  await waitFor('a record of each device', () => Promise.resolve(asked() === 6));
  await waitForLine('Defender has no result for this command, which ended on');
  await scrollTo(huntingRun.scriptName, 'Control+Home');
  assert.equal(asked(), 6);
}
