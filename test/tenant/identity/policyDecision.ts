import { randomUUID } from 'node:crypto';
import { assertionOutOfTime } from './assertion.ts';
import { demandedContexts } from './directory.ts';
import type { Directory } from './directory.ts';
import type { Aadsts, RefusalDetails, RefusalValues } from './entraErrors.ts';
import type { IdentityStore } from './store.ts';
import type { LoginRequest } from './loginRequest.ts';
import { resourceOfScope } from './scopes.ts';

/** A refusal with a cause outside the request itself. */
export interface PolicyRefusal {
  readonly aadsts: Aadsts;
  readonly values?: RefusalValues;
  readonly details?: RefusalDetails;
}

/** Decides about a token or device code request before the provider sees it, in the place of Entra's policy engine. */
export function policyRefusal(
  { credential, form, url }: LoginRequest,
  directory: Directory,
  store: IdentityStore,
): PolicyRefusal | undefined {
  const { policies } = directory;
  const grantType = form.get('grant_type') ?? (url.pathname.endsWith('/devicecode') ? 'devicecode' : '');
  const values = {
    clientId: form.get('client_id') ?? '',
    resource: resourceOfScope(form.get('scope')) ?? '',
    tenant: directory.tenantId,
    grantType,
  };
  const planned = directory.takePlanned(grantType);
  if (planned !== undefined) {
    const { aadsts, claims } = planned;
    return { aadsts, values, details: claims === undefined ? {} : { claims } };
  }
  if (!form.has('grant_type')) {
    return undefined;
  }
  if (credential === 'none' && !policies.publicClientFlows) {
    return { aadsts: 7000218 };
  }
  const times = assertionOutOfTime(form.get('client_assertion') ?? '', policies.clockAheadSeconds);
  if (times !== undefined) {
    return { aadsts: 700024, values: times };
  }
  return grantType === 'refresh_token' ? refreshRefusal(form, values, directory, store) : undefined;
}

function refreshRefusal(
  form: URLSearchParams,
  values: RefusalValues,
  directory: Directory,
  store: IdentityStore,
): PolicyRefusal | undefined {
  const { grantId } = store.refreshToken(form.get('refresh_token') ?? '');
  const signIn = grantId === undefined ? undefined : directory.signIns.get(grantId);
  const { policies } = directory;
  if (signIn === undefined) {
    return undefined;
  }
  if (policies.blockAccess) {
    return { aadsts: 53003, details: { claims: policyClaims() } };
  }
  if (signIn.deviceCode && policies.blockDeviceCode === 'conditionalAccess') {
    return { aadsts: 530036 };
  }
  if (values['resource'] === directory.graph.audience ? !policies.huntingConsented : !policies.consented) {
    return { aadsts: 65001, values };
  }
  if (signIn.at < directory.multiFactorSince) {
    return { aadsts: 50076, values, details: { claims: policyClaims() } };
  }
  const claims = form.get('claims');
  if (claims !== null && demandedContexts(claims).some((context) => !signIn.acrs.includes(context))) {
    return { aadsts: 50076, values, details: { claims } };
  }
  return undefined;
}

/** Returns the claims challenge of a conditional access policy, which names the policy. */
function policyClaims(): string {
  return JSON.stringify({ access_token: { capolids: { essential: true, values: [randomUUID()] } } });
}
