import { toDevice } from '../../src/sample/base/devices.ts';
import type { SampleDevice } from '../../src/sample/base/devices.ts';
import type { CommandStatus } from '../../src/sample/base/model.ts';
import { requestors } from '../../src/sample/base/people.ts';
import { minute } from '../../src/sample/base/time.ts';
import { runScript } from '../../src/sample/data/plan.ts';
import type { ActionPlan, CommandPlan } from '../../src/sample/data/plan.ts';
import { scriptResult } from '../../src/sample/data/outputs/transcript.ts';

/** Maker of an ordinary result. */
export const usual = scriptResult(() => ({ output: 'done\n', errors: '', exitCode: 0 }));

/** Makes a device of its own for a situation. */
export function device(key: string, osPlatform: string, osBuild: number, health = 'Active'): SampleDevice {
  return toDevice([key, `${key}.fabrikam.example`, osPlatform, osBuild, health]);
}

/** Plans a session of a situation. */
export function plan(age: number, more: Partial<ActionPlan> & Pick<ActionPlan, 'commands'>): Omit<ActionPlan, 'key'> {
  return {
    device: device(`host-${age}-${JSON.stringify(more).length}`, 'Windows11', 22_631),
    requestor: requestors.amira,
    age,
    comment: 'INC-2417',
    ...more,
  };
}

/** Plans a script without a result. */
export function script(status: CommandStatus, more: Partial<CommandPlan> = {}): CommandPlan {
  return runScript('collect-triage.ps1', undefined, { status, ...more });
}

/** A session that waits in the queue since five minutes. */
export function waiting(on: SampleDevice): Omit<ActionPlan, 'key'> {
  return plan(5 * minute, { device: on, status: 'Pending', commands: [script('Created')] });
}
