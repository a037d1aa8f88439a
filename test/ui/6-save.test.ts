import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rmdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, before, test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { scenarioRef } from '../../src/sample/data/catalogue.ts';
import type { ScenarioRef } from '../../src/sample/data/catalogue.ts';
import { actionIdOf } from '../../src/sample/base/identifiers.ts';
import { runCommand, typeQuickInput, waitForQuickInput } from '../rig/quickInput.ts';
import { waitFor } from '../rig/waiting.ts';
import { openFile } from '../rig/workbench.ts';
import { clickNotification, readEditor, readResultTabs, waitForNotification } from '../rig/workbenchParts.ts';
import { LOCAL, takePictures, tenantOf, waitForRows, waitForTab } from './support/session.ts';
import type { SessionOptions } from './support/session.ts';
import { clickViewMenu, waitForClipboard } from './support/commands.ts';
import { workbenchSuite } from './support/workbenchSuite.ts';

const FILE = scenarioRef('getFile');
/** Of what is written beside a saved file. */
interface SavedFacts {
  readonly file: { readonly sha256: string };
  readonly actionId: string;
  readonly output: unknown;
  readonly changes: unknown;
  readonly actionAsReceived: { readonly text: string };
}

const REFUSED = { kind: 'answer', status: 403, headers: { 'x-ms-error-code': 'AuthenticationFailed' } } as const;

const OPTIONS: SessionOptions = { tenant: 'local', settings: { 'liveResponse.maxDownloadSize': 1 } };

