import { connect, createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { createServer as createHttpServer, request } from 'node:http';
import { Agent } from 'node:https';
import type { AgentOptions } from 'node:https';
import { connect as connectTls } from 'node:tls';
import { setTimeout as pause } from 'node:timers/promises';

/** A relay that passes bytes on. */
export interface Relay {
  readonly port: number;
  readonly close: () => Promise<void>;
}

/**
 * Opens a relay to one port of this machine. It may be slow, and its target may change from one connection to the next.
 */
export async function openRelay(target: () => number, bytesPerSecond = Infinity): Promise<Relay> {
  const sockets = new Set<Socket>();
  const server = createServer((near) => {
    const far = connect(target(), '127.0.0.1');
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        sockets.delete(socket);
        other.destroy();
      });
    }
    near.pipe(far);
    void trickle(far, near, bytesPerSecond);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        for (const socket of sockets) socket.destroy();
      }),
  };
}

async function trickle(from: Socket, to: Socket, bytesPerSecond: number): Promise<void> {
  try {
    for await (const chunk of from) {
      if (to.destroyed) return;
      to.write(chunk as Uint8Array);
      if (bytesPerSecond !== Infinity) await pause(((chunk as Uint8Array).length / bytesPerSecond) * 1000);
    }
  } catch {
    // The connection broke: its close event closes the other side.
  }
}

/** A proxy that only tunnels: it can never read a request. */
export interface TunnelProxy extends Relay {
  /** Requests to the proxy: `CONNECT localhost:1234`, or a request that it should never have received. */
  readonly asked: string[];
  /** Names of all headers that it received, in lower case. */
  readonly headers: Set<string>;
}

/** Opens a proxy that answers CONNECT only. */
export async function openTunnelProxy(): Promise<TunnelProxy> {
  const asked: string[] = [];
  const headers = new Set<string>();
  const sockets = new Set<Socket>();
  const server = createHttpServer((incoming, response) => {
    asked.push(`${incoming.method ?? ''} ${incoming.url ?? ''}`);
    response.writeHead(405).end();
  });
  server.on('connect', (incoming, near: Socket) => {
    asked.push(`CONNECT ${incoming.url ?? ''}`);
    for (const name of Object.keys(incoming.headers)) headers.add(name);
    const far = connect(Number((incoming.url ?? '').split(':').at(-1)), '127.0.0.1', () => {
      near.write('HTTP/1.1 200 Connection established\r\n\r\n');
      near.pipe(far).pipe(near);
    });
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        near.destroy();
        far.destroy();
      });
    }
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    asked,
    headers,
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
        for (const socket of sockets) socket.destroy();
      }),
  };
}

/** Sends every TLS connection of this process through a proxy, below the client's own code, as VS Code does. */
export class TunnelAgent extends Agent {
  readonly #proxyPort: number;

  constructor(proxyPort: number, options: AgentOptions) {
    super(options);
    this.#proxyPort = proxyPort;
  }

  override createConnection(
    ...[options, callback]: Parameters<Agent['createConnection']>
  ): ReturnType<Agent['createConnection']> {
    const host = `${options.host ?? 'localhost'}:${(options.port ?? 443).toString()}`;
    const tunnel = request({ host: '127.0.0.1', port: this.#proxyPort, method: 'CONNECT', path: host, agent: false });
    tunnel.on('connect', (_answer, socket) => {
      callback?.(null, connectTls({ ...this.options, servername: options.host ?? '', socket }));
    });
    tunnel.on('error', (error) => {
      // Node's own type requires a stream even where there is an error instead.
      callback?.(error, undefined as never);
    });
    tunnel.end();
    return undefined;
  }
}
