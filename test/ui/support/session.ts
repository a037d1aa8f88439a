import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import type { Page } from 'playwright-core';
import { scenarioRef } from '../../../src/sample/data/catalogue.ts';
import type { sampleScenarios } from '../../../src/sample/data/catalogue.ts';
import { startBrowser } from '../../rig/browser.ts';
import type { BrowserOptions } from '../../rig/browser.ts';
import { startWorkspace } from '../../rig/devWorkspace.ts';
import type { DevWorkspace, DevWorkspaceOptions } from '../../rig/devWorkspace.ts';
import type { VsCodeServer } from '../../rig/server.ts';
import { agreeToConnection } from '../../rig/questions.ts';
import { startRemoteControl } from '../../rig/remoteControl.ts';
import { waitFor } from '../../rig/waiting.ts';
import { openWorkbench, screenshot, setTheme } from '../../rig/workbench.ts';
import { readStatusBar, readTabs, readTree } from '../../rig/workbenchParts.ts';
import type { LocalTenant } from '../../tenant/localTenant.ts';

const PICTURES = path.join(import.meta.dirname, '..', 'screenshots');

/** VS Code's own animations cost every command a third of a second: most of what these tests took. */
const STILL = { 'workbench.reduceMotion': 'on' };

/** The workbench with the packaged extension, in a browser. */
export interface Session {
  readonly page: Page;
  readonly url: string;
  readonly server: VsCodeServer;
  readonly workspace: DevWorkspace;
  readonly stop: () => Promise<void>;
}

export interface SessionOptions extends DevWorkspaceOptions, Pick<BrowserOptions, 'ignoreCertificateErrors'> {
  /**
   * Way in which `runCommand` runs commands. `companion`, the default where a tenant is connected, is quicker; `palette`
   * is what a person does. With a second window it is the palette in any case.
   */
  readonly commandsBy?: 'companion' | 'palette';
}

/** Starts VS Code with the packaged extension, as it is installed by a user, and opens it in Chromium. */
export async function startSession(options: SessionOptions): Promise<Session> {
  const vsix = process.env['LIVE_RESPONSE_VSIX'];
  const { ignoreCertificateErrors = false, commandsBy = 'companion', settings, env, ...rest } = options;
  const isConnected = options.connected ?? options.tenant !== 'none';
  const remote = isConnected && commandsBy === 'companion' ? await startRemoteControl() : undefined;
  const workspace = await startWorkspace({
    ...(vsix === undefined ? {} : { vsix }),
    ...rest,
    env: { ...env, RIG_REMOTE_CONTROL: remote?.url },
    // Tests count calls: only the one about following wants calls that come by themselves.
    settings: { ...STILL, 'liveResponse.followActions': false, ...settings },
  });
  const browser = await startBrowser({ ignoreCertificateErrors });
  remote?.takePage(browser.page);
  await openWorkbench(browser.page, workspace.url);
  if (options.tenant === 'local' && options.connected !== false) await agreeToConnection(browser.page);
  const stop = async (): Promise<void> => {
    await browser.stop();
    await workspace.stop();
    await remote?.stop();
  };
  return { page: browser.page, url: workspace.url, server: workspace.server, workspace, stop };
}

/** The local tenant of a session that has one. */
export function tenantOf(session: Session): LocalTenant {
  if (session.workspace.tenant === undefined) throw new Error('this session has no local tenant');
  return session.workspace.tenant;
}

/** Title of the view while a connection is active: the connection's name. */
export const LOCAL = 'Local tenant';
export const SAMPLE = 'Sample tenant';

/** Waits until the tree shows its first page. */
export async function waitForRows(page: Page, view: string): Promise<void> {
  await waitFor(`rows of "${view}"`, async () => (await readTree(page, view)).length > 5);
}

/** Waits for a tab whose label holds the text. */
export async function waitForTab(page: Page, text: string): Promise<void> {
  await waitFor(`a tab "${text}" in front`, async () =>
    (await readTabs(page)).flat().some(({ active, label }) => active && label.includes(text)),
  );
}

/** The exit code in the status bar; undefined where there is none. */
export async function exitCode(page: Page): Promise<string | undefined> {
  const items = await readStatusBar(page);
  return items.find((item) => item.id.endsWith('exitCode'))?.text;
}

export async function waitForExitCode(page: Page, text: string): Promise<void> {
  await waitFor(`"${text}" in the status bar`, async () => (await exitCode(page))?.includes(text) === true);
}

/** The result of a scenario as a person would name it to a colleague. */
export function chatLine(name: keyof typeof sampleScenarios): string {
  const { actionId, commandIndex } = scenarioRef(name);
  return `have a look at ${actionId}#${commandIndex} please`;
}

/**
 * `PICTURES=light`: one of each place. `PICTURES=all`: one in each kind of theme, though a change of theme takes seconds
 * and there are hundreds of pictures. Otherwise only failures leave pictures.
 */
const WANTED_PICTURES = process.env['PICTURES'];

/** Takes pictures for people to look at, where they are wanted. */
export async function takePictures(session: Session, name: string): Promise<void> {
  if (WANTED_PICTURES === undefined) return;
  await mkdir(PICTURES, { recursive: true });
  if (WANTED_PICTURES !== 'all') {
    await screenshot(session.page, path.join(PICTURES, `${name}.png`));
    return;
  }
  for (const theme of ['light', 'dark', 'highContrast'] as const) {
    await setTheme(session.page, session.server, theme);
    await screenshot(session.page, path.join(PICTURES, `${name}-${theme}.png`));
  }
  await setTheme(session.page, session.server, 'light');
}

/** Takes a picture of the workbench when a test has failed. */
export async function pictureOfFailure(session: Session, context: unknown): Promise<void> {
  if (!(context instanceof Object) || !('passed' in context) || context.passed === true || !('name' in context)) return;
  await mkdir(PICTURES, { recursive: true });
  const name = String(context.name).replaceAll(/\W+/gu, '-').slice(0, 60);
  await screenshot(session.page, path.join(PICTURES, `failed-${name}.png`));
}
