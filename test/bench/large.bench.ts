import path from 'node:path';
import { hostMemoryOf } from '../rig/hostMemory.ts';
import { runCommand, typeQuickInput, waitForQuickInput } from '../rig/quickInput.ts';
import { waitFor } from '../rig/waiting.ts';
import { sampleWithBlob } from '../tenant/sampleWithBlob.ts';
import { clickNotification, readTabs, waitForNotification } from '../rig/workbenchParts.ts';
import { LARGE, makeLargeFile } from '../ui/support/largeResult.ts';
import { LOCAL, startSession, waitForRows } from '../ui/support/session.ts';
import { rounded } from './measurement.ts';
import type { Bench } from './measurement.ts';

const MEGABYTE = 1_000_000;
/** Most memory that the process may have, whatever the size of a result, in MB. */
const GOAL = 400;

/** Measures the extension host's memory while a result of 300 MB is downloaded, read in parts, and saved. */
export const benchLarge: Bench = async ({ vsix, progress }) => {
  const file = makeLargeFile();
  const session = await startSession({
    vsix,
    tenant: 'local',
    tenantOptions: { createSampleTenant: sampleWithBlob(LARGE, file.bytes) },
  });
  const { page } = session;
  try {
    await waitForRows(page, LOCAL);
    const memory = await hostMemoryOf(session.server);
    await memory.reset();
    const floor = await memory.peak();
    const steps: string[] = [];
    const step = async (name: string): Promise<void> => {
      steps.push(`${name} ${Math.round((await memory.peak()) / MEGABYTE)}`);
      progress(name);
    };
    const waitForPart = (part: RegExp): Promise<unknown> =>
      waitFor('a part in front', async () => {
        const tabs = (await readTabs(page)).flat();
        return tabs.some(({ active, label }) => active && part.test(label));
      });
    const answerDialog = async (suggested: string, name: string): Promise<void> => {
      await waitForQuickInput(page, ({ value }) => value.endsWith(suggested));
      await typeQuickInput(page, path.join(session.workspace.folder, name));
      await waitForNotification(page, 'Saved ');
      await runCommand(page, 'Notifications: Clear All Notifications');
    };

    await runCommand(page, 'Live Response: Open Result by ID or Link…');
    await typeQuickInput(page, `${LARGE.actionId}#${LARGE.commandIndex}`);
    await clickNotification(page, 'the limit is', 'Open in Parts');
    await waitForPart(/lines 1–/u);
    await step('opened');
    await runCommand(page, 'Live Response: Last Part');
    await waitForPart(new RegExp(`–${file.lines} of`, 'u'));
    await step('last part');
    await runCommand(page, 'Live Response: Save Output…');
    await answerDialog('.output.txt', 'whole.txt');
    await step('text saved');
    await runCommand(page, 'Live Response: Export Raw Result…');
    await answerDialog('.json', 'whole.json');
    await step('file saved');
    return [
      {
        name: 'large.peakMB',
        value: rounded((await memory.peak()) / MEGABYTE, 0),
        unit: 'MB',
        floor: rounded(floor / MEGABYTE, 0),
        goal: `<= ${GOAL}`,
        note: `the whole process with VS Code's own extensions, which had the floor before: ${steps.join(', ')}`,
      },
    ];
  } finally {
    await session.stop();
  }
};
