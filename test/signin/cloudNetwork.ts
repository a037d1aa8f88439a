import type { INetworkModule, NetworkRequestOptions, NetworkResponse } from '@azure/msal-node';
import type { LocalTenant } from '../tenant/localTenant.ts';
import { ORIGINAL_HOST } from '../tenant/recording.ts';

/**
 * Returns MSAL's network client for a tenant that stands for a cloud. Requests to another host go to the tenant's
 * sign-in service, and the original host goes along for the recording.
 */
export function cloudNetwork(tenant: LocalTenant): INetworkModule {
  const send = async <T>(url: string, method: string, options?: NetworkRequestOptions): Promise<NetworkResponse<T>> => {
    const { host, pathname, search } = new URL(url);
    const answer = await fetch(`${tenant.loginUrl}${pathname}${search}`, {
      method,
      headers: { ...options?.headers, [ORIGINAL_HOST]: host },
      ...(options?.body === undefined ? {} : { body: options.body }),
    });
    return {
      status: answer.status,
      headers: Object.fromEntries(answer.headers),
      body: (await answer.json()) as T,
    };
  };
  return {
    sendGetRequestAsync: async (url, options) => await send(url, 'GET', options),
    sendPostRequestAsync: async (url, options) => await send(url, 'POST', options),
  };
}
