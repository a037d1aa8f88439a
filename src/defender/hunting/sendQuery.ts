import { LONGEST_HUNT_MS } from '../calls/ledger.ts';
import { createStreamedSender } from '../http.ts';
import type { SendHuntingQuery } from '../transport.ts';

/** Path of the one call to Microsoft Graph. Source: api-facts §4. */
const HUNTING_PATH = '/v1.0/security/runHuntingQuery';

/** Creates the sender for hunting queries. It can send nothing else, and only to the address that it is given. */
export function createHuntingSender(): SendHuntingQuery {
  const send = createStreamedSender(LONGEST_HUNT_MS);
  return ({ graphUrl, query, token, signal }) =>
    send({
      method: 'POST',
      url: new URL(graphUrl).origin + HUNTING_PATH,
      headers: {
        authorization: `Bearer ${token}`,
        accept: 'application/json',
        'content-type': 'application/json; charset=utf-8',
      },
      data: JSON.stringify({ Query: query }),
      signal,
    });
}
