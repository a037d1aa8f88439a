import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Authority } from './authority.ts';

/** A request as it came over the wire. */
export interface StampRequest {
  readonly method: string;
  readonly path: string;
  /** Names and values in turn, in the order in which they were sent. */
  readonly headers: readonly string[];
  readonly body: Buffer;
}

/** Answers a request. */
export type Answering = (request: StampRequest, response: ServerResponse) => unknown;

/** An authority for time stamps behind http on this machine. */
export interface AuthorityServer {
  readonly url: string;
  readonly host: string;
  readonly requests: readonly StampRequest[];
  /** Replaces the way in which it answers. */
  answer: Answering;
  readonly stop: () => Promise<void>;
}

/** Serves an authority. @param answer - by default, it stamps what it is asked for */
export async function serveAuthority(authority: Authority): Promise<AuthorityServer> {
  const requests: StampRequest[] = [];
  const server = createServer((request, response) => {
    void read(request).then(async (body) => {
      const { method = '', url = '', rawHeaders } = request;
      const one = { method, path: url, headers: rawHeaders, body };
      requests.push(one);
      await served.answer(one, response);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const served: AuthorityServer = {
    url: `http://${host}/stamp`,
    host,
    requests,
    answer: stamping((query) => authority.reply(query)),
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
  return served;
}

/** Answers with what is made of the query. */
export function stamping(make: (query: Buffer) => Promise<Uint8Array> | Uint8Array): Answering {
  return async ({ body }, response) => {
    response.writeHead(200, { 'content-type': 'application/timestamp-reply' }).end(await make(body));
  };
}

async function read(request: IncomingMessage): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of request) chunks.push(chunk as Uint8Array);
  return Buffer.concat(chunks);
}
