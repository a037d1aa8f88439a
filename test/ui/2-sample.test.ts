import assert from 'node:assert/strict';
import { test } from 'node:test';
import { waitFor } from '../rig/waiting.ts';
import { openViewContainer } from '../rig/workbench.ts';
import { clickRow, readEditor, readNotifications, readTree } from '../rig/workbenchParts.ts';
import { SAMPLE, takePictures, waitForExitCode, waitForRows, waitForTab } from './support/session.ts';
import { workbenchSuite } from './support/workbenchSuite.ts';

/** Measures in the page whether a row's device and the first part of its description end within the row. */
const MEASURE_ROWS = `[...document.querySelectorAll('.part.sidebar .pane-body .monaco-list-row')].map((row) => {
  const end = row.querySelector('.monaco-icon-label').getBoundingClientRect().right;
  const [name, more] = ['.label-name', '.label-description'].map((part) => row.querySelector(part));
  const range = document.createRange();
  const text = more?.firstChild ?? name.firstChild;
  const first = (more?.textContent ?? '').indexOf(' · ');
  range.setStart(text, 0);
  range.setEnd(text, first < 0 ? text.length : first);
  return {
    text: [name.textContent, more?.textContent].join(' ').replaceAll('\\u00a0', ' '),
    isWhole: Math.max(name.getBoundingClientRect().right, range.getBoundingClientRect().right) <= end,
  };
})`;

workbenchSuite('a first look, without a tenant', { tenant: 'none' }, (session) => {
  test('the view says what it is for and offers one button', async () => {
    await openViewContainer(session.page, 'Live Response');
    const welcome = session.page.locator('.welcome-view-content');
    await welcome.getByText('connect to a Microsoft Defender for Endpoint tenant').waitFor();
    assert.equal(await welcome.locator('.monaco-button').count(), 1);
    assert.deepEqual(await readNotifications(session.page), []);
    await takePictures(session, 'welcome');
  });

  test('the sample tenant opens from there, and shows results without network and sign-in', async () => {
    await session.page.locator('.welcome-view-content').getByText('Look around in the sample tenant').click();
    await waitForRows(session.page, SAMPLE);
    await clickRow(session.page, SAMPLE, 'check-integrity.ps1');
    await waitForTab(session.page, 'check-integrity.ps1');
    await waitForExitCode(session.page, 'check-integrity.ps1');
    await waitFor('text', async () => (await readEditor(session.page)).length > 3);
    await takePictures(session, 'sample');
  });

  test('at 300 pixels a row shows its device and its state or exit code whole', async () => {
    const { page } = session;
    for (const script of ['recent-events.ps1', 'check-persistence.ps1', 'list-processes.sh', 'run-fabscan.ps1']) {
      await clickRow(page, SAMPLE, script);
      await waitForExitCode(page, script);
    }
    const rows = await page.evaluate<readonly { text: string; isWhole: boolean }[]>(MEASURE_ROWS);
    assert.ok(rows.length >= 30, `${rows.length} rows`);
    const cut = rows.filter(({ isWhole }) => !isWhole);
    assert.ok(cut.length <= rows.length / 16, cut.map(({ text }) => text).join('\n'));
    assert.ok(rows.some(({ text }) => text.startsWith('sql01 Exit 0 · 1,070 errors · recent-events.ps1')));
  });

  test('hostile names stay names', async () => {
    await clickRow(session.page, SAMPLE, "=cmd|'/c calc'!A1.ps1");
    await waitForTab(session.page, '⧵..⧵evil');
    const rows = await readTree(session.page, SAMPLE);
    assert.ok(rows.some(({ label }) => label.startsWith('..\\..\\evil')));
  });
});
