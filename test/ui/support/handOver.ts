import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdir, readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { huntingRun } from '../../../src/sample/data/huntingRun.ts';
import { chooseQuickPick, runCommand } from '../../rig/quickInput.ts';
import { waitFor } from '../../rig/waiting.ts';
import { clickDialog, clickNotification, readDialog, waitForNotification } from '../../rig/workbenchParts.ts';
import { hasPython, verify } from '../../unit/runs/pack/samplePack.ts';
import { menuTitle } from './commands.ts';
import { answerFileDialog } from './fileDialog.ts';
import { takePictures, waitForTab } from './session.ts';
import type { Session } from './session.ts';

/**
 * Hands the run over, checks the pack as its receiver does, and opens one of its results from the disk. The overview of
 * the run is in front.
 */
export async function handOverRun(session: Session): Promise<void> {
  const { page, workspace } = session;
  await runCommand(page, `Live Response: ${menuTitle('handOver')}`);
  const asked = await waitFor('the question', () => readDialog(page));
  assert.match(asked.text, new RegExp(`Hand over the run of ${huntingRun.scriptName}\\?`, 'u'));
  assert.match(
    asked.text,
    /Results: 194 \([\d.]+ \w+ before packing\)\. Hosts without a result, with the reason: 6\./u,
  );
  assert.match(asked.text, /It names devices: 200, and people who ran, canceled or fetched: \d+\./u);
  await takePictures(session, 'hand-over');
  await clickDialog(page, 'Choose File…');
  const zip = path.join(workspace.folder, 'run.zip');
  await answerFileDialog(page, 'Hand Over', '.zip', zip);
  const { text } = await waitForNotification(page, 'Its seal is ');
  const seal = /seal is ([\da-f]{64})/u.exec(text)?.[1] ?? '';
  assert.notEqual(seal, '', text);
  await clickNotification(page, 'Its seal is ', 'Copy Seal');
  await waitFor('the seal', async () => (await page.evaluate('navigator.clipboard.readText()')) === seal);
  if (!hasPython) return;
  const verdict = verify(zip, '--seal', seal);
  assert.equal(verdict.status, 0, verdict.text);
  assert.match(verdict.text, /^CONSISTENT: 200 hosts, 194 results\./mu);

  const root = path.join(workspace.folder, 'pack');
  await mkdir(root);
  assert.equal(spawnSync('python3', ['-m', 'zipfile', '-e', zip, root]).status, 0);
  const results = path.join(root, 'data', 'results');
  const [first = ''] = (await readdir(results)).filter((name) => name.endsWith('.gz'));
  const facts = JSON.parse(await readFile(path.join(results, `${first}.facts.json`), 'utf8')) as {
    action: { computerDnsName: string };
  };
  await runCommand(page, `Live Response: ${menuTitle('openSavedResult')}`);
  await chooseQuickPick(page, 'File…');
  await answerFileDialog(page, 'Open Saved Result', '/', path.join(results, first));
  // The facts beside it describe what is packed in it, so its device is known.
  await waitForTab(page, `FROM FILE · ${facts.action.computerDnsName.split('.', 1).join('')}`);
  await runCommand(page, 'View: Close Editor');
}
