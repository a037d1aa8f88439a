import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, globalAgent } from 'node:http';
import type { RequestListener, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, suite, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { createStreamedSender } from '../../../src/defender/http.ts';
import type { HttpAnswer } from '../../../src/defender/transport.ts';
import { failure, patience } from './expected.ts';

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

/** Sends a request to a server of this machine. */
async function ask(listener: RequestListener, signal = patience()): Promise<HttpAnswer> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  servers.push(server);
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port.toString()}/`;
  return createStreamedSender(5000)({ method: 'GET', url, headers: {}, signal });
}

suite('the transport', () => {
  test('a header that a server sends several times is one text', async () => {
    const { headers, discard } = await ask((_request, response) => {
      response.writeHead(200, { 'Set-Cookie': ['a=1', 'b=2'], 'X-One': '1' }).end();
    });
    assert.deepEqual([headers['set-cookie'], headers['x-one']], ['a=1, b=2', '1']);
    discard?.();
  });

  test('a packed answer whose call is cancelled and which is discarded at once breaks nothing', async () => {
    const leaving = new AbortController();
    const closed = Promise.withResolvers<undefined>();
    const { discard } = await ask((_request, response) => {
      response.writeHead(200, { 'Content-Encoding': 'gzip' }).write(gzipSync('a piece').subarray(0, 12));
      response.once('close', () => {
        closed.resolve(undefined);
      });
    }, leaving.signal);
    leaving.abort();
    discard?.();
    await closed.promise;
  });

  test('an agent that fails without a code is a lost connection, of which no code is made up', async (context) => {
    // VS Code replaces this function, and its search for a proxy can fail in its own way.
    context.mock.method(globalAgent, 'createConnection', () => {
      throw new Error('no proxy');
    });
    await assert.rejects(
      ask(() => undefined),
      (error: unknown) => {
        assert.ok(failure('connectionLost')(error));
        assert.deepEqual(Object.keys((error as { values: object }).values), ['host']);
        return true;
      },
    );
  });
});
