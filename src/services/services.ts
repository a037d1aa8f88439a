import type { ExtensionContext } from 'vscode';
import type { Policy } from '../policy/policy.ts';
import { createCaseServices } from './case.ts';
import type { CaseServices } from './case.ts';
import { createGround } from './ground.ts';
import type { GroundServices } from './ground.ts';
import { createResultServices } from './results.ts';
import type { ResultServices } from './results.ts';
import { createRunServices } from './runs.ts';
import type { RunServices } from './runs.ts';
import { createTenantServices } from './tenant.ts';
import type { TenantServices } from './tenant.ts';
import { createViewServices } from './views.ts';
import type { RegisteredView, ViewServices } from './views.ts';

/**
 * Singletons, each built once, after the singletons that it needs. A command names those that it uses. Tests build them
 * from parts of their own.
 */
export interface Services
  extends GroundServices, TenantServices, ResultServices, CaseServices, RunServices, ViewServices {}

/** Builds the services. Opens no file and no connection, because each service opens what it needs at its first use. */
export function createServices(context: ExtensionContext, registered: RegisteredView, policy: Policy): Services {
  const ground = createGround(context, policy);
  const tenant = createTenantServices(context, ground);
  const results = createResultServices(context, ground, tenant);
  const runs = createRunServices(ground, tenant, results);
  const built = {
    ...ground,
    ...tenant,
    ...results,
    ...createCaseServices(context, ground, { ...tenant, ...results }),
    ...runs,
  };
  return { ...built, ...createViewServices(context, registered, built) };
}
