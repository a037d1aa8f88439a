import { isLiveResponseError } from '../../../src/base/errors.ts';
import type { FailureValues } from '../../../src/base/errors.ts';
import type { FailureCode } from '../../../src/base/failures.ts';
import type { HttpAnswer } from '../../../src/defender/transport.ts';

/** Checks an error for assert.throws and assert.rejects: our own error with this code, and at least these values. */
export function failure(code: FailureCode, values: FailureValues = {}): (error: unknown) => boolean {
  return (error) => {
    if (!isLiveResponseError(error)) throw new Error('not an error of ours', { cause: error });
    const wanted = JSON.stringify([code, values]);
    const entries = Object.entries(error.values).filter(([key]) => key in values);
    const found = JSON.stringify([error.code, Object.fromEntries(sorted(entries, Object.keys(values)))]);
    if (found !== wanted) throw new Error(`${found} instead of ${wanted}`);
    return true;
  };
}

function sorted(entries: [string, unknown][], keys: readonly string[]): [string, unknown][] {
  return entries.sort(([one], [other]) => keys.indexOf(one) - keys.indexOf(other));
}

/** Creates an answer of a server: a text, bytes, or chunks of bytes. */
export function answer(
  status: number,
  body: string | Uint8Array | readonly Uint8Array[] = '',
  headers: Readonly<Record<string, string>> = {},
): HttpAnswer {
  const chunks = typeof body === 'string' ? [Buffer.from(body)] : body instanceof Uint8Array ? [body] : body;
  return { status, headers, body: inTurns(chunks) };
}

async function* inTurns(chunks: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  for (const chunk of chunks) yield await Promise.resolve(chunk);
}

/** Headers of Azure's blob host. */
export const AZURE = { 'x-ms-request-id': '4a1c0000', 'x-ms-version': '2020-06-12' } as const;

/** Returns a signal that is never aborted. */
export function patience(): AbortSignal {
  return new AbortController().signal;
}
