import type { IncomingMessage, ServerResponse } from 'node:http';
import { errors } from 'oidc-provider';
import type { InteractionResults, Provider } from 'oidc-provider';
import type { DoorAnswer } from '../sendAnswer.ts';
import { demandedContexts } from './directory.ts';
import type { Directory, Person } from './directory.ts';
import { describeRefusal } from './entraErrors.ts';
import type { Aadsts } from './entraErrors.ts';
import { capture } from './loginRequest.ts';
import type { LoginRequest } from './loginRequest.ts';
import { accountPage, consentPage, lastPage } from './pages.ts';
import { OIDC_SCOPES, permissionsOf, resourceOfScope } from './scopes.ts';

/** One user at the sign-in page. */
export interface Visit {
  readonly provider: Provider;
  readonly directory: Directory;
  readonly request: LoginRequest;
  readonly incoming: IncomingMessage;
  readonly response: ServerResponse;
}

type Details = Awaited<ReturnType<Provider['interactionDetails']>>;

/** Answers the sign-in page and its buttons. */
export async function signInPage(visit: Visit): Promise<DoorAnswer> {
  const { provider, directory, request, incoming, response } = visit;
  const { people, policies, delegatedPermissions } = directory;
  let details: Details;
  try {
    details = await provider.interactionDetails(incoming, response);
  } catch (error) {
    if (error instanceof errors.SessionNotFound) {
      return html(400, lastPage('Sorry, but we’re having trouble signing you in', 'This sign-in is over.'));
    }
    throw error;
  }
  const { form } = request;
  if (form.has('cancel') || form.get('consent') === 'decline') {
    return await finish(visit, refused('access_denied', 65004));
  }
  const person = people.find(({ oid }) => oid === form.get('account'));
  if (person === undefined) {
    const hint = details.params['login_hint'];
    return html(200, accountPage(people, typeof hint === 'string' ? hint : undefined));
  }
  if (policies.blockAccess) {
    return html(200, lastPage('You cannot access this right now', describeRefusal(53003)));
  }
  if (details.deviceCode !== undefined && policies.blockDeviceCode !== 'nobody') {
    const aadsts = policies.blockDeviceCode === 'conditionalAccess' ? 53003 : 530035;
    return await finish(visit, refused('blocked_by_policy', aadsts));
  }
  const isForGraph = resourceOfScope(details.params['scope']) === directory.graph.audience;
  const consent = isForGraph ? 'huntingConsented' : 'consented';
  if (form.get('consent') === 'accept') {
    policies[consent] = true;
  }
  if (!policies[consent]) {
    return html(200, consentPage(person, isForGraph ? directory.graph.permissions : delegatedPermissions));
  }
  return await finish(visit, await granted(visit, details, person));
}

async function granted({ provider, directory }: Visit, details: Details, { oid }: Person): Promise<InteractionResults> {
  const { params, deviceCode } = details;
  const grant = new provider.Grant({ accountId: oid, clientId: directory.clientId });
  grant.addOIDCScope(OIDC_SCOPES.join(' '));
  // One session is for all resources of the tenant, as Entra's are.
  for (const resource of [params['resource']].flat().map(String)) {
    grant.addResourceScope(resource, permissionsOf(resource, params['scope']).join(' '));
  }
  const grantId = await grant.save();
  directory.signIns.set(grantId, {
    oid,
    acrs: demandedContexts(params['claims']),
    at: performance.now(),
    deviceCode: deviceCode !== undefined,
  });
  return { login: { accountId: oid, remember: false }, consent: { grantId } };
}

function refused(error: string, aadsts: Aadsts): InteractionResults {
  return { error, error_description: describeRefusal(aadsts) };
}

async function finish({ provider, incoming, response }: Visit, result: InteractionResults): Promise<DoorAnswer> {
  return await capture(response, async () => {
    await provider.interactionFinished(incoming, response, result);
  });
}

function html(status: number, body: string): DoorAnswer {
  return {
    status,
    headers: { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' },
    body: Buffer.from(body),
  };
}