workbenchSuite('results that are saved and not opened', OPTIONS, (session) => {
  before(async () => {
    await waitForRows(session.page, LOCAL);
  });
  afterEach(async () => {
    tenantOf(session).faults.clear();
    await runCommand(session.page, 'Notifications: Clear All Notifications');
  });

  /** Asks for a result by its id, and waits for the answer that says why it is not opened. */
  async function ask(ref: ScenarioRef, sentence: string): Promise<void> {
    await runCommand(session.page, 'Live Response: Open Result by ID or Link…');
    await typeQuickInput(session.page, `${ref.actionId}#${ref.commandIndex}`);
    await waitForNotification(session.page, sentence);
    assert.deepEqual(await readResultTabs(session.page), []);
  }

  /** Answers the dialog with a name in the workspace's folder; the dialog fills in its suggestion late. */
  async function answerDialog(name: string, suggested: string): Promise<string> {
    await waitForQuickInput(session.page, ({ value }) => value.endsWith(suggested));
    const file = path.join(session.workspace.folder, name);
    await typeQuickInput(session.page, file);
    return file;
  }

  const files = (): Promise<string[]> => readdir(session.workspace.folder);

  test('a file that was collected: offered, saved as it is stored, and told to be dangerous', async () => {
    await ask(FILE, 'may be malware');
    await clickNotification(session.page, 'may be malware', 'Save to File…');
    const file = await answerDialog('collected.gz', `output_${FILE.actionId}_${FILE.commandIndex}.gz`);
    const notice = await waitForNotification(session.page, 'still packed');
    const bytes = await readFile(file);
    assert.ok(notice.text.includes(createHash('sha256').update(bytes).digest('hex')), notice.text);
    assert.match(gunzipSync(bytes).toString('utf8'), /^row,sha1,path/u);
    assert.deepEqual((await files()).sort(), ['collected.gz', 'collected.gz.facts.json', 'investigation-notes.md']);
    const facts = JSON.parse(await readFile(`${file}.facts.json`, 'utf8')) as SavedFacts;
    assert.deepEqual(
      [facts.file.sha256, facts.actionId, facts.output, facts.changes],
      [createHash('sha256').update(bytes).digest('hex'), FILE.actionId, null, null],
    );
    assert.equal((JSON.parse(facts.actionAsReceived.text) as { id: string }).id, FILE.actionId);
    await takePictures(session, 'saved-file');
  });

  test('one that broke off goes on where it was, by Try Again', async () => {
    const { faults, recording } = tenantOf(session);
    faults.add({ door: 'blob', action: { kind: 'resetMidBody', afterBytes: 100_000 } });
    faults.add({ door: 'blob', times: 2, action: REFUSED });
    await ask(FILE, 'may be malware');
    await clickNotification(session.page, 'may be malware', 'Save to File…');
    const file = await answerDialog('again.gz', '.gz');
    await waitForNotification(session.page, 'refused the download twice');
    assert.ok((await files()).includes('again.gz.part'));
    await clickNotification(session.page, 'refused the download twice', 'Try Again');
    await waitForNotification(session.page, 'still packed');
    assert.equal(recording.calls('download').at(-1)?.status, 206);
    assert.match(gunzipSync(await readFile(file)).toString('utf8'), /^row,sha1,path/u);
    assert.ok(!(await files()).includes('again.gz.part'));
  });

  test('where only the facts beside it cannot be written, Try Again fetches nothing', async () => {
    const beside = path.join(session.workspace.folder, 'alone.gz.facts.json');
    await mkdir(beside);
    await ask(FILE, 'may be malware');
    await clickNotification(session.page, 'may be malware', 'Save to File…');
    const file = await answerDialog('alone.gz', '.gz');
    await waitForNotification(session.page, 'The result is saved, but what is known of it could not be written');
    const bytes = await readFile(file);
    const { requests } = tenantOf(session).recording;
    const before = requests.length;
    await rmdir(beside);
    await clickNotification(session.page, 'what is known of it', 'Try Again');
    await waitForNotification(session.page, 'still packed');
    const facts = JSON.parse(await readFile(beside, 'utf8')) as SavedFacts;
    assert.equal(facts.file.sha256, createHash('sha256').update(bytes).digest('hex'));
    assert.deepEqual(await readFile(file), bytes);
    assert.equal(requests.length, before);
  });

  test('one that broke off and is not tried again leaves nothing', async () => {
    const { faults } = tenantOf(session);
    faults.add({ door: 'blob', action: { kind: 'resetMidBody', afterBytes: 100_000 } });
    faults.add({ door: 'blob', times: 2, action: REFUSED });
    await ask(FILE, 'may be malware');
    await clickNotification(session.page, 'may be malware', 'Save to File…');
    await answerDialog('given-up.gz', '.gz');
    await waitForNotification(session.page, 'refused the download twice');
    assert.ok((await files()).includes('given-up.gz.part'));
    await runCommand(session.page, 'Notifications: Clear All Notifications');
    await waitFor('an empty place', async () => !(await files()).some((name) => name.startsWith('given-up')));
  });

  test('a result above the limit: a step saves it', async () => {
    const large = scenarioRef('largeLog');
    await ask(large, 'and the limit is 1 MB');
    const { buttons } = await waitForNotification(session.page, 'the limit is 1 MB');
    assert.deepEqual(buttons, ['Open in Parts', 'Save to File…', 'Open Settings']);
    await clickNotification(session.page, 'the limit is 1 MB', 'Save to File…');
    const file = await answerDialog('large.json', `output_${large.actionId}_${large.commandIndex}.json`);
    const notice = await waitForNotification(session.page, 'SHA-256');
    const bytes = await readFile(file);
    assert.ok(bytes.length > 10_000_000);
    assert.ok(notice.text.includes(createHash('sha256').update(bytes).digest('hex')), notice.text);
    assert.ok(!notice.text.includes('malware'), notice.text);
  });

  test('Export Raw Result of a command that collected a file saves it without more ado', async () => {
    const rows = session.page.locator('.monaco-list-row');
    const action = rows.filter({ hasText: 'collect-triage.ps1' }).filter({ hasText: 'dc1' }).first();
    await action.locator('.monaco-tl-twistie').click();
    await rows.filter({ hasText: '#2 ' }).locator('.label-name').click({ button: 'right' });
    const entry = session.page.locator('.monaco-menu .action-label').getByText('Export Raw Result…', { exact: true });
    await entry.waitFor();
    await waitFor('the menu to take the click', async () => {
      if ((await entry.count()) === 0) return true;
      await entry.click({ timeout: 1000 });
      return false;
    });
    await answerDialog('exported.gz', '.gz');
    await waitForNotification(session.page, 'still packed');
    assert.ok((await files()).includes('exported.gz'));
  });

  test('the investigation package of an action: saved from its row, with facts and a note, and never opened', async () => {
    // drives: savePackage
    const { page, workspace } = session;
    const tenant = tenantOf(session);
    await clickViewMenu(page, 'showAllTypes');
    const row = page.locator('.monaco-list-row').filter({ hasText: 'Collect investigation package' }).first();
    await row.waitFor();
    const save = async (): Promise<string> => {
      // While the list loads again, a row is drawn anew, and a click on the old one is lost.
      await waitFor('the dialog', async () => {
        await row.hover();
        await row.locator('.action-label[aria-label^="Save Package"]').click();
        return waitForQuickInput(page, ({ value }) => value.endsWith('.zip'), 5000).catch(() => undefined);
      });
      return answerDialog('collected.zip', '.zip');
    };
    await save();
    await waitForNotification(page, 'Machine.CollectForensics');
    await runCommand(page, 'Notifications: Clear All Notifications');

    await runCommand(page, 'Live Response: Replace Access Token…');
    const scp = 'Machine.Read Machine.LiveResponse Machine.CollectForensics';
    await typeQuickInput(page, await tenant.mintAccessToken({ scp, upn: 'analyst@fabrikam.example' }));
    await row.waitFor();
    const file = await save();
    const notice = await waitForNotification(page, 'files in it may be malware');
    const bytes = await readFile(file);
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    assert.ok(notice.text.includes(sha256), notice.text);
    assert.equal(bytes.toString('latin1', 0, 4), 'PK\u0003\u0004');
    const facts = JSON.parse(await readFile(`${file}.facts.json`, 'utf8')) as SavedFacts & Record<string, unknown>;
    assert.deepEqual(
      [facts['contents'], facts.file.sha256, facts.actionId, facts['commandIndex']],
      ['investigation package', sha256, actionIdOf('package'), null],
    );
    await takePictures(session, 'saved-package');
    await clickNotification(page, 'files in it may be malware', 'Copy as Note');
    const note = await waitForClipboard(page, /Investigation package/u);
    assert.ok(note.includes(sha256) && note.includes(actionIdOf('package')), note);
    await writeFile(
      path.join(workspace.folder, 'saved.md'),
      `${note}${note.replace(sha256, sha256.replace(/^./u, 'g'))}`,
    );
    await openFile(page, 'saved.md');
    await runCommand(page, "Live Response: Check Notes' Evidence");
    await waitForTab(page, 'Evidence in saved.md');
    const report = await waitFor('the report', async () => {
      const lines = await readEditor(page);
      return lines.some((line) => line.startsWith('MATCHING')) ? lines : undefined;
    });
    assert.ok(report.includes('1 MATCHING · 0 CHANGED · 0 GONE · 1 UNKNOWN'), report.join('\n'));
    assert.ok(report.includes('    collected.zip has this size and SHA-256.'), report.join('\n'));
    assert.ok(!(await readdir(workspace.folder)).some((name) => name.endsWith('.part')));
  });
});
