import { createStreamedSender } from './http.ts';
import type { SendStampQuery } from './transport.ts';

/** Longest time without data on the socket, ms. */
const IDLE_MS = 30_000;

/** Creates the sender to authorities for time stamps. It sends a query and nothing that names a person or a tenant. */
export function createStampSender(): SendStampQuery {
  const send = createStreamedSender(IDLE_MS);
  return ({ url, query, signal }) =>
    send({
      method: 'POST',
      url,
      headers: {
        accept: 'application/timestamp-reply',
        'accept-encoding': 'identity',
        'content-type': 'application/timestamp-query',
      },
      data: query,
      signal,
    });
}
