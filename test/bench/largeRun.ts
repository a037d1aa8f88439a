import type { SampleTenant, SampleTenantOptions } from '../../src/sample/api/sampleTenant.ts';
import { actionId, createOpenTenant } from './openTenant.ts';

/** Number of hosts of the largest run that we promise to be usable. */
export const RUN_HOSTS = 10_000;
const RUN_LINES = 60;

/** Returns the output of a host of a run: usual lines, and on a few hosts a line of its own. */
export function outputOf(host: number): string {
  const lines = Array.from({ length: RUN_LINES }, (_, line) => `svc-${line}  Running  C:\\svc\\${line}.exe`);
  if (host % 2500 === 7) lines.push(`odd-${host}  Running  C:\\Windows\\Temp\\x.exe`);
  if (host % 100 === 3) lines.push('on-a-hundred  Running');
  return lines.join('\n');
}

/** Number of hosts with a line of their own. */
export const ODD_HOSTS = Array.from({ length: RUN_HOSTS }, (_, host) => host).filter((host) => host % 2500 === 7);

/** Creates a tenant with one run over all hosts. Its results are not asked for: the store has them. */
export function createRunTenant(options: SampleTenantOptions): SampleTenant {
  return createOpenTenant({ count: RUN_HOSTS, outputLength: 0, errors: '', pauseMs: 100 })(options);
}

/** Returns the action of a host. */
export function actionOf(host: number): string {
  return actionId(host);
}
