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

/** Script, arguments and comment that all 200 actions of the hunting run share. */
export const huntingRun = {
  scriptName: 'hunt-persistence.ps1',
  args: '-Depth full -Quiet',
  comment: 'Hunt H-31: persistence on all workstations',
} as const;

/** The three devices with an autostart entry that no other device has. */
const findings: ReadonlyMap<string, HuntingFinding> = new Map([
  ['ws-042', 'scheduledTask'],
  ['ws-117', 'service'],
  ['ws-163', 'runKey'],
]);

interface Missing {
  readonly action: Partial<ActionPlan>;
  readonly command: Partial<CommandPlan>;
  /** Maker of the result. If it is absent, the link call answers 404. */
  readonly result?: ResultMaker;
}

const usual = scriptResult(huntPersistence());

/** The seven devices without a readable result. Each has another reason. */
const missing: ReadonlyMap<string, Missing> = new Map<string, Missing>([
  // Offline since a time before the run.
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
  // The statuses report success, but no result exists.
  ['ws-105', { action: {}, command: {} }],
  // The device never answered again.
  ['ws-140', { action: { status: 'InProgress' }, command: { status: 'Executing' } }],
  // The result is cut, so it is not JSON.
  ['ws-191', { action: {}, command: {}, result: cutAt(0.6, usual) }],
]);

/**
 * Returns the actions of one script on 200 workstations, newest first. All were created within a quarter of an hour, a
 * day before the tenant's start.
 */
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
        // The actions are four seconds apart. So the run takes less than 15 minutes, including each action's random
        // delay.
        age: 25 * hour - position * 4 * second,
        commands: [runScript(scriptName, result, { args, ...absent?.command })],
        ...absent?.action,
      };
    })
    .reverse();
}
