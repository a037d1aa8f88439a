import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

/** One event as Application Insights takes it. */
export interface Envelope {
  readonly iKey: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly data: {
    readonly baseData: {
      readonly name: string;
      readonly properties: Readonly<Record<string, string>>;
      readonly measurements?: Readonly<Record<string, number>>;
    };
  };
}

/** Stands where Application Insights would. Plain HTTP: VS Code's `fetch` does not read NODE_EXTRA_CA_CERTS. */
export interface Ingestion {
  readonly connectionString: string;
  readonly received: readonly Envelope[];
  /** Everything that came, byte for byte, with its headers. */
  readonly requests: readonly string[];
  readonly stop: () => Promise<void>;
}

export async function startIngestion(): Promise<Ingestion> {
  const received: Envelope[] = [];
  const requests: string[] = [];
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      requests.push(`${request.method ?? ''} ${request.url ?? ''} ${JSON.stringify(request.headers)}\n${body}`);
      const envelopes = JSON.parse(body) as Envelope[];
      received.push(...envelopes);
      const { length } = envelopes;
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({ itemsReceived: length, itemsAccepted: length, errors: [] }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    connectionString: `InstrumentationKey=5a1e0f5c-6f0e-4d5b-9a53-0d3f6c9f3c11;IngestionEndpoint=http://127.0.0.1:${port.toString()}/`,
    received,
    requests,
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
