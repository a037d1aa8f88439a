import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { createDefenderClient } from '../../../src/defender/client.ts';
import type { Clock } from '../../../src/base/clock.ts';
import { systemClock } from '../../../src/base/clock.ts';
import { MemorySink } from '../../../src/defender/download/downloadSink.ts';
import type { DownloadSink } from '../../../src/defender/download/downloadSink.ts';
import type { DownloadFacts } from '../../../src/defender/download/download.ts';
import { isLiveResponseError } from '../../../src/base/errors.ts';
import type { FailureValues } from '../../../src/base/errors.ts';
import type { FailureCode } from '../../../src/base/failures.ts';
import { createResultFetcher } from '../../../src/defender/download/resultFetcher.ts';
import { createHttpTransport } from '../../../src/defender/http.ts';

/** Bytes in which no part is like another part. */
export const TRUTH = Buffer.from(
  Array.from({ length: 32 }, (_, at) => createHash('sha256').update(`part ${at}`).digest('hex')).join(''),
).subarray(0, 1000);

/** An answer as sent over the wire. The connection closes after it. */
export interface WireAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: Uint8Array;
  /** Bytes of the body in one step, and the pause between steps; all at once if not given. */
  readonly trickle?: { readonly bytes: number; readonly pauseMs: number };
  /** Whether the connection stays open, without more data, after head and body. */
  readonly hangs?: boolean;
}

/** A request for the blob: its number, from 0, and the start of its range. */
export interface BlobRequest {
  readonly at: number;
  readonly from: number | undefined;
}

/** Answers one request for the blob; undefined sends nothing. */
export type BlobScript = (request: BlobRequest) => WireAnswer | undefined;

/** The end of a download. */
export interface Ended {
  readonly code: FailureCode | 'whole';
  readonly values: FailureValues;
  readonly bytes: Uint8Array;
  readonly facts: DownloadFacts | undefined;
  /** Requests that reached the blob host. */
  readonly requests: readonly BlobRequest[];
  /** Number of links that were requested. */
  readonly links: number;
}

/** Shortens the pauses between attempts. Deadlines stay as they are, or are `deadlineMs`. */
function hastyClock(deadlineMs: number | undefined): Clock {
  return {
    now: systemClock.now,
    wait: (ms, signal) => systemClock.wait(ms < 10_000 ? ms / 500 : (deadlineMs ?? ms), signal),
  };
}

/** Fetches a result from a host that answers by a script, through the product's own client and transport. */
export async function fetchFrom(
  script: BlobScript,
  { sink, deadlineMs }: { readonly sink?: DownloadSink; readonly deadlineMs?: number } = {},
): Promise<Ended> {
  const memory = new MemorySink();
  const requests: BlobRequest[] = [];
  let links = 0;
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    let head = '';
    const listen = (data: Buffer): void => {
      head += data.toString('latin1');
      if (!head.includes('\r\n\r\n')) return;
      socket.off('data', listen);
      if (head.startsWith('GET /api/')) {
        links++;
        const { port } = server.address() as AddressInfo;
        const body = Buffer.from(JSON.stringify({ value: `http://127.0.0.1:${port}/c/b?sig=secret` }));
        void send(socket, { status: 200, headers: { 'Content-Length': body.length.toString() }, body });
        return;
      }
      const from = /^range: bytes=(\d+)-/imu.exec(head)?.[1];
      const request = { at: requests.length, from: from === undefined ? undefined : Number(from) };
      requests.push(request);
      const answer = script(request);
      if (answer !== undefined) void send(socket, answer);
    };
    socket.on('data', listen);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const clock = hastyClock(deadlineMs);
  const client = createDefenderClient({
    apiUrl: `http://${host}`,
    getAccessToken: () => Promise.resolve('token'),
    transport: createHttpTransport(),
    downloadHosts: () => [host],
    clock,
  });
  const fetch = createResultFetcher(client, clock).fetchInto(sink ?? memory);
  const ended = { bytes: new Uint8Array(), requests, facts: undefined, values: {} };
  try {
    const facts = await fetch('a', 0, new AbortController().signal, { maxBytes: 1_000_000 });
    return { ...ended, code: 'whole', facts, bytes: memory.bytes(), links };
  } catch (error) {
    if (!isLiveResponseError(error)) throw error;
    return { ...ended, code: error.code, values: error.values, links };
  } finally {
    for (const socket of sockets) socket.destroy();
    server.close();
  }
}

async function send(socket: Socket, { status, headers, body, trickle, hangs }: WireAnswer): Promise<void> {
  const all = { 'x-ms-request-id': 'a', 'x-ms-version': '2020-06-12', Connection: 'close', ...headers };
  const lines = Object.entries<string | undefined>(all).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}: ${value}`],
  );
  socket.write([`HTTP/1.1 ${status} Answer`, ...lines, '', ''].join('\r\n'));
  if (trickle === undefined) socket.write(body);
  else {
    for (let at = 0; at < body.length && socket.writable; at += trickle.bytes) {
      socket.write(body.subarray(at, at + trickle.bytes));
      await systemClock.wait(trickle.pauseMs, new AbortController().signal);
    }
  }
  if (hangs !== true) socket.end();
}
