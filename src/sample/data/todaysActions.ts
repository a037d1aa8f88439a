import { sampleScenarios as scenarios } from './catalogue.ts';
import { deviceByKey } from '../base/devices.ts';
import { autoruns, fileHashes, logonsCsv, netstat, processes, services, triage } from './outputs/everyday.ts';
import { japaneseProfile } from './outputs/languages.ts';
import { killedMemoryDump } from './outputs/linux.ts';
import {
  asUtf16,
  authLog,
  bare,
  collectedFile,
  compressed,
  namedAs,
  tampered,
  withOldNames,
  withoutExitCode,
} from './outputs/oddForms.ts';
import { lines, scriptResult } from './outputs/transcript.ts';
import { requestors } from '../base/people.ts';
import { getFile, putFile, runScript } from './plan.ts';
import type { ActionPlan, CommandPlan } from './plan.ts';
import { createRandom } from '../base/random.ts';
import { minute, second } from '../base/time.ts';

/** Exit code of a Windows process ended by Ctrl+C: 0xC000013A as a signed number. */
const interruptedExitCode = -1_073_741_510;
const authLogPath = '/var/log/auth.log';

/**
 * Returns the remaining actions of the last day, newest first. There is one action for each unusual exit code, stored
 * format and state.
 */
export function todaysActions(): readonly ActionPlan[] {
  const { amira, jonas, lucia, playbooks, oldApp } = requestors;
  const run = (
    key: string,
    minutes: number,
    device: string,
    requestor: string,
    comment: string,
    ...commands: CommandPlan[]
  ): ActionPlan => ({
    key,
    age: minutes * minute,
    device: deviceByKey(device),
    requestor,
    comment,
    commands,
  });
  return [
    {
      ...run('package', 147, 'lt-0412', playbooks, 'Playbook "First steps" for INC-2417'),
      type: 'CollectInvestigationPackage',
    },
    run('netstat', 160, 'sql01', amira, 'INC-2417: connections', runScript('netstat.ps1', scriptResult(netstat))),
    {
      ...run(
        scenarios.timedOut.action,
        175,
        'kiosk-22',
        jonas,
        'INC-2417: memory',
        runScript(scenarios.timedOut.scriptName, undefined, { status: 'Submitted', errors: [] }),
      ),
      status: 'TimeOut',
    },
    run(
      scenarios.exit323.action,
      190,
      'kiosk-22',
      jonas,
      'INC-2417: triage, second try',
      runScript(scenarios.exit323.scriptName, tampered),
    ),
    run(
      scenarios.exit137.action,
      205,
      'build4',
      lucia,
      'INC-2398: memory of the build runner',
      runScript(scenarios.exit137.scriptName, scriptResult(killedMemoryDump), { took: 80 * second }),
    ),
    run(
      scenarios.exitNegative.action,
      221,
      'pc-osaka7',
      lucia,
      'INC-2398: rule scan',
      runScript(
        scenarios.exitNegative.scriptName,
        scriptResult(() => ({
          output: lines('Rules loaded: 312', 'Scanning C:\\Users'),
          errors: lines('Interrupted.'),
          exitCode: interruptedExitCode,
        })),
      ),
    ),
    run(
      scenarios.exitMissing.action,
      240,
      'jump01',
      amira,
      'INC-2398: sessions',
      runScript(scenarios.exitMissing.scriptName, withoutExitCode(triage)),
    ),
    run(
      scenarios.oldNames.action,
      262,
      'fs02',
      oldApp,
      'nightly inventory',
      runScript(scenarios.oldNames.scriptName, withOldNames(services)),
    ),
    run(
      scenarios.otherScriptName.action,
      285,
      'exch01',
      jonas,
      'INC-2398: connections',
      runScript(scenarios.otherScriptName.scriptName, namedAs('netstat-v2.ps1', netstat)),
    ),
    run(
      scenarios.compressed.action,
      310,
      'lt-0533',
      amira,
      'INC-2398: downloads',
      runScript(scenarios.compressed.scriptName, compressed(scriptResult(fileHashes))),
    ),
    run(
      scenarios.utf16.action,
      335,
      'dc1',
      amira,
      'INC-2398: logons',
      runScript(scenarios.utf16.scriptName, asUtf16(logonsCsv)),
    ),
    run(
      scenarios.errorsOnly.action,
      360,
      'db03',
      jonas,
      'INC-2398: accounts',
      runScript(scenarios.errorsOnly.scriptName, bare('cat: /etc/shadow: Permission denied\n', 1)),
    ),
    run(
      scenarios.emptyBoth.action,
      390,
      'db03',
      jonas,
      'INC-2398: clean up after the collection',
      runScript(scenarios.emptyBoth.scriptName, bare('', 0)),
    ),
    {
      ...run('quarantine', 420, 'lt-0412', amira, 'INC-2398: upd.exe'),
      type: 'StopAndQuarantineFile',
      requestSource: 'Portal',
      relatedFile: { fileIdentifier: createRandom('upd.exe').hex(40), fileIdentifierType: 'Sha1' },
    },
    {
      ...run('restrict', 455, 'lt-0412', amira, 'INC-2398: Microsoft-signed code only'),
      type: 'RestrictCodeExecution',
      requestSource: 'Portal',
    },
    run(
      'reimagedNow',
      490,
      'lt-0533',
      lucia,
      'INC-2398: after reimaging',
      runScript('list-processes.ps1', scriptResult(processes)),
    ),
    {
      ...run(
        'waiting',
        530,
        'lt-0977',
        playbooks,
        'Playbook "Second look"',
        putFile('rules.zip'),
        runScript('run-rules.ps1', undefined, { status: 'PendingResource' }),
      ),
      status: 'InProgress',
    },
    {
      ...run(
        'executing',
        570,
        'sql01',
        jonas,
        'INC-2398: full dump',
        runScript('collect-memory.ps1', undefined, { status: 'Executing' }),
      ),
      status: 'InProgress',
    },
    {
      ...run(
        'submitted',
        620,
        'lt-0977',
        playbooks,
        'Playbook "Second look"',
        runScript('check-persistence.ps1', undefined, { status: 'Submitted' }),
      ),
      status: 'Pending',
    },
    {
      ...run(
        'cancelledInQueue',
        680,
        'lt-0977',
        jonas,
        'INC-2398: triage',
        runScript('collect-triage.ps1', undefined, { status: 'Created' }),
      ),
      status: 'Cancelled',
      cancelledBy: { requestor: jonas, comment: 'Laptop stays offline until Thursday' },
    },
    {
      ...run(
        'failedPutFile',
        740,
        'kiosk-22',
        lucia,
        'INC-2398: rules',
        putFile('rules.zip', { status: 'Failed', errors: ['Failed to download the file to the device'] }),
        runScript('run-rules.ps1', undefined, { status: 'Created' }),
      ),
      status: 'Failed',
    },
    run(
      scenarios.linuxGetFile.action,
      800,
      'web01',
      jonas,
      'INC-2398: who knocked?',
      getFile(authLogPath, collectedFile(authLogPath, authLog)),
    ),
    run(
      'autoruns',
      870,
      'lt-ayse',
      amira,
      'INC-2398: baseline',
      runScript('check-persistence.ps1', scriptResult(autoruns())),
    ),
    run(
      'japanese',
      960,
      'pc-osaka7',
      lucia,
      'INC-2398: 大阪 プロファイル',
      runScript('list-profiles.ps1', scriptResult(japaneseProfile)),
    ),
    {
      ...run(
        scenarios.failedBeforeStart.action,
        1_050,
        'build4',
        lucia,
        'INC-2398: triage',
        runScript(scenarios.failedBeforeStart.scriptName, undefined, {
          status: 'Failed',
          took: 0,
          errors: ['The device did not accept the command'],
        }),
      ),
      status: 'Failed',
    },
    run('services', 1_150, 'fs02', playbooks, 'Weekly check', runScript('list-services.ps1', scriptResult(services))),
  ];
}
