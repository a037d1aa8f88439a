import { connectionTo } from '../../rig/devWorkspace.ts';
import type { LocalTenant } from '../../tenant/localTenant.ts';

/** Start of the tenants in these tests. The sample's data follows from it, byte for byte. */
export const TENANT_START = Date.UTC(2026, 10, 23, 21, 0, 0);

/** Returns the environment that tells the tests inside the extension host about the tenant outside. */
export async function hostEnvironment(tenant: LocalTenant): Promise<Record<string, string>> {
  return {
    NODE_EXTRA_CA_CERTS: tenant.caFile,
    TENANT_CONNECTION: JSON.stringify(await connectionTo(tenant)),
  };
}
