import { chromium } from 'playwright-core';
import type { BrowserContext, Page } from 'playwright-core';
import { keepText } from '../secrets/runFolder.ts';
import { ensureChromium } from './install.ts';
import { stopAtShutdown } from './processes.ts';
import { defaultTimeoutMs } from './waiting.ts';

/** Options with which Chromium starts. */
export interface BrowserOptions {
  /** A folder in which the profile stays: with it a window's layout and state live through a restart. */
  readonly profileDir?: string;
  /** Size of the page in CSS pixels; 1280 × 800 by default. */
  readonly viewport?: { readonly width: number; readonly height: number };
  /** Accept self-signed certificates, for a sign-in page of the local tenant. Default false. */
  readonly ignoreCertificateErrors?: boolean;
  /** False shows a window. Default true. */
  readonly headless?: boolean;
}

/** A running Chromium. */
export interface RigBrowser {
  readonly context: BrowserContext;
  /** The first page, empty until it is sent somewhere. */
  readonly page: Page;
  /** Lines of the pages' consoles and uncaught errors. */
  consoleLines(): readonly string[];
  stop(): Promise<void>;
}

/** Keeps Chromium from looking for updates, accounts and graphics hardware; the pages are our own, so no sandbox is needed. */
const flags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-dev-shm-usage',
];

/**
 * Starts Chromium with one empty page that may read and write the clipboard.
 *
 * @throws RigError when no Chromium is to be had
 */
export async function startBrowser(options: BrowserOptions = {}): Promise<RigBrowser> {
  const context = await chromium.launchPersistentContext(options.profileDir ?? '', {
    executablePath: await ensureChromium(),
    args: flags,
    headless: options.headless ?? true,
    viewport: options.viewport ?? { width: 1280, height: 800 },
    ignoreHTTPSErrors: options.ignoreCertificateErrors ?? false,
    permissions: ['clipboard-read', 'clipboard-write'],
    // Our own shutdown closes Chromium after the servers' clients are told.
    handleSIGINT: false,
    handleSIGTERM: false,
    handleSIGHUP: false,
  });
  // The same time as `waitFor` gives: a busy machine may need it, others never do.
  context.setDefaultTimeout(defaultTimeoutMs);
  await context.addInitScript(ADD_STYLE);
  const lines: string[] = [];
  context.on('console', (message) => lines.push(`${message.type()}: ${message.text()}`));
  context.on('weberror', (error) => lines.push(`uncaught: ${error.error().stack ?? String(error.error())}`));
  const stop = async (): Promise<void> => {
    unregister();
    await context.close();
    keepText('browser.log', lines.join('\n'));
  };
  const unregister = stopAtShutdown(stop);
  return {
    context,
    page: context.pages()[0] ?? (await context.newPage()),
    consoleLines: () => lines,
    stop,
  };
}

/**
 * Lets clicks through VS Code's hovers: one may lie over what is to be clicked for as long as the mouse stays, and a
 * person would move the mouse first. And lets nothing move: without graphics hardware each picture of an animation costs
 * the processor 20 ms, a third of what a click costs. Runs in each page.
 */
const ADD_STYLE = `addEventListener('DOMContentLoaded', () => {
  const style = document.createElement('style');
  style.textContent = '.monaco-hover { pointer-events: none !important; }' +
    '*, *::before, *::after { animation: none !important; transition: none !important; }';
  document.head.append(style);
})`;
