import path from 'node:path';
import { LiveResponseError } from '../../base/errors.ts';
import { childEnvironment, pathFolders, system32 } from '../../identity/tools/childEnvironment.ts';
import { runProcess } from '../../identity/tools/childProcess.ts';
import type { Ended } from '../../identity/tools/childProcess.ts';
import { isProgram } from '../../identity/tools/commandLineTools.ts';
import { readBounded, writeNew } from '../record/recordFiles.ts';

/** Namespace of the signatures, so that none can be used for anything else. Never changes. */
export const NAMESPACE = 'live-response-record';

/** Longest time for a signature, ms: a person may have to touch a security key. */
const SIGN_MS = 60_000;
const MAX_OUTPUT = 64 * 1024;
const MAX_SIGNED = 2 * 1024 * 1024;

export interface SshPlace {
  readonly environment: NodeJS.ProcessEnv;
  readonly platform: NodeJS.Platform;
}

/** Finds OpenSSH's `ssh-keygen` by its absolute path: one in a workspace must not be run. Undefined if it is missing. */
export async function findSshKeygen({ environment, platform }: SshPlace): Promise<string | undefined> {
  const isWindows = platform === 'win32';
  const folders = pathFolders(environment, platform);
  const places = isWindows
    ? [path.win32.join(system32(environment), 'OpenSSH'), ...folders].map((one) =>
        path.win32.join(one, 'ssh-keygen.exe'),
      )
    : folders.map((one) => path.posix.join(one, 'ssh-keygen'));
  for (const file of places) if (await isProgram(file, platform)) return file;
  return undefined;
}

/**
 * Signs a file with a key that the person named: a private key without a passphrase, or the public key of one that the
 * agent holds. The signature is written beside the file, with `.sig` behind its name.
 *
 * @throws LiveResponseError `fileFailed` with reason `noSshKeygen`, `keyTimeout` or `keyRefused`
 */
export async function signHeads(place: SshPlace, key: string, file: string, signal: AbortSignal): Promise<void> {
  const input = await readBounded(file, MAX_SIGNED);
  const { exitCode, output } = await run(place, ['-Y', 'sign', '-f', key, '-n', NAMESPACE], signal, input);
  if (exitCode !== 0 || output === '') throw failed('keyRefused');
  // Not written by the program, which would follow a link that somebody put there.
  await writeNew(`${file}.sig`, Buffer.from(output));
}

/**
 * Checks a signature, whoever made it.
 *
 * @returns fingerprint of the key that signed, or undefined if the signature is not that of the file
 * @throws LiveResponseError `fileFailed` with reason `noSshKeygen` or `keyTimeout`
 */
export async function checkSignature(
  place: SshPlace,
  file: string,
  signature: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  const input = await readBounded(file, MAX_SIGNED);
  // A link is refused here, and a text without end.
  await readBounded(signature, MAX_SIGNED);
  const args = ['-Y', 'check-novalidate', '-n', NAMESPACE, '-s', signature];
  const { exitCode, output } = await run(place, args, signal, input);
  return exitCode === 0 ? /\bkey (SHA256:[A-Za-z\d+/=]{20,64})/u.exec(output)?.[1] : undefined;
}

async function run(place: SshPlace, args: readonly string[], signal: AbortSignal, input?: Uint8Array): Promise<Ended> {
  const file = await findSshKeygen(place);
  if (file === undefined) throw failed('noSshKeygen');
  const { environment, platform } = place;
  const agent = environment['SSH_AUTH_SOCK'];
  const own = {
    // It asks nobody: a passphrase would be typed into a window of unknown origin.
    SSH_ASKPASS_REQUIRE: 'never',
    ...(agent === undefined ? {} : { SSH_AUTH_SOCK: agent }),
  };
  const invocation = { file, args, environment: childEnvironment(environment, platform, own), input };
  const end = await runProcess(invocation, platform, { timeoutMs: SIGN_MS, maxOutput: MAX_OUTPUT }, signal);
  if (end.kind === 'ended') return end;
  throw failed(end.kind === 'timeout' ? 'keyTimeout' : 'keyRefused');
}

function failed(reason: string): LiveResponseError {
  return new LiveResponseError('fileFailed', { reason });
}
