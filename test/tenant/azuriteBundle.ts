import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rename } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import type { Plugin } from 'esbuild';

// Part of the cached file's name. Increase it whenever this file changes the contents of the bundle.
const RECIPE = 1;

// Databases, telemetry and a cookie jar that the blob server in memory never calls. package.json's overrides keep the
// first four from being installed too: 150 of azurite's 187 MB. tough-cookie would print a deprecation warning.
const UNUSED = /^(sequelize|tedious|mysql2|applicationinsights|tough-cookie)(\/|$)/;

const ENTRY = `
export { default as BlobConfiguration } from 'azurite/dist/src/blob/BlobConfiguration';
export { default as BlobServer } from 'azurite/dist/src/blob/BlobServer';
export { MemoryExtentChunkStore } from 'azurite/dist/src/common/persistence/MemoryExtentStore';
export { getUserDelegationKeyValue } from 'azurite/dist/src/blob/utils/utils';
export { accounts } from 'azurite/dist/src/common/AccountDataStore';
`;

// Azurite takes account keys from an environment variable only, which it reads again each minute and which every child
// process (VS Code!) would inherit. The checking code that uses the keys stays Azurite's own.
const ACCOUNT_STORE = `
export const accounts = new Map();
export default class AccountDataStore {
  getAccount(name) { return accounts.get(name); }
  isInitialized() { return true; }
  isClosed() { return false; }
  async init() {}
  async close() {}
  async clean() {}
}
`;

/** Bundles Azurite's blob server into one CommonJS file, once per version, and returns the file's path. */
export async function azuriteBundle(): Promise<string> {
  const root = path.join(import.meta.dirname, '..', '..');
  const require = createRequire(import.meta.url);
  const manifest: unknown = JSON.parse(await readFile(require.resolve('azurite/package.json'), 'utf8'));
  const version =
    typeof manifest === 'object' && manifest !== null && 'version' in manifest ? String(manifest.version) : '0';
  const file = path.join(root, '.vscode-test', 'azurite', `${version}-${RECIPE}.cjs`);
  if (existsSync(file)) {
    return file;
  }
  await mkdir(path.dirname(file), { recursive: true });
  // Written under another name first: two test processes may start at once, and neither may load the other's half file.
  const unfinished = `${file}.${randomUUID()}`;
  const { build } = await import('esbuild');
  await build({
    stdin: { contents: ENTRY, resolveDir: root },
    outfile: unfinished,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    legalComments: 'none',
    logLevel: 'error',
    plugins: [replacements],
  });
  await rename(unfinished, file);
  return file;
}

const replacements: Plugin = {
  name: 'azurite-replacements',
  setup: (build) => {
    build.onResolve({ filter: UNUSED }, ({ path: name }) => ({ path: name, namespace: 'unused' }));
    build.onLoad({ filter: /.*/, namespace: 'unused' }, () => ({ contents: 'module.exports = {};', loader: 'js' }));
    build.onLoad({ filter: /[\\/]azurite[\\/]dist[\\/]src[\\/]common[\\/]AccountDataStore\.js$/ }, () => ({
      contents: ACCOUNT_STORE,
      loader: 'js',
    }));
  },
};
