import { spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { suite, test } from 'node:test';
import { runInside } from './support/runInside.ts';

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
      await runInside([...WITH_OWN_ETC, folder], INSIDE, 6, { RIG_OWN_ETC: folder });
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});
