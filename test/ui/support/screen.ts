import type { ScenarioRef } from '../../../src/sample/data/catalogue.ts';
import { runCommand, typeQuickInput } from '../../rig/quickInput.ts';
import { waitFor } from '../../rig/waiting.ts';
import { readEditor, readStatusBar, readTabs } from '../../rig/workbenchParts.ts';
import { menuTitle } from './commands.ts';
import { tenantOf } from './session.ts';
import type { Session } from './session.ts';

/** First line of an output, as Defender's script runner writes it. */
export const RUNNER = 'Transcript started, output file is C:\\Temp\\PSScript_Transcript_{0}.txt\n';

/** Ways to open results, and to read what is on the screen. */
export interface Screen {
  /** Returns the number of requests that the tenant received. */
  readonly calls: () => number;
  readonly tabs: () => Promise<readonly string[]>;
  /** Returns the text of one of our items in the status bar. */
  readonly item: (id: string) => Promise<string | undefined>;
  readonly open: (ref: ScenarioRef) => Promise<void>;
  readonly waitForLine: (what: string) => Promise<string>;
  /** Waits until no text of another host is left; errors may close a moment later. */
  readonly waitForNone: (script: string) => Promise<unknown>;
  /** Sets the texts of the next result that is downloaded. */
  readonly answerWith: (output: string, errors?: string) => void;
}

export function readScreen(session: Session): Screen {
  const tabs = async (): Promise<readonly string[]> => (await readTabs(session.page)).flat().map(({ label }) => label);
  return {
    tabs,
    calls: () => tenantOf(session).recording.requests.length,
    item: async (id) => (await readStatusBar(session.page)).find((one) => one.id.endsWith(`.${id}`))?.text,
    open: async ({ actionId, commandIndex }) => {
      await runCommand(session.page, `Live Response: ${menuTitle('fetchResult')}`);
      await typeQuickInput(session.page, `${actionId}#${commandIndex}`);
    },
    waitForLine: (what) =>
      waitFor(`"${what}" in the editor`, async () =>
        (await readEditor(session.page)).find((line) => line.includes(what)),
      ),
    waitForNone: (script) =>
      waitFor(`no tab of ${script}`, async () => (await tabs()).every((label) => !label.includes(script))),
    answerWith: (output, errors = '') => {
      const result = { script_name: 'x.ps1', exit_code: 0, script_output: output, script_errors: errors };
      const body = JSON.stringify(result);
      tenantOf(session).faults.add({ door: 'blob', action: { kind: 'answer', status: 200, body } });
    },
  };
}
