import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import path from 'node:path';
import { before, test } from 'node:test';
import { pipeline } from 'node:stream/promises';
import { chooseQuickPick, runCommand, typeQuickInput } from '../rig/quickInput.ts';
import { waitFor } from '../rig/waiting.ts';
import { sampleWithBlob } from '../tenant/sampleWithBlob.ts';
import { reloadWindow } from '../rig/workbench.ts';
import { clickNotification, readEditor, readTabs, waitForNotification } from '../rig/workbenchParts.ts';
import { menuTitle, waitForClipboard } from './support/commands.ts';
import { answerFileDialog } from './support/fileDialog.ts';
import { LARGE, makeLargeFile } from './support/largeResult.ts';
import { LOCAL, takePictures, tenantOf, waitForExitCode, waitForRows } from './support/session.ts';
import type { SessionOptions } from './support/session.ts';
import { workbenchSuite } from './support/workbenchSuite.ts';

const file = makeLargeFile();
const OPTIONS: SessionOptions = {
  tenant: 'local',
  tenantOptions: { createSampleTenant: sampleWithBlob(LARGE, file.bytes) },
};

workbenchSuite('a result of 300 MB', OPTIONS, (session) => {
  before(async () => {
    await waitForRows(session.page, LOCAL);
  });

  const palette = (command: string): Promise<void> => runCommand(session.page, `Live Response: ${menuTitle(command)}`);
  /** Links and downloads by now. */
  const fetches = (): number => {
    const { recording } = tenantOf(session);
    return recording.calls('link').length + recording.calls('download').length;
  };
  const waitForActiveTab = (what: RegExp): Promise<string> =>
    waitFor(`${what.source} in front`, async () => {
      const active = (await readTabs(session.page)).flat().find((tab) => tab.active && what.test(tab.label));
      return active?.label;
    });

  test('says how large it is before it comes, and opens in parts for no more than one link', async () => {
    const { page } = session;
    await palette('fetchResult');
    await typeQuickInput(page, `${LARGE.actionId}#${LARGE.commandIndex}`);
    const { buttons } = await waitForNotification(page, 'and the limit is 64 MB');
    assert.deepEqual(buttons, ['Open in Parts', 'Save to File…', 'Open Settings']);
    await clickNotification(page, 'the limit is 64 MB', 'Open in Parts');
    await waitForActiveTab(new RegExp(`lines 1–\\d+ of ${file.lines}`, 'u'));
    await waitFor('its first line', async () => (await readEditor(page)).some((line) => line.startsWith('1 svchost')));
    await waitForExitCode(page, 'Exit 1');
    assert.equal(tenantOf(session).recording.calls('link').length, 1);
    await takePictures(session, 'large-result');
  });

  test('its last part has the lines of the whole, in the editor and in a quotation', async () => {
    const { page } = session;
    await palette('lastPart');
    await waitForActiveTab(new RegExp(`lines \\d+–${file.lines} of ${file.lines}`, 'u'));
    await runCommand(page, 'View: Focus Active Editor Group');
    await waitFor('its last line', async () => {
      await page.keyboard.press('Control+End');
      return (await readEditor(page)).some((line) => line.includes(file.last));
    });
    await page.keyboard.press('Shift+Home');
    await palette('copyFullNote');
    const note = await waitForClipboard(page, new RegExp(`\n${file.lines} svchost`, 'u'));
    assert.ok(note.includes(`#L${file.lines})`), note);
    assert.ok(note.includes(file.sha256) && note.includes(file.textSha256), note);
  });

  test('is saved whole, as text and as the file that came', async () => {
    await palette('saveOutput');
    const text = await saveAs('Save Output', 'whole.txt', '.output.txt');
    await waitForNotification(session.page, 'Saved ');
    assert.equal(await hashOf(text), file.textSha256);
    await runCommand(session.page, 'Notifications: Clear All Notifications');
    await palette('exportRaw');
    const raw = await saveAs('Export Raw Result', 'whole.json', '.json');
    await waitForNotification(session.page, file.sha256);
    assert.equal(await hashOf(raw), file.sha256);
  });

  test('is found again without a call when the window is opened again', async () => {
    const { page } = session;
    const before = fetches();
    await reloadWindow(page);
    const label = await waitForActiveTab(new RegExp(`lines \\d+–\\d+ of ${file.lines}`, 'u'));
    // VS Code may or may not remember the window's place in it.
    const begin = Number(/lines (\d+)–/u.exec(label)?.[1]);
    await waitFor('its text', async () => (await readEditor(page)).some((line) => Number.parseInt(line) >= begin));
    assert.equal(fetches(), before);
  });

  test('is opened from the file that was saved, with what its facts file says', async () => {
    const { page } = session;
    const before = fetches();
    await palette('openSavedResult');
    await chooseQuickPick(page, 'File…');
    await answerFileDialog(page, 'Open Saved Result', '/', path.join(session.workspace.folder, 'whole.json'));
    await clickNotification(page, 'the limit is 64 MB', 'Open in Parts');
    await waitForActiveTab(new RegExp(`FROM FILE · lines 1–\\d+ of ${file.lines} · .*check-persistence`, 'u'));
    assert.equal(fetches(), before);
  });

  async function saveAs(title: string, name: string, suggested: string): Promise<string> {
    const target = path.join(session.workspace.folder, name);
    await answerFileDialog(session.page, title, suggested, target);
    return target;
  }
});

async function hashOf(target: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(target), hash);
  return hash.digest('hex');
}
