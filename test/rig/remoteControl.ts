import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Page } from 'playwright-core';
import { RigError } from './processes.ts';
import { defaultTimeoutMs, waitFor } from './waiting.ts';

interface Command {
  readonly id: string;
  /** Whether the command's end is waited for. Commands that ask something end when the test has answered. */
  readonly waits: boolean;
}

/** VS Code's own commands that tests run in passing, by their titles in the palette. */
const VS_CODE_COMMANDS: Readonly<Record<string, Command>> = {
  'File: Save All Files': { id: 'workbench.action.files.saveFiles', waits: true },
  'Go to File...': { id: 'workbench.action.quickOpen', waits: false },
  'Notifications: Clear All Notifications': { id: 'notifications.clearAll', waits: true },
  'View: Close All Editors': { id: 'workbench.action.closeAllEditors', waits: true },
  'View: Close Editor': { id: 'workbench.action.closeActiveEditor', waits: true },
  'View: Close Editors in Other Groups': { id: 'workbench.action.closeEditorsInOtherGroups', waits: true },
  'View: Focus Active Editor Group': { id: 'workbench.action.focusActiveEditorGroup', waits: true },
  'View: Keep Editor': { id: 'workbench.action.keepEditor', waits: true },
};

/** Runs commands through the companion extension of a window, instead of through the palette. */
export interface RemoteControl {
  /** Address to which the companion reports its port; it goes into the extension host's environment. */
  readonly url: string;
  /** Lets `runCommand` use the companion of this page's window from now on. */
  readonly takePage: (page: Page) => void;
  readonly stop: () => Promise<void>;
}

type Execute = (command: Command, args: readonly unknown[]) => Promise<void>;

const controls = new WeakMap<Page, Execute>();
let ownCommands: Promise<Readonly<Record<string, Command>>> | undefined;

/**
 * Starts waiting for the companion of a window.
 *
 * A command through the palette takes a third of a second on an idle machine and seconds on a busy one; the suites
 * about commands, the keyboard and the first use still go through it.
 */
export async function startRemoteControl(): Promise<RemoteControl> {
  const secretPath = `/${randomUUID()}`;
  let companionPort: number | undefined;
  const server = createServer((request, response) => {
    if (request.url === secretPath) companionPort = Number(request.headers['x-port']);
    response.end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const execute: Execute = async (command, args) => {
    const body = JSON.stringify({ command: command.id, args, waits: command.waits });
    const ask = async (): Promise<Response | undefined> => {
      if (companionPort === undefined) return undefined;
      const signal = AbortSignal.timeout(defaultTimeoutMs);
      // Refused: the extension host has ended, and the next one's companion has not reported yet.
      return fetch(`http://127.0.0.1:${companionPort}${secretPath}`, { method: 'POST', body, signal });
    };
    const answer = await waitFor(`the companion to run ${command.id}`, ask);
    // Not tried again: a command that fails would fail again.
    if (!answer.ok) throw new RigError(`${command.id} failed in the companion: ${await answer.text()}`);
  };
  return {
    url: `http://127.0.0.1:${port}${secretPath}`,
    takePage: (page) => {
      // The extension host of a page that is loaded again lives on for a while: its companion is not asked any more.
      page.on('domcontentloaded', () => {
        companionPort = undefined;
      });
      // With two windows nothing tells their companions apart: from then on the palette reaches the one that is meant.
      page.context().once('page', () => {
        controls.delete(page);
      });
      controls.set(page, execute);
    },
    stop: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}

/**
 * Runs the command with this palette title through the page's companion.
 *
 * @returns false where the page has no companion, or the title is none that a companion runs
 */
export async function runThroughCompanion(page: Page, title: string): Promise<boolean> {
  const execute = controls.get(page);
  if (execute === undefined) return false;
  const command = VS_CODE_COMMANDS[title] ?? (await (ownCommands ??= readOwnCommands()))[title];
  if (command === undefined) return false;
  await execute(command, []);
  return true;
}

/** Changes settings of the user through the page's companion, and waits until they are written; `null` takes one away. */
export async function applySettings(page: Page, settings: Readonly<Record<string, unknown>>): Promise<void> {
  const execute = controls.get(page);
  if (execute === undefined) throw new Error('This page has no companion. Start its session with one.');
  await execute({ id: 'localTenant.applySettings', waits: true }, [settings]);
}

/** The extension's own commands by their English titles in the palette. */
async function readOwnCommands(): Promise<Readonly<Record<string, Command>>> {
  const titles = JSON.parse(await readFile('package.nls.json', 'utf8')) as Record<string, string>;
  const commands = Object.entries(titles).flatMap(([key, title]): [string, Command][] => {
    const [kind, name, more] = key.split('.');
    return kind === 'command' && more === undefined
      ? [[`Live Response: ${title}`, { id: `liveResponse.${name ?? ''}`, waits: false }]]
      : [];
  });
  return Object.fromEntries(commands);
}
