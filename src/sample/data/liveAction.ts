import { sampleScenarios } from './catalogue.ts';
import { deviceByKey } from '../base/devices.ts';
import { actionIdOf } from '../base/identifiers.ts';
import type { ActionStatus, CommandStatus, SampleAction, SampleCommand } from '../base/model.ts';
import { triage } from './outputs/everyday.ts';
import { scriptResult } from './outputs/transcript.ts';
import { requestors } from '../base/people.ts';
import { minute, second } from '../base/time.ts';

interface Stage {
  /** Time after the tenant's start, ms. */
  readonly from: number;
  readonly action: ActionStatus;
  readonly put: CommandStatus;
  readonly run: CommandStatus;
}

/**
 * Stages of an action that the user can watch. The command completes while its action is still InProgress, as seen on
 * the service (api-facts §1). So the result exists twenty seconds before the action is Succeeded.
 */
const stages: readonly Stage[] = [
  { from: Number.NEGATIVE_INFINITY, action: 'Pending', put: 'Created', run: 'Created' },
  { from: 5 * second, action: 'InProgress', put: 'Submitted', run: 'Created' },
  { from: 12 * second, action: 'InProgress', put: 'Executing', run: 'Created' },
  { from: 20 * second, action: 'InProgress', put: 'Completed', run: 'Submitted' },
  { from: 30 * second, action: 'InProgress', put: 'Completed', run: 'PendingResource' },
  { from: 42 * second, action: 'InProgress', put: 'Completed', run: 'Executing' },
  { from: 70 * second, action: 'InProgress', put: 'Completed', run: 'Completed' },
  { from: 90 * second, action: 'Succeeded', put: 'Completed', run: 'Completed' },
];

const result = scriptResult(triage);

/** Returns the action that runs while the user watches the tenant, in its state at `now`. */
export function liveAction(startedAt: number, now: number): SampleAction {
  const begun = (test: (stage: Stage) => boolean): number | undefined => {
    const stage = stages.find(test);
    const moment = stage === undefined ? undefined : startedAt + stage.from;
    return moment !== undefined && moment <= now ? moment : undefined;
  };
  // Each time has another offset, so that the times do not all end with the same digits.
  const spread = (moment: number | undefined, by: number): number | undefined =>
    moment === undefined ? undefined : moment - by;
  const stage = stages.findLast((candidate) => startedAt + candidate.from <= now) ?? stages[0];
  if (stage === undefined) {
    throw new Error('the live action has no stage');
  }
  const createdAt = startedAt - 2 * minute - 417;
  const commands: readonly SampleCommand[] = [
    {
      index: 0,
      type: 'PutFile',
      params: [{ key: 'FileName', value: 'triage-tools.zip' }],
      status: stage.put,
      startedAt: spread(
        begun((candidate) => candidate.put === 'Executing'),
        133,
      ),
      endedAt: spread(
        begun((candidate) => candidate.put === 'Completed'),
        71,
      ),
      errors: [],
      result: undefined,
    },
    {
      index: 1,
      type: 'RunScript',
      params: [
        { key: 'ScriptName', value: sampleScenarios.liveRun.scriptName },
        { key: 'Args', value: '-Sections all' },
      ],
      status: stage.run,
      startedAt: spread(
        begun((candidate) => candidate.run === 'Executing'),
        249,
      ),
      endedAt: spread(
        begun((candidate) => candidate.run === 'Completed'),
        18,
      ),
      errors: [],
      result: stage.run === 'Completed' ? result : undefined,
    },
  ];
  return {
    id: actionIdOf(sampleScenarios.liveRun.action),
    type: 'LiveResponse',
    requestor: requestors.amira,
    comment: 'INC-2417: triage after isolation',
    status: stage.action,
    device: deviceByKey('lt-0412'),
    createdAt,
    updatedAt: Number.isFinite(stage.from) ? startedAt + stage.from - 5 : createdAt + 613,
    cancellation: undefined,
    errorHResult: 0,
    scope: null,
    requestSource: 'PublicApi',
    relatedFile: null,
    commands,
  };
}
