import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import type { FaultAction } from './faults.ts';
import type { RecordedRequest } from './recording.ts';

/** An answer before it is sent. A stream is read once, and not at all where a fault cuts it to nothing. */
export interface DoorAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[]>>;
  readonly body: Uint8Array | AsyncIterable<Uint8Array>;
}

/** The parts for sending one answer. */
export interface Sending {
  readonly response: ServerResponse;
  readonly answer: DoorAnswer;
  readonly action: FaultAction | undefined;
  readonly request: RecordedRequest;
  /** Resets the TCP connection. */
  readonly reset: () => void;
  /** Aborted when the client has left. */
  readonly signal: AbortSignal;
}

/** Sends an answer, with the damage of the fault, and notes the outcome in the recording. */
export async function sendAnswer({ response, answer, action, request, reset, signal }: Sending): Promise<void> {
  const isMeasured = (name: string): boolean => /^content-length$|\bcontent-md5$/iu.test(name);
  const headers = Object.fromEntries(
    Object.entries(answer.headers).filter(([name]) => action?.kind !== 'unmeasured' || !isMeasured(name)),
  );
  const announced = announcedLength(answer, action);
  if (announced !== undefined && action?.kind !== 'unmeasured') {
    headers['content-length'] = String(announced);
  }
  request.status = answer.status;
  response.writeHead(answer.status, headers);
  response.flushHeaders();
  const cuts = action?.kind === 'resetMidBody' || action?.kind === 'truncate' || action?.kind === 'unmeasured';
  const cut = cuts ? action.afterBytes : Infinity;
  const rate = action?.kind === 'drip' ? action.bytesPerSecond : Infinity;
  for await (const piece of pieces(answer.body, cut, rate, signal)) {
    signal.throwIfAborted();
    request.bytesSent += piece.length;
    await write(response, piece);
  }
  if (action?.kind === 'resetMidBody') {
    // Lets the head and the first bytes arrive: a reset also discards what the other side has not read.
    await pause(30, undefined, { signal });
    reset();
    request.outcome = 'reset';
  } else if ((action?.kind === 'truncate' && action.promised) || action?.kind === 'contentLength') {
    // Avoids response.end(), which would keep the connection open, so that the client would wait for bytes that never
    // come.
    await closed(response.socket);
    request.outcome = 'cut';
  } else {
    await finished(response);
    request.outcome = response.writableFinished ? 'answered' : 'left';
  }
}

function announcedLength(answer: DoorAnswer, action: FaultAction | undefined): number | undefined {
  const given = answer.headers['content-length'];
  const real =
    answer.body instanceof Uint8Array ? answer.body.length : typeof given === 'string' ? Number(given) : undefined;
  if (action?.kind === 'contentLength') {
    return action.announced;
  }
  if (action?.kind === 'truncate' && !action.promised) {
    return Math.min(action.afterBytes, real ?? action.afterBytes);
  }
  return real;
}

async function* pieces(
  body: DoorAnswer['body'],
  limit: number,
  bytesPerSecond: number,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const source = body instanceof Uint8Array ? [body] : body;
  let left = limit;
  for await (const chunk of source) {
    if (left <= 0) {
      return;
    }
    const part = chunk.length > left ? chunk.subarray(0, left) : chunk;
    left -= part.length;
    if (bytesPerSecond === Infinity) {
      yield part;
      continue;
    }
    const step = Math.max(1, Math.floor(bytesPerSecond / 10));
    for (let from = 0; from < part.length; from += step) {
      yield part.subarray(from, from + step);
      await pause((step / bytesPerSecond) * 1000, undefined, { signal });
    }
  }
}

// Waits for the wire and not only for the buffer, because a cut must come after the bytes before it.
async function write(response: ServerResponse, piece: Uint8Array): Promise<void> {
  if (piece.length === 0) {
    return;
  }
  await new Promise<void>((resolve) => {
    const done = (): void => {
      response.off('close', done);
      resolve();
    };
    response.once('close', done);
    response.write(piece, done);
  });
}

async function finished(response: ServerResponse): Promise<void> {
  await new Promise<void>((resolve) => {
    if (response.destroyed) {
      resolve();
      return;
    }
    response.once('close', resolve);
    response.end(resolve);
  });
}

async function closed(socket: Socket | null): Promise<void> {
  await new Promise<void>((resolve) => {
    if (socket === null || socket.destroyed) {
      resolve();
      return;
    }
    socket.once('close', () => {
      resolve();
    });
    socket.end(() => {
      socket.destroySoon();
    });
  });
}
