import assert from 'node:assert/strict';
import { isDeepStrictEqual } from 'node:util';
import type { Page } from 'playwright-core';
import { waitFor } from '../../rig/waiting.ts';
import { menuTitle, offered } from './commands.ts';

/** The ten main commands. They stand in the palette in every state, and explain what they lack. */
const MAIN = [
  ...['addConnection', 'refresh', 'filterActions', 'goToAction', 'fetchResult', 'fetchRun', 'searchResults'],
  ...['copyNote', 'appendToNotes', 'checkNotes'],
];
/** Commands that can work in every state. */
const ANYWHERE = [
  ...['openSampleTenant', 'copyAppRegistrationCommands', 'selectNotesFile', 'openSavedResult', 'clearStoredResults'],
  ...['openHuntingResults', 'case'],
  ...['removeAllData', 'accessibilityHelp', 'showLog', 'showManagedSettings'],
];
/** Commands that work with a connection, with a result, in the tab of a result, and in the overview of a run. */
export const WITH_CONNECTION = [
  ...['editConnection', 'signIn', 'selectConnection', 'removeConnection', 'loadMore', 'groupActions', 'sortActions'],
  ...['watchAction', 'openRun', 'showWhatIsNew'],
];
export const WITH_RESULT = [
  ...['openOutput', 'openErrors', 'copyOutput', 'copyErrors', 'copyFullNote', 'copyPlainNote', 'copyCitation'],
  ...['copyJson', 'copyIndicators', 'copyKql', 'copyActionId', 'exportRaw', 'openDeviceInPortal', 'showAs'],
  ...['explainEmpty', 'compareResult', 'saveOutput'],
];
export const IN_RESULT = [...WITH_RESULT, 'nextCommand', 'previousCommand', 'openAsTable'];
export const IN_RUN = [
  ...['changeRunRules', 'exportRunCsv', 'openAsTable'],
  ...['copyFullNote', 'copyPlainNote', 'copyCitation'],
];

/** Checks that the palette offers the ten, what works anywhere, and exactly these. */
export async function expectOffers(page: Page, ...groups: readonly (readonly string[])[]): Promise<void> {
  const expected = [...new Set([...MAIN, ...ANYWHERE, ...groups.flat()])].map(
    (name) => `Live Response: ${menuTitle(name)}`,
  );
  // VS Code's own commands for our views stand there as well.
  const read = async (): Promise<readonly string[]> =>
    (await offered(page)).filter((title) => !title.includes('Focus on'));
  expected.sort();
  // The palette knows of another editor a moment after its tab is there.
  await waitFor('the palette', async () => isDeepStrictEqual(await read(), expected), 10_000).catch(() => undefined);
  const shown = await read();
  assert.deepEqual(shown, expected);
  assert.ok(shown.length <= 64);
}
