import { env, l10n } from 'vscode';

/** Facts about the end of a script; without a transcript if the file was not the result of a script. */
export interface ExitFacts {
  readonly transcript: { readonly exitCode: number | undefined; readonly errorLines: number } | undefined;
}

/**
 * Impression that a result gives; never `pass` if anything went wrong. None of the moods means red, because red is only
 * for commands that Defender reports as Failed.
 */
export type ExitMood = 'pass' | 'warning' | 'unknown';

/**
 * Returns e.g. `Exit 0`, `Exit 0 · 214 error lines`, `Exit -1073741510 (0xC000013A)`, `Exit unknown` or
 * `Not a script result`.
 */
export function exitWords(facts: ExitFacts): string {
  const { transcript } = facts;
  if (transcript === undefined) return l10n.t('Not a script result');
  const { exitCode, errorLines } = transcript;
  const exit = exitCode === undefined ? l10n.t('Exit unknown') : l10n.t('Exit {0}', withHex(exitCode));
  if (errorLines === 0) return exit;
  const lines =
    errorLines === 1 ? l10n.t('1 error line') : l10n.t('{0} error lines', errorLines.toLocaleString(env.language));
  return `${exit} · ${lines}`;
}

/**
 * Returns the same as {@link exitWords} in fewer signs, for rows: e.g. `Exit 323 · 1 error`. Large codes have no
 * hexadecimal number here.
 */
export function shortExitWords({ transcript }: ExitFacts): string {
  if (transcript === undefined) return l10n.t('Not a script result');
  const { exitCode, errorLines } = transcript;
  const exit = exitCode === undefined ? l10n.t('Exit unknown') : l10n.t('Exit {0}', exitCode);
  if (errorLines === 0) return exit;
  return `${exit} · ${errorLines === 1 ? l10n.t('1 error') : l10n.t('{0} errors', errorLines.toLocaleString(env.language))}`;
}

/**
 * Returns a sentence about an exit code of Defender's script runner; undefined for an exit code of the script itself.
 * The script runner's exit code was seen in sessions of the portal. It is inferred that sessions of the API give the
 * same code.
 */
export function exitMeaning({ transcript }: ExitFacts): string | undefined {
  if (transcript?.exitCode !== HASH_MISMATCH) return undefined;
  return l10n.t('Exit 323: the script on the device probably did not match its hash, so nothing ran.');
}

/** Exit code of Defender's script runner if the script file on the device differs from the file that was sent. */
const HASH_MISMATCH = 323;

/** Returns the mood of a result; `unknown` without an exit code. */
export function exitMood(facts: ExitFacts): ExitMood {
  const { transcript } = facts;
  if (transcript?.exitCode === undefined) return 'unknown';
  return transcript.exitCode === 0 && transcript.errorLines === 0 ? 'pass' : 'warning';
}

/**
 * Adds the hexadecimal number to codes outside 0 to 255. Such codes are often Windows status codes, which people know
 * as hexadecimal numbers.
 */
function withHex(exitCode: number): string {
  if ((exitCode >= 0 && exitCode <= 255) || exitCode === HASH_MISMATCH) return exitCode.toString();
  const bits = exitCode < 0 ? exitCode + 2 ** 32 : exitCode;
  if (bits < 0) return exitCode.toString();
  return `${exitCode.toString()} (0x${bits.toString(16).toUpperCase().padStart(8, '0')})`;
}
