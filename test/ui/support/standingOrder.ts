import assert from 'node:assert/strict';
import { chooseQuickPick, runCommand, typeQuickInput } from '../../rig/quickInput.ts';
import { waitFor } from '../../rig/waiting.ts';
import { clickDialog, readDialog, readStatusBar } from '../../rig/workbenchParts.ts';
import { menuTitle } from './commands.ts';
import { readOverview } from './runOverview.ts';
import { takePictures, tenantOf } from './session.ts';
import type { Session } from './session.ts';

/** Gives an order to keep the rest of the run of the open overview, looks at it, pauses it, and takes it back. */
export async function keepTheRest(session: Session): Promise<void> {
  const { page } = session;
  const { waitForLine } = readOverview(session);
  const run = (command: string): Promise<void> => runCommand(page, `Live Response: ${menuTitle(command)}`);
  const waitForItem = (text: string): Promise<unknown> =>
    waitFor(`"${text}" in the status bar`, async () =>
      (await readStatusBar(page)).some((item) => item.id.endsWith('.run') && item.text.includes(text)),
    );
  const lists = (): number => tenantOf(session).recording.calls('list').length;

  await run('fetchRun');
  const { text } = await waitFor('the question', async () => {
    const shown = await readDialog(page);
    return shown?.text.includes('have not ended.') === true ? shown : undefined;
  });
  assert.match(text, /2 have not ended\. .+ for .+, 1000 calls, and 1 GB at most/u);
  const before = lists();
  await clickDialog(page, 'Fetch and Keep the Rest');
  await waitForItem('waits for 2 of 200 hosts');
  await waitForLine('Keeps the rest as it comes.');
  await takePictures(session, 'standing-order');
  await run('pauseRun');
  await waitForItem('Run paused at');
  await run('cancelRun');
  await waitForLine('Canceled.');
  // These hosts are old, so that the first question comes only after some minutes.
  assert.equal(lists(), before);
}

/** Orders the results of a filter, looks at the order in the status bar and in its overview, and cancels it. */
export async function keepByFilter(session: Session): Promise<void> {
  const { page } = session;
  const { waitForLine } = readOverview(session);
  const run = (command: string): Promise<void> => runCommand(page, `Live Response: ${menuTitle(command)}`);
  await run('filterActions');
  await typeQuickInput(page, 'collect-triage', false);
  await chooseQuickPick(page, 'Script: contains "collect-triage"');
  await run('filterActions');
  await chooseQuickPick(page, 'Keep Results as They Come…');
  await chooseQuickPick(page, 'For 8 Hours');
  const { text } = await waitFor('the question', () => readDialog(page));
  assert.match(text, /Keep the results of Script: contains "collect-triage" as they come\?/u);
  assert.match(text, /for 8 hr, \d+ calls, and 1 GB at most/u);
  await takePictures(session, 'filter-order-question');
  await clickDialog(page, 'Keep Results');
  await waitForLine('Script: contains "collect-triage" · results by filter, ordered ');
  await waitFor('the order in the status bar', async () =>
    (await readStatusBar(page)).some(
      ({ id, text: shown }) => id.endsWith('.run') && /^Filter: [1-9]\d* results, waits/u.test(shown),
    ),
  );
  await waitForLine('collect-triage.ps1');
  await takePictures(session, 'filter-order');
  await run('cancelRun');
  await waitForLine('Canceled.');
  await run('clearFilter');
}
