import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { toFactsJson } from '../../../../src/commands/save/resultFacts.ts';
import { toRows } from '../../../../src/runs/runRows.ts';
import { findRuns } from '../../../../src/runs/runs.ts';
import { packFiles } from '../../../../src/runs/pack/packFiles.ts';
import type { PackInput } from '../../../../src/runs/pack/packFiles.ts';
import { packBytes } from '../../../../src/runs/pack/packedBytes.ts';
import { packHead } from '../../../../src/runs/pack/packHead.ts';
import { writePack } from '../../../../src/runs/pack/packWriter.ts';
import type { PackSeal } from '../../../../src/runs/pack/packWriter.ts';
import { createHandlers } from '../../../../src/worker/handlers/handlers.ts';
import { explainMember } from '../explainMember.ts';
import { action, arrived, command, ref, resultFile, TENANT } from '../../results/fixtures.ts';

const VERIFY = path.resolve(import.meta.dirname, '../../../../tools/verify.py');

/** Names that a device or tenant could choose to harm whoever reads a pack. */
export const HOSTILE = [
  '..\\..\\evil',
  '../../etc/passwd',
  '=cmd|1',
  '<img src=x onerror=alert(1)>',
  'C:con',
  '\u202Etxt',
];

/** Returns the ID of an action, by its number. */
function idOf(number: number): string {
  return `00000000-0000-4000-8000-${number.toString().padStart(12, '0')}`;
}

/** Returns what a pack is made of: five hosts with results, three without, and those with hostile names. */
export function packInput(): PackInput {
  const handlers = createHandlers();
  const names = ['dc1', 'dc2', 'dc3', 'ws-1', 'ws-2', ...HOSTILE];
  const actions = names.map((computerDnsName, at) => action({ id: idOf(at), computerDnsName, machineId: `m${at}` }));
  for (const [at, name] of names.entries()) {
    handlers.put(
      ...arrived(resultFile(`${name}\nline\u2028two\n`, at % 2 === 0 ? '' : 'bad\n', 'collect.ps1', at), {
        ref: ref({ actionId: idOf(at) }),
        ...(actions[at] === undefined ? {} : { action: actions[at] }),
        fetchedAt: Date.UTC(2026, 10, 23, 21, at),
      }),
    );
  }
  const waiting = ['lt-1', 'lt-2', 'lt-3'].map((computerDnsName, at) =>
    action({
      id: idOf(100 + at),
      computerDnsName,
      status: 'Pending',
      commands: [command({ commandStatus: 'Created' })],
    }),
  );
  const [run] = findRuns([...actions, ...waiting], TENANT);
  if (run === undefined) throw new Error('there is no run');
  const rows = toRows({ run, state: 'none', failures: {} }, (wanted) => handlers.facts(wanted), explainMember);
  return {
    run,
    rows,
    canHold: () => true,
    packed: (facts) => Promise.resolve(packBytes(handlers.raw(facts.ref) ?? new Uint8Array())),
    factsJson: (facts) => Promise.resolve(toFactsJson(facts, undefined, '0.1.0')),
  };
}

/** Writes a pack, and returns its bytes and its seal. */
export async function writeSample(input = packInput()): Promise<PackSeal & { readonly zip: Buffer }> {
  const pieces: Uint8Array[] = [];
  const sealed = await writePack(packFiles(input), packHead(input, '0.1.0'), (bytes) => {
    pieces.push(bytes);
    return Promise.resolve();
  });
  return { ...sealed, zip: Buffer.concat(pieces) };
}

/** Writes a pack to a new folder, as a zip and unpacked. The caller removes the folder. */
export async function unpackedPack(
  input = packInput(),
): Promise<PackSeal & { folder: string; zip: string; root: string }> {
  const folder = await mkdtemp(path.join(tmpdir(), 'pack-'));
  const { zip: bytes, ...sealed } = await writeSample(input);
  const zip = path.join(folder, 'pack.zip');
  const root = path.join(folder, 'pack');
  await writeFile(zip, bytes);
  await mkdir(root);
  const unzip = spawnSync('python3', ['-m', 'zipfile', '-e', zip, root], { encoding: 'utf8' });
  if (unzip.status !== 0) throw new Error(unzip.stderr);
  return { ...sealed, folder, zip, root };
}

/** Result of the published verifier. */
export interface Verdict {
  readonly status: number | null;
  readonly text: string;
}

/** Runs `tools/verify.py`, which the receiver of a pack runs. */
export function verify(...args: readonly string[]): Verdict {
  // Without bytecode: this folder is the project's.
  const { status, stdout, stderr } = spawnSync('python3', ['-B', VERIFY, ...args], { encoding: 'utf8' });
  return { status, text: stdout + stderr };
}

/** Whether this machine has Python, which the receiver of a pack needs too. */
export const hasPython = spawnSync('python3', ['--version']).status === 0;
