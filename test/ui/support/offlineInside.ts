import assert from 'node:assert/strict';
import { lookup } from 'node:dns/promises';
import { mkdtemp, readdir, writeFile } from 'node:fs/promises';
import { networkInterfaces, tmpdir } from 'node:os';
import path from 'node:path';
import { spawnSync } from 'node:child_process';
import { before, test } from 'node:test';
import { chooseQuickPick, runCommand } from '../../rig/quickInput.ts';
import { openViewContainer } from '../../rig/workbench.ts';
import { writeSample } from '../../unit/runs/pack/samplePack.ts';
import { menuTitle } from './commands.ts';
import { answerFileDialog } from './fileDialog.ts';
import { SAMPLE, waitForRows, waitForTab } from './session.ts';
import { workbenchSuite } from './workbenchSuite.ts';

/*
 * Runs in a network namespace that has no network: see 25-offline.test.ts. The session installs the package by the
 * command of docs/how-to/install-offline.md.
 */

workbenchSuite('a machine without a network', { tenant: 'none', commandsBy: 'palette' }, (session) => {
  let results: string;
  before(async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'offline-'));
    const zip = path.join(folder, 'pack.zip');
    await writeFile(zip, (await writeSample()).zip);
    assert.equal(spawnSync('python3', ['-m', 'zipfile', '-e', zip, folder]).status, 0);
    results = path.join(folder, 'data', 'results');
    await openViewContainer(session.page, 'Live Response');
  });

  test('there is none', async () => {
    assert.deepEqual(Object.keys(networkInterfaces()), ['lo']);
    await assert.rejects(lookup('login.microsoftonline.com'));
  });

  test('a result of a pack that somebody handed over opens', async () => {
    const { page } = session;
    const [first = ''] = (await readdir(results)).filter((name) => name.endsWith('.gz')).sort();
    await runCommand(page, `Live Response: ${menuTitle('openSavedResult')}`);
    await chooseQuickPick(page, 'File…');
    await answerFileDialog(page, 'Open Saved Result', '/', path.join(results, first));
    await waitForTab(page, 'FROM FILE · dc1');
  });

  test('the sample tenant is there', async () => {
    await runCommand(session.page, `Live Response: ${menuTitle('openSampleTenant')}`);
    await waitForRows(session.page, SAMPLE);
  });
});
