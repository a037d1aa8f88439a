import { huntingDevices } from '../base/devices.ts';
import type { ResultMaker } from '../base/model.ts';
import { huntPersistence } from './outputs/hunting.ts';
import type { HuntingFinding } from './outputs/hunting.ts';
import { cutAt } from './outputs/oddForms.ts';
import { scriptResult } from './outputs/transcript.ts';
import { requestors } from '../base/people.ts';
import { runScript } from './plan.ts';
import type { ActionPlan, CommandPlan } from './plan.ts';
import { hour, second } from '../base/time.ts';

/** Script, arguments and comment that all 200 actions of the hunting run have in common. */
export const huntingRun = {
  scriptName: 'hunt-persistence.ps1',
  args: '-Depth full -Quiet',
  comment: 'Hunt H-31: persistence on all workstations',
} as const;

/** The three devices on which something starts that starts nowhere else. */
const findings: ReadonlyMap<string, HuntingFinding> = new Map([
  ['ws-042', 'scheduledTask'],
  ['ws-117', 'service'],
  ['ws-163', 'runKey'],
]);

interface Missing {
  readonly action: Partial<ActionPlan>;
  readonly command: Partial<CommandPlan>;
  /** Without it the link call answers 404. */
  readonly result?: ResultMaker;
}

const usual = scriptResult(huntPersistence());

/** The seven devices without a result, each for a reason of its own. */
const missing: ReadonlyMap<string, Missing> = new Map<string, Missing>([
  // Offline since before the run.
  ['ws-009', { action: { status: 'Pending' }, command: { status: 'Created' } }],
  ['ws-031', { action: { status: 'Failed' }, command: { status: 'Failed', errors: ['Script execution failed'] } }],
  ['ws-064', { action: { status: 'TimeOut' }, command: { status: 'Submitted' } }],
  [
    'ws-088',
    {
      action: {
        status: 'Cancelled',
        cancelledBy: { requestor: requestors.jonas, comment: 'Device is being replaced' },
      },
      command: { status: 'Created' },
    },
  ],
  // Everything says Completed, and still there is no result.
  ['ws-105', { action: {}, command: {} }],
  // Never came back.
  ['ws-140', { action: { status: 'InProgress' }, command: { status: 'Executing' } }],
  // There is a result, and it is cut: not JSON.
  ['ws-191', { action: {}, command: {}, result: cutAt(0.6, usual) }],
]);

/** One script on 200 workstations within a quarter of an hour, a day before the tenant's start, newest first. */
export function huntingActions(): readonly ActionPlan[] {
  const { scriptName, args, comment } = huntingRun;
  return huntingDevices()
    .map((device, position): ActionPlan => {
      const absent = missing.get(device.key);
      const finding = findings.get(device.key);
      const result =
        absent === undefined ? (finding === undefined ? usual : scriptResult(huntPersistence(finding))) : absent.result;
      return {
        key: `hunt ${device.key}`,
        device,
        requestor: requestors.playbooks,
        comment,
        // Four seconds apart, so over within 15 minutes, the spread of each included.
        age: 25 * hour - position * 4 * second,
        commands: [runScript(scriptName, result, { args, ...absent?.command })],
        ...absent?.action,
      };
    })
    .reverse();
}
