import { createServer } from 'node:https';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import type { Certificate } from './certificate.ts';
import { CAPTIVE_PORTAL } from './faults.ts';
import type { FaultAction, Faults } from './faults.ts';
import type { DoorName, RecordedRequest, Recording } from './recording.ts';
import { sendAnswer } from './sendAnswer.ts';
import type { DoorAnswer } from './sendAnswer.ts';

/**
 * Answers a request. The request's body has not been read. The response is for handlers made for Node's own server. The
 * handler may add to the recording what it learns from the body.
 */
export type DoorHandler = (
  incoming: IncomingMessage,
  response: ServerResponse,
  recorded: RecordedRequest,
) => Promise<DoorAnswer>;

/** One HTTPS service on loopback. */
export interface Door {
  readonly port: number;
  /** `https://localhost:PORT`. */
  readonly url: string;
  readonly close: () => Promise<void>;
}

/** The parts that an endpoint needs. */
export interface DoorOptions {
  readonly name: DoorName;
  readonly certificate: Certificate;
  readonly recording: Recording;
  readonly faults: Faults;
  readonly handle: DoorHandler;
}

/** Opens an HTTPS service that records every request and applies the queued faults around its handler. */
export async function openDoor(options: DoorOptions): Promise<Door> {
  // The connections below TLS: only the TCP socket can be reset, and Node provides it only at this event.
  const sockets = new Map<number, Socket>();
  const server = createServer({ key: options.certificate.key, cert: options.certificate.cert });
  server.on('connection', (socket: Socket) => {
    const port = socket.remotePort ?? 0;
    sockets.set(port, socket);
    socket.once('close', () => sockets.delete(port));
  });
  server.on('request', (incoming, response) => {
    const reset = (): void => {
      const socket = sockets.get(incoming.socket.remotePort ?? 0);
      socket?.resetAndDestroy();
      incoming.socket.destroy();
    };
    void serve(options, incoming, response, reset);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    // The address instead of the name, because 'localhost' is ::1 first on some machines.
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    port,
    url: `https://localhost:${port}`,
    close: async () => {
      await new Promise<void>((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
        for (const socket of sockets.values()) {
          socket.destroy();
        }
      });
    },
  };
}

async function serve(
  options: DoorOptions,
  incoming: IncomingMessage,
  response: ServerResponse,
  reset: () => void,
): Promise<void> {
  const request = options.recording.begin(options.name, incoming);
  // A client that leaves is normal here, and not an error of the tenant.
  incoming.on('error', () => undefined);
  response.on('error', () => undefined);
  // Ends every timed wait below, so that no timer remains when a client leaves or a test stops the tenant.
  const leaving = new AbortController();
  const { signal } = leaving;
  response.once('close', () => {
    leaving.abort();
  });
  const fault = options.faults.take(request);
  if (fault !== undefined) {
    request.fault = fault.action?.kind ?? 'delay';
  }
  try {
    await wait(fault?.delayMs, signal);
    await fault?.until;
    if (fault?.action?.kind === 'reset') {
      reset();
      request.outcome = 'reset';
      return;
    }
    const answer = replacement(fault?.action) ?? (await options.handle(incoming, response, request));
    await wait(fault?.holdMs, signal);
    signal.throwIfAborted();
    await sendAnswer({ response, answer, action: fault?.action, request, reset, signal });
  } catch (error) {
    if (signal.aborted) {
      request.outcome = 'left';
      return;
    }
    request.outcome = 'failed';
    // Logged as an error, because this is a defect of the tenant itself: a test must not mistake it for a 500 of the
    // API.
    console.error(`local tenant, ${options.name}: ${request.method} ${request.path}`, error);
    incoming.socket.destroy();
  } finally {
    request.endedAt = performance.now();
    // An unread rest of the body would block the next request of this connection.
    incoming.resume();
  }
}

async function wait(milliseconds: number | undefined, signal: AbortSignal): Promise<void> {
  if (milliseconds !== undefined) {
    await pause(milliseconds, undefined, { signal });
  }
}

function replacement(action: FaultAction | undefined): DoorAnswer | undefined {
  switch (action?.kind) {
    case 'answer':
      return {
        status: action.status,
        headers: action.headers ?? {},
        body: typeof action.body === 'string' ? Buffer.from(action.body) : (action.body ?? new Uint8Array()),
      };
    case 'html':
      return {
        status: 200,
        headers: { 'content-type': 'text/html; charset=utf-8' },
        body: Buffer.from(action.body ?? CAPTIVE_PORTAL),
      };
    case 'redirect':
      return { status: action.status ?? 302, headers: { location: action.location }, body: new Uint8Array() };
    default:
      return undefined;
  }
}
