import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { suite, test } from 'node:test';
import { hasPython } from '../unit/runs/pack/samplePack.ts';

/** Runs a program in a network namespace of its own, with nothing but loopback. Needs no rights of an administrator. */
const ALONE = ['-rn', 'sh', '-c', 'ip link set lo up && exec "$0" "$@"'];
const INSIDE = path.join(import.meta.dirname, 'support', 'offlineInside.ts');

const mayBeAlone = spawnSync('unshare', [...ALONE, 'true']).status === 0;

suite('installed from a file on a closed network', () => {
  const skip = !(mayBeAlone && hasPython) && 'needs unshare, ip and python3';
  test('the package is installed, and a result that was handed over is read', { skip }, async () => {
    const env = { ...process.env };
    // Otherwise it would report to the runner of this test, and not to its output.
    delete env['NODE_TEST_CONTEXT'];
    const child = spawn(
      'unshare',
      [...ALONE, process.execPath, '--disable-warning=ExperimentalWarning', '--test', INSIDE],
      {
        env,
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    );
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => {
        output += chunk.toString();
      });
    const [code] = (await once(child, 'close')) as [number | null];
    assert.equal(code, 0, output);
    assert.match(output, /pass 3\b/u, output);
  });
});
