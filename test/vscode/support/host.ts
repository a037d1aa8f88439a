import { commands, extensions, TabInputText, window } from 'vscode';
import type { Tab, Uri } from 'vscode';
import { scenarioRef } from '../../../src/sample/data/catalogue.ts';
import type { sampleScenarios } from '../../../src/sample/data/catalogue.ts';
import { createSampleTenant } from '../../../src/sample/api/sampleTenant.ts';
import { addKnownConnection } from './knownConnection.ts';
import { blobNameOf } from '../../../src/sample/base/identifiers.ts';

export const EXTENSION_ID = 'live-response-results.live-response-results';

/** The same moment as in hostEnvironment.ts, which runs outside. */
const TENANT_START = Date.UTC(2026, 10, 23, 21, 0, 0);

export type Scenario = keyof typeof sampleScenarios;

/** Waits for a condition. The error names the condition if it never comes true. */
export async function waitFor<T>(
  what: string,
  probe: () => T | undefined | false | Promise<T | undefined | false>,
): Promise<T> {
  const end = Date.now() + 40_000;
  for (;;) {
    const answer = await probe();
    if (answer !== undefined && answer !== false) return answer;
    if (Date.now() > end) throw new Error(`waited in vain for ${what}; open: ${describeTabs()}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

function describeTabs(): string {
  const tabs = window.tabGroups.all.flatMap((group) => group.tabs);
  return tabs
    .map(({ label, isActive, isDirty }) => `${label}${isActive ? '*' : ''}${isDirty ? ' (dirty)' : ''}`)
    .join(', ');
}

/** Connects to the local tenant that runs outside, through the command that any program may call. */
export async function connect(): Promise<void> {
  await addKnownConnection(tenantConnection());
}

/** Returns the connection to the local tenant, as passed to the host in TENANT_CONNECTION. */
export function tenantConnection(): { tenantId: string; name: string } {
  return JSON.parse(process.env['TENANT_CONNECTION'] ?? '{}') as { tenantId: string; name: string };
}

/** Opens the result of a scenario as a script would. */
export async function openScenario(name: Scenario, stream?: 'output' | 'errors'): Promise<void> {
  const ref = scenarioRef(name);
  await commands.executeCommand('liveResponse.openResult', { tenant: tenantConnection().tenantId, ...ref, stream });
}

/** Returns the bytes of a scenario's result, as the tenant stores them. */
export function storedBytes(name: Scenario): Uint8Array {
  const tenant = createSampleTenant({ startedAt: TENANT_START, now: Date.now, mintLink: () => '' });
  const { actionId, commandIndex } = scenarioRef(name);
  const blob = tenant.blob(blobNameOf(actionId, commandIndex));
  if (blob === undefined) throw new Error(`${name} has no blob`);
  return blob.bytes();
}

/** Returns the open tabs of results, in all groups. */
export function resultTabs(): Tab[] {
  return window.tabGroups.all
    .flatMap((group) => group.tabs)
    .filter((tab) => tab.input instanceof TabInputText && tab.input.uri.scheme === 'live-response');
}

export function uriOf(tab: Tab): Uri {
  if (tab.input instanceof TabInputText) return tab.input.uri;
  throw new Error('not a text tab');
}

/** Returns the scenario's document, once an editor shows it. */
export async function shown(
  name: Scenario,
  stream: 'output' | 'errors' = 'output',
): Promise<{ text: string; uri: Uri }> {
  const { actionId, commandIndex } = scenarioRef(name);
  const query = `action=${actionId}&index=${commandIndex}&stream=${stream}`;
  const editor = await waitFor(`${name} ${stream}`, () =>
    window.visibleTextEditors.find(({ document }) => `${document.uri.query}&`.includes(`${query}&`)),
  );
  return { text: editor.document.getText(), uri: editor.document.uri };
}

/** Closes every editor, pinned ones too, and waits until the extension host knows it. */
export async function closeAll(): Promise<void> {
  await commands.executeCommand('workbench.action.closeAllEditors');
  await waitFor('every result to be closed', async () => {
    const left = resultTabs();
    if (left.length > 0) await window.tabGroups.close(left, true);
    return left.length === 0;
  });
}

export function extension(): NonNullable<ReturnType<typeof extensions.getExtension>> {
  const found = extensions.getExtension(EXTENSION_ID);
  if (found === undefined) throw new Error('the extension is not installed');
  return found;
}
