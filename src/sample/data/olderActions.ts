import { deviceByKey } from '../base/devices.ts';
import { sampleScenarios } from './catalogue.ts';
import { autoruns, fileHashes, logonsCsv, netstat, processes, services, triage } from './outputs/everyday.ts';
import { linuxProcessList, linuxSockets } from './outputs/linux.ts';
import { germanSystemInfo, progressOnly, russianNetstat, turkishIpconfig } from './outputs/localHosts.ts';
import { scriptResult } from './outputs/transcript.ts';
import type { ScriptRun } from './outputs/transcript.ts';
import type { ResultContext } from '../base/model.ts';
import { requestors } from '../base/people.ts';
import { runScript } from './plan.ts';
import type { ActionPlan } from './plan.ts';
import { day } from '../base/time.ts';

/** Returns the actions older than the hunting run, back to the limit of 90 days, newest first. */
export function olderActions(): readonly ActionPlan[] {
  const { amira, jonas, lucia, playbooks, oldApp } = requestors;
  const script = (
    days: number,
    device: string,
    requestor: string,
    name: string,
    made: (context: ResultContext) => ScriptRun,
  ): ActionPlan => ({
    key: `${name} ${String(days)} days ago`,
    age: days * day,
    device: deviceByKey(device),
    requestor,
    comment: requestor === oldApp ? 'scheduled' : `INC-${String(2400 - days)}`,
    commands: [runScript(name, scriptResult(made))],
  });
  const scenario = (
    days: number,
    name: 'germanHost' | 'russianHost' | 'turkishHost' | 'progressOnly',
    device: string,
    made: (context: ResultContext) => ScriptRun,
  ): ActionPlan => ({
    ...script(days, device, lucia, sampleScenarios[name].scriptName, made),
    key: sampleScenarios[name].action,
    comment: 'INC-2311',
  });
  const other = (
    days: number,
    type: NonNullable<ActionPlan['type']>,
    device: string,
    more: Partial<ActionPlan> = {},
  ): ActionPlan => ({
    key: `${type} ${String(days)} days ago`,
    age: days * day,
    device: deviceByKey(device),
    requestor: amira,
    comment: `INC-${String(2400 - days)}`,
    type,
    requestSource: 'Portal',
    ...more,
  });
  const refused = (device: string, comment: string): ActionPlan => ({
    key: `refused ${device}`,
    age: 1.2 * day,
    device: deviceByKey(device),
    requestor: jonas,
    comment,
    status: 'Failed',
    commands: [runScript('collect-triage.ps1', undefined, { status: 'Created' })],
  });
  return [
    refused('dc2', 'INC-2417: second domain controller'),
    refused('old7', 'INC-2417: the lathe in hall 3'),
    script(2, 'web01', jonas, 'list-sockets.sh', linuxSockets),
    other(3, 'Unisolate', 'lt-0533'),
    script(4, 'lt-0533-old', amira, 'collect-triage.ps1', triage),
    other(6, 'RunAntiVirusScan', 'lt-0533-old', {
      scope: 'Full',
      status: 'Failed',
      requestor: playbooks,
      requestSource: 'PublicApi',
    }),
    script(9, 'dc1', playbooks, 'list-logons.ps1', logonsCsv),
    script(13, 'lt-0533-old', lucia, 'hash-downloads.ps1', fileHashes),
    other(18, 'UnrestrictCodeExecution', 'lt-0977'),
    script(24, 'build4', jonas, 'list-processes.sh', linuxProcessList),
    script(33, 'exch01', oldApp, 'netstat.ps1', netstat),
    other(41, 'Offboard', 'kiosk-22', { status: 'TimeOut' }),
    script(52, 'sql01', lucia, 'list-processes.ps1', processes),
    script(66, 'fs02', oldApp, 'check-persistence.ps1', autoruns()),
    other(78, 'Isolate', 'pc-osaka7', {
      scope: 'Selective',
      status: 'Cancelled',
      cancelledBy: { requestor: lucia, comment: 'False positive' },
    }),
    script(89, 'jump01', oldApp, 'list-services.ps1', services),
    scenario(89.2, 'germanHost', 'lt-0533-old', germanSystemInfo),
    scenario(89.4, 'russianHost', 'lt-0977', russianNetstat),
    scenario(89.6, 'turkishHost', 'lt-ayse', turkishIpconfig),
    scenario(89.8, 'progressOnly', 'fs02', progressOnly),
  ];
}
