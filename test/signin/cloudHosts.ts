import { createHttpTransport, createSignInSender } from '../../src/defender/http.ts';
import type { HttpAnswer, SendSignIn, Transport } from '../../src/defender/transport.ts';
import type { LocalTenant } from '../tenant/localTenant.ts';
import { ORIGINAL_HOST } from '../tenant/recording.ts';

/** Returns the product’s sender to the sign-in service, connected to a tenant that stands for a cloud’s. */
export function cloudSender(tenant: LocalTenant): SendSignIn {
  const send = createSignInSender();
  return (request) => {
    const { host, origin } = new URL(request.url);
    return send({
      ...request,
      url: request.url.replace(origin, tenant.loginUrl),
      headers: { ...request.headers, [ORIGINAL_HOST]: host },
    });
  };
}

/**
 * Returns the product’s transport to the API and the blobs, connected to a tenant that stands for a cloud’s. The
 * tenant’s links name the given blob host.
 */
export function cloudTransport(tenant: LocalTenant, blobHost: string): Transport {
  const transport = createHttpTransport();
  return {
    api: async (request) => {
      const { host, origin } = new URL(request.url);
      const answer = await transport.api({
        ...request,
        url: request.url.replace(origin, tenant.apiUrl),
        headers: { ...request.headers, [ORIGINAL_HOST]: host },
      });
      return { ...answer, body: renamed(answer, tenant.blobHost, blobHost) };
    },
    download: (request) => {
      const { host } = new URL(request.url);
      return transport.download({
        ...request,
        url: request.url.replace(host, tenant.blobHost),
        headers: { ...request.headers, [ORIGINAL_HOST]: host },
      });
    },
  };
}

async function* renamed({ body }: HttpAnswer, from: string, to: string): AsyncGenerator<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  yield Buffer.from(Buffer.concat(chunks).toString('utf8').replaceAll(from, to));
}
