import { connectionTo } from '../../rig/devWorkspace.ts';
import type { LocalTenant } from '../../tenant/localTenant.ts';

/** When the tenants of these tests start: the sample's data follows from it, byte for byte. */
export const TENANT_START = Date.UTC(2026, 10, 23, 21, 0, 0);

/** What the tests inside the extension host must know of the tenant outside. */
export async function hostEnvironment(tenant: LocalTenant): Promise<Record<string, string>> {
  return {
    NODE_EXTRA_CA_CERTS: tenant.caFile,
    TENANT_CONNECTION: JSON.stringify(await connectionTo(tenant)),
  };
}
