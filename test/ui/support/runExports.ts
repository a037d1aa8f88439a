import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { runCommand, typeQuickInput, waitForQuickInput } from '../../rig/quickInput.ts';
import { waitForNotification } from '../../rig/workbenchParts.ts';
import { menuTitle } from './commands.ts';
import type { Session } from './session.ts';

/** Exports the run in front as CSV and as NDJSON, and reads both. */
export async function exportRows(session: Session): Promise<void> {
  const { page, workspace } = session;
  for (const [command, ending] of [
    ['exportRunCsv', 'csv'],
    ['exportRunNdjson', 'ndjson'],
  ] as const) {
    await runCommand(page, `Live Response: ${menuTitle(command)}`);
    const file = path.join(workspace.folder, `run.${ending}`);
    // The dialog fills in its suggestion late.
    await waitForQuickInput(
      page,
      ({ value }) => /run-hunt-persistence-\d{8}T\d{4}Z\.\w+$/u.test(value) && value.endsWith(ending),
    );
    await typeQuickInput(page, file);
    await waitForNotification(page, '(200 rows, ');
    const text = await readFile(file, 'utf8');
    const rows = text.trimEnd().split(/\r?\n/u);
    assert.equal(rows.length, ending === 'csv' ? 201 : 200, 'each output fits into one chunk');
    await runCommand(page, 'Notifications: Clear All Notifications');
    if (ending === 'csv') continue;
    const read = rows.map((row) => JSON.parse(row) as { device: string; state: string; text?: string });
    assert.equal(new Set(read.map(({ device }) => device)).size, 200);
    assert.equal(read.filter(({ text: output }) => output?.startsWith('Transcript started')).length, 193);
    assert.equal(read.filter(({ state }) => state !== 'result').length, 7);
  }
}

/** Exports the run in front as a timeline, and reads it. */
export async function exportTimeline(session: Session): Promise<void> {
  const { page, workspace } = session;
  await runCommand(page, `Live Response: ${menuTitle('exportRunCsv')}`);
  const file = path.join(workspace.folder, 'run.jsonl');
  await waitForQuickInput(page, ({ value }) => value.endsWith('.csv'));
  await typeQuickInput(page, file);
  await waitForNotification(page, 'Saved run.jsonl');
  const lines = (await readFile(file, 'utf8')).trimEnd().split('\n');
  const events = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  assert.ok(events.length > 700, `${events.length} events`);
  for (const { message, datetime, timestamp_desc, link } of events) {
    assert.ok(typeof message === 'string' && message !== '' && typeof timestamp_desc === 'string');
    assert.match(String(datetime), /^\d{4}-\d\d-\d\dT[\d:.]+\+00:00$/u);
    assert.match(String(link), /^live-response:\/\?cloud=\w+&tenant=[\da-f-]+&action=[\da-f-]{36}&index=\d/u);
  }
  assert.equal(events.filter((event) => event['timestamp_desc'] === 'Session Created').length, 200);
  await runCommand(page, 'Notifications: Clear All Notifications');
}
