import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { suite, test } from 'node:test';
import { hasPython } from '../unit/runs/pack/samplePack.ts';
import { runInside } from './support/runInside.ts';

/** Runs a program in a network namespace of its own, with nothing but loopback. Needs no rights of an administrator. */
const ALONE = ['-rn', 'sh', '-c', 'ip link set lo up && exec "$0" "$@"'];
const INSIDE = path.join(import.meta.dirname, 'support', 'offlineInside.ts');

const mayBeAlone = spawnSync('unshare', [...ALONE, 'true']).status === 0;

suite('installed from a file on a closed network', () => {
  const skip = !(mayBeAlone && hasPython) && 'needs unshare, ip and python3';
  test('the package is installed, and a result that was handed over is read', { skip }, () =>
    runInside(ALONE, INSIDE, 3),
  );
});
