import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';

/**
 * Runs a file of tests in namespaces of its own, in a process of its own.
 *
 * @param unshare - arguments of `unshare`; the command that runs the file follows them
 * @param passes - number of tests that must pass
 */
export async function runInside(
  unshare: readonly string[],
  file: string,
  passes: number,
  environment: Readonly<Record<string, string>> = {},
): Promise<void> {
  const env: NodeJS.ProcessEnv = { ...process.env, ...environment };
  // Otherwise it would report to the runner of this test, and not to its output.
  delete env['NODE_TEST_CONTEXT'];
  const node = [process.execPath, '--disable-warning=ExperimentalWarning', '--test', file];
  const child = spawn('unshare', [...unshare, ...node], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => {
      output += chunk.toString();
    });
  const [code] = (await once(child, 'close')) as [number | null];
  assert.equal(code, 0, output);
  assert.match(output, new RegExp(String.raw`pass ${passes}\b`, 'u'), output);
}
