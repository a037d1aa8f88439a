import { keepText, removeFolder } from '../secrets/runFolder.ts';
import { cp, mkdir, mkdtemp, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { ensureVsCode } from './install.ts';
import type { VsCodeVersion } from './install.ts';
import { RigError, runProcess, startProcess, stopAtShutdown } from './processes.ts';
import { waitFor } from './waiting.ts';

/** Name and value pairs that VS Code's page takes, for example `extensionDevelopmentPath`. */
export type Payload = readonly (readonly [name: string, value: string])[];

/** Values of `settings.json`. */
export type Settings = Readonly<Record<string, unknown>>;

/** Options with which a server starts; everything but the version has a default. */
export interface VsCodeOptions {
  readonly version: VsCodeVersion;
  /** Folder of the installed extensions; an empty one by default. */
  readonly extensionsDir?: string;
  /** Folder of settings, global storage and logs; a temporary one, removed at the end, by default. */
  readonly serverDataDir?: string;
  /** 0, the default, takes any free port. */
  readonly port?: number;
  /** Added to the quiet settings that every rig window has. */
  readonly settings?: Settings;
  /** Added to the environment, which the extension host inherits; undefined takes a variable away. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** True asks whether a workspace is trusted, as a user's VS Code does; false, the default, trusts all. */
  readonly workspaceTrust?: boolean;
  /** Needed for every payload. Default false. */
  readonly smokeTestDriver?: boolean;
  /** Display language, for example `tr`; its texts stay English, but `env.language` and number formats change. */
  readonly locale?: string;
}

/** A running VS Code server; it listens on the loopback interface only. */
export interface VsCodeServer {
  readonly port: number;
  /** Version of VS Code, for example `1.106.3`. */
  readonly version: string;
  readonly serverDataDir: string;
  /** File of the user's settings; the page follows its changes. */
  readonly settingsFile: string;
  /** Address of a page; `folder` and `workspace` (a .code-workspace file) are absolute paths, none opens an empty window. */
  urlFor(page?: { readonly folder?: string; readonly workspace?: string; readonly payload?: Payload }): string;
  /** Address that a payload uses for a file of this machine. */
  remoteUri(path: string): string;
  /** Everything that the server wrote to its output so far. */
  logs(): string;
  /** Adds to the user's settings while the server runs. */
  setSettings(settings: Settings): Promise<void>;
  /** Stops the server with its extension hosts and removes its temporary folders. */
  stop(): Promise<void>;
}

/** Without these a test window saves by itself, shows a welcome page, or asks things nobody answers. */
const quietSettings: Settings = {
  'chat.disableAIFeatures': true,
  // Drawn without graphics hardware, whatever moves costs the tests their processor.
  'editor.cursorBlinking': 'solid',
  'extensions.autoCheckUpdates': false,
  'extensions.ignoreRecommendations': true,
  'files.autoSave': 'off',
  'git.enabled': false,
  'git.openRepositoryInParentFolders': 'never',
  'telemetry.telemetryLevel': 'off',
  'update.showReleaseNotes': false,
  'window.menuBarVisibility': 'compact',
  'workbench.reduceMotion': 'on',
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'workbench.startupEditor': 'none',
  'workbench.tips.enabled': false,
};

async function writeLanguagePack(dataDir: string, locale: string): Promise<void> {
  const texts = join(dataDir, 'no-translations.json');
  await writeFile(texts, JSON.stringify({ contents: {} }));
  const pack = {
    [locale]: {
      hash: 'rig',
      label: locale,
      extensions: [{ extensionIdentifier: { id: 'rig.language' }, version: '1.0.0' }],
      translations: { vscode: texts },
    },
  };
  await writeFile(join(dataDir, 'languagepacks.json'), JSON.stringify(pack));
}

/** Returns the extension host's environment: ours, without variables of a surrounding VS Code or npm. */
function environment(added: VsCodeOptions['env'], temporary: string): NodeJS.ProcessEnv {
  // VS Code leaves its sockets and caches behind: here they go with the folder. (A Mac's paths are too long for sockets.)
  const places = process.platform === 'linux' ? { TMPDIR: temporary, XDG_RUNTIME_DIR: temporary } : {};
  // spawn leaves out what is undefined
  const own = Object.entries({ ...process.env, ...places, ...added }).filter(
    ([name]) => !/^(?:VSCODE_|ELECTRON_|npm_|NODE_OPTIONS$)/.test(name),
  );
  return Object.fromEntries(own);
}

/**
 * Starts VS Code as a server for browsers, installed first when needed, and waits until it answers.
 *
 * @throws RigError when it ends at once or does not answer within 60 s; with its output
 */
export async function startVsCode(options: VsCodeOptions): Promise<VsCodeServer> {
  const install = await ensureVsCode(options.version);
  const temporary = await mkdtemp(join(tmpdir(), 'vscode-rig-'));
  const serverDataDir = options.serverDataDir ?? join(temporary, 'data');
  const extensionsDir = options.extensionsDir ?? join(temporary, 'extensions');
  const dataDir = join(serverDataDir, 'data');
  const settingsFile = join(dataDir, 'User', 'settings.json');

  let settings: Settings = { ...quietSettings, ...options.settings };
  const writeSettings = async (): Promise<void> => {
    for (const scope of ['Machine', 'User']) {
      await mkdir(join(dataDir, scope), { recursive: true });
      await writeFile(join(dataDir, scope, 'settings.json'), JSON.stringify(settings, undefined, 2));
    }
  };
  await writeSettings();
  await mkdir(extensionsDir, { recursive: true });
  if (options.locale !== undefined) await writeLanguagePack(dataDir, options.locale);

  const args = [
    install.serverMain,
    ...['--host', '127.0.0.1', '--port', String(options.port ?? 0)],
    ...['--server-data-dir', serverDataDir, '--extensions-dir', extensionsDir],
    ...['--without-connection-token', '--accept-server-license-terms', '--telemetry-level', 'off'],
    ...(options.workspaceTrust === true ? [] : ['--disable-workspace-trust']),
    ...(options.smokeTestDriver === true ? ['--enable-smoke-test-driver'] : []),
    ...(options.locale === undefined ? [] : ['--locale', options.locale]),
  ];
  const server = startProcess(install.node, args, {
    env: environment({ ...options.env, RIG_SERVER_DATA: serverDataDir }, temporary),
  });
  let log = '';
  let end: number | string | undefined;
  const collect = (chunk: Buffer): void => {
    log += chunk.toString();
  };
  server.child.stdout?.on('data', collect);
  server.child.stderr?.on('data', collect);
  void server.ended.then((result) => {
    end = result;
  });

  const stop = async (): Promise<void> => {
    await server.stop();
    keepText('server.log', log);
    await removeFolder(temporary, ['data']);
    unregister();
  };
  const unregister = stopAtShutdown(stop);

  const answeringPort = async (): Promise<number | undefined> => {
    // With its port taken the server says so and stays.
    if (end !== undefined || log.includes('EADDRINUSE')) return -1;
    const port = Number(/Extension host agent listening on (\d+)/.exec(log)?.[1]);
    if (Number.isNaN(port)) return undefined;
    const answer = await fetch(`http://127.0.0.1:${port}/version`);
    return answer.ok ? port : undefined;
  };
  const port = await waitFor('VS Code to answer', answeringPort, 60_000).catch(async (error: unknown) => {
    await stop();
    throw new RigError(`${error instanceof Error ? error.message : String(error)}\n${log}`);
  });
  if (port === -1) {
    await stop();
    const inUse = log.includes('EADDRINUSE');
    throw new RigError(
      inUse
        ? `Port ${options.port ?? 0} is in use. Stop the program that uses it, or name another port.`
        : `VS Code ended (${end ?? ''}) before it answered. Delete .vscode-test and try again if its output tells nothing.\n${log}`,
    );
  }

  const remoteUri = (path: string): string => `vscode-remote://127.0.0.1:${port}${encodeURI(slashed(path))}`;
  return {
    port,
    version: install.version,
    serverDataDir,
    settingsFile,
    remoteUri,
    urlFor(page = {}) {
      const query = [
        ...(page.folder === undefined ? [] : [`folder=${encodeURIComponent(slashed(page.folder))}`]),
        ...(page.workspace === undefined ? [] : [`workspace=${encodeURIComponent(slashed(page.workspace))}`]),
        // Without this the server would open the folder of the last window again.
        ...(page.folder === undefined && page.workspace === undefined ? ['ew=true'] : []),
        ...(page.payload === undefined ? [] : [`payload=${encodeURIComponent(JSON.stringify(page.payload))}`]),
      ];
      return `http://127.0.0.1:${port}/?${query.join('&')}`;
    },
    logs: () => log,
    async setSettings(added) {
      settings = { ...settings, ...added };
      await writeSettings();
    },
    stop,
  };
}

/** A path as VS Code's addresses have it: `/c:/x` for `C:\x`. */
function slashed(path: string): string {
  const forward = path.replaceAll('\\', '/');
  return forward.startsWith('/') ? forward : `/${forward}`;
}

/**
 * Installs a packaged extension as a user would.
 *
 * @throws RigError with VS Code's output when it refuses the package
 */
export async function installVsix(version: VsCodeVersion, vsix: string, extensionsDir: string): Promise<void> {
  const install = await ensureVsCode(version);
  const data = await mkdtemp(join(tmpdir(), 'vscode-rig-'));
  try {
    await mkdir(extensionsDir, { recursive: true });
    const args = ['--install-extension', vsix, '--force', '--extensions-dir', extensionsDir, '--server-data-dir', data];
    const hint = 'Check the package with "unzip -l" and its "engines.vscode".';
    const output = await runProcess(install.node, [install.serverMain, ...args], hint, { env: environment({}, data) });
    if (!output.includes('successfully installed')) throw new RigError(`${vsix} was not installed. ${hint}\n${output}`);
  } finally {
    await rm(data, { recursive: true, force: true });
  }
}

/**
 * Fills an extensions folder with unpacked extensions and a package.
 *
 * @throws RigError with VS Code's output when it refuses the package
 */
export async function installAll(
  version: VsCodeVersion,
  vsix: string,
  folders: readonly string[],
  extensionsDir: string,
): Promise<void> {
  // The folders first: installing a package makes VS Code list what there is, and look no more.
  for (const folder of folders) await installFolder(folder, extensionsDir);
  await installVsix(version, vsix, extensionsDir);
}

/**
 * Does the same as {@link installAll}, but keeps what VS Code made beside the package, and copies that from then on: an
 * installation takes seconds, and every session wants one. The package must stay as it is.
 *
 * @throws RigError with VS Code's output when it refuses the package
 */
export async function installKept(
  version: VsCodeVersion,
  vsix: string,
  folders: readonly string[],
  extensionsDir: string,
): Promise<void> {
  const kept = [vsix, version, ...folders.map((folder) => basename(folder)), 'installed'].join('.');
  if (!(await stat(kept).catch(() => undefined))) {
    const made = await mkdtemp(`${kept}-`);
    await installAll(version, vsix, folders, made);
    await replaceInList(made, made, PLACE);
    // Another process may have been quicker.
    await rename(made, kept).catch(() => rm(made, { recursive: true, force: true }));
  }
  await cp(kept, extensionsDir, { recursive: true });
  await replaceInList(extensionsDir, PLACE, extensionsDir);
}

async function replaceInList(extensionsDir: string, from: string, to: string): Promise<void> {
  const list = join(extensionsDir, 'extensions.json');
  await writeFile(list, (await readFile(list, 'utf8')).replaceAll(from, to));
}

/** Stands for the extensions folder in a list that is kept. */
const PLACE = '/place-of-the-extensions';

/**
 * Puts an unpacked extension into an extensions folder, as if it were installed. To be called before the server that
 * uses the folder starts for the first time: from then on VS Code keeps a list of its own.
 *
 * @throws RigError when the folder has no package.json of an extension
 */
export async function installFolder(folder: string, extensionsDir: string): Promise<void> {
  const manifest = (await readFile(join(folder, 'package.json'), 'utf8').then(JSON.parse, () => ({}))) as Record<
    string,
    unknown
  >;
  const { publisher, name, version } = manifest;
  if (typeof publisher !== 'string' || typeof name !== 'string' || typeof version !== 'string') {
    throw new RigError(
      `${folder} holds no extension: its package.json needs publisher, name and version. Add what is missing.`,
    );
  }
  await cp(folder, join(extensionsDir, `${publisher}.${name}-${version}`), { recursive: true });
}
