import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { suite, test } from 'node:test';

/**
 * Runs a program in a mount namespace of its own, in which /etc is a copy. The managed settings that are written there
 * are real files of root for this program alone, and are gone when it ends, however it ends. No other test and no other
 * program of this machine sees them.
 */
const WITH_OWN_ETC = [
  '--mount',
  '--propagation',
  'private',
  'sh',
  '-c',
  'cp -a /etc "$0/etc" && mount --bind "$0/etc" /etc && install -d -m 755 /etc/live-response-results && exec "$@"',
];
const INSIDE = path.join(import.meta.dirname, 'support', 'managedInside.ts');

const isRoot = process.geteuid?.() === 0;
const mayMount = isRoot && spawnSync('unshare', ['--mount', 'mount', '--bind', tmpdir(), tmpdir()]).status === 0;

suite('managed settings of root', () => {
  const skip = !mayMount && 'needs root and a mount namespace; the unit tests hold the same without them';
  test('the packaged extension reads them, shows them, and offers nothing that they forbid', { skip }, async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'live-response-etc-'));
    try {
      const env = { ...process.env, RIG_OWN_ETC: folder };
      // Otherwise it would report to the runner of this test, and not to its output.
      delete (env as NodeJS.ProcessEnv)['NODE_TEST_CONTEXT'];
      const node = [process.execPath, '--disable-warning=ExperimentalWarning', '--test', INSIDE];
      const child = spawn('unshare', [...WITH_OWN_ETC, folder, ...node], { env, stdio: ['ignore', 'pipe', 'pipe'] });
      let output = '';
      for (const stream of [child.stdout, child.stderr])
        stream.on('data', (chunk: Buffer) => {
          output += chunk.toString();
        });
      const [code] = (await once(child, 'close')) as [number | null];
      assert.equal(code, 0, output);
      assert.match(output, /pass 6\b/u, output);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});
