import { sampleScenarios as scenarios } from './catalogue.ts';
import { deviceByKey } from '../base/devices.ts';
import { eventLogErrors, deniedShares, registryQuery, wideTools } from './outputs/consoleText.ts';
import { documentationExample } from './outputs/documentation.ts';
import { autoruns, netstat, triage } from './outputs/everyday.ts';
import { forgedEvidence } from './outputs/forgery.ts';
import { turkishTasks } from './outputs/languages.ts';
import { base64Line, largeLog, largeLogCut, largeLogUnescaped } from './outputs/large.ts';
import { linuxFind, linuxProcessList } from './outputs/linux.ts';
import { collectedFile, emptyZip, triageFile } from './outputs/oddForms.ts';
import { scannerLog } from './outputs/terminal.ts';
import { lines, scriptResult } from './outputs/transcript.ts';
import { requestors } from '../base/people.ts';
import { getFile, putFile, runScript } from './plan.ts';
import type { ActionPlan } from './plan.ts';
import { minute, second } from '../base/time.ts';

const unsigned = [
  [
    'HKCU\\Software\\Microsoft\\Windows\\CurrentVersion\\Run',
    'Updater',
    'C:\\Users\\Public\\Libraries\\upd.exe -s',
    '(not signed)',
  ],
];
const minidump = 'C:\\windows\\TEMP\\OfficeClickToRun.dmp.zip';
const triageCsv = 'C:\\ProgramData\\Triage\\triage.csv';

/**
 * Returns the actions that the tree shows first, newest first. They look like an incident that a responder
 * investigates. The ten outputs that a simple reader would show wrongly are among ordinary outputs.
 */
export function recentActions(): readonly ActionPlan[] {
  const { amira, jonas, lucia, playbooks } = requestors;
  return [
    {
      key: scenarios.exitOne.action,
      device: deviceByKey('lt-0412'),
      requestor: amira,
      age: 5 * minute,
      comment: 'INC-2417: what starts by itself here?',
      commands: [runScript(scenarios.exitOne.scriptName, scriptResult(autoruns(unsigned)))],
    },
    {
      key: scenarios.exitZero.action,
      device: deviceByKey('dc1'),
      requestor: amira,
      age: 9 * minute,
      comment: 'INC-2417: triage of the domain controller',
      commands: [
        putFile('triage-tools.zip'),
        runScript(scenarios.exitZero.scriptName, scriptResult(triage), {
          args: '-Sections all -Out C:\\ProgramData\\Triage',
          took: 21 * second,
        }),
        getFile(triageCsv, collectedFile(triageCsv, triageFile)),
      ],
    },
    {
      key: 'linuxProcesses',
      device: deviceByKey('web01'),
      requestor: jonas,
      age: 14 * minute,
      comment: 'INC-2417: outbound 4444 from the DMZ',
      commands: [runScript('list-processes.sh', scriptResult(linuxProcessList))],
    },
    {
      key: 'isolate',
      device: deviceByKey('lt-0412'),
      requestor: amira,
      age: 18 * minute,
      comment: 'INC-2417: contain',
      type: 'Isolate',
      scope: 'Full',
      requestSource: 'Portal',
    },
    {
      key: scenarios.eventLogErrors.action,
      device: deviceByKey('sql01'),
      requestor: playbooks,
      age: 23 * minute,
      comment: 'Playbook "Logons around the alert" for INC-2417',
      commands: [
        runScript(scenarios.eventLogErrors.scriptName, scriptResult(eventLogErrors), {
          args: '-Log Security -Last 500',
          took: 48 * second,
        }),
      ],
    },
    {
      key: scenarios.pendingOffline.action,
      device: deviceByKey('lt-0977'),
      requestor: amira,
      age: 29 * minute,
      comment: 'INC-2417: same user, laptop is offline',
      status: 'Pending',
      commands: [runScript(scenarios.pendingOffline.scriptName, undefined, { status: 'Created' })],
    },
    {
      key: scenarios.documentationExample.action,
      device: deviceByKey('exch01'),
      requestor: playbooks,
      age: 34 * minute,
      comment: 'Testing Live Response API',
      commands: [
        runScript(scenarios.documentationExample.scriptName, documentationExample, { args: 'OfficeClickToRun' }),
        getFile(minidump, collectedFile(minidump, emptyZip)),
      ],
    },
    {
      key: scenarios.wideTools.action,
      device: deviceByKey('fs02'),
      requestor: lucia,
      age: 41 * minute,
      comment: 'INC-2417: are system files intact?',
      commands: [runScript(scenarios.wideTools.scriptName, scriptResult(wideTools), { took: 4 * minute })],
    },
    {
      key: scenarios.failedWithResult.action,
      device: deviceByKey('lt-0533'),
      requestor: amira,
      age: 48 * minute,
      comment: 'INC-2417: browser history',
      status: 'Failed',
      commands: [
        putFile('sqlite-reader.zip'),
        runScript(
          scenarios.failedWithResult.scriptName,
          scriptResult(() => ({
            output: lines('Looking for profiles in C:\\Users'),
            errors: lines(
              "Copy-Item : The process cannot access the file 'History' because it is being used by another process.",
              'At collect-browser.ps1:31 char:5',
            ),
            exitCode: 1,
          })),
          { status: 'Failed', errors: ['Script execution failed'] },
        ),
        getFile('C:\\ProgramData\\Triage\\browser.zip', undefined, { status: 'Created' }),
      ],
    },
    {
      key: scenarios.turkishTasks.action,
      device: deviceByKey('lt-ayse'),
      requestor: jonas,
      age: 55 * minute,
      comment: 'INC-2417: zamanlanmış görevler (İstanbul)',
      commands: [runScript(scenarios.turkishTasks.scriptName, scriptResult(turkishTasks))],
    },
    {
      key: scenarios.scannerLog.action,
      device: deviceByKey('kiosk-22'),
      requestor: lucia,
      age: 62 * minute,
      comment: 'INC-2417: rule scan of the kiosk',
      commands: [
        runScript(scenarios.scannerLog.scriptName, scriptResult(scannerLog), {
          args: '--rules current --path C:\\',
          took: 6 * minute,
        }),
      ],
    },
    {
      key: scenarios.linuxFind.action,
      device: deviceByKey('db03'),
      requestor: jonas,
      age: 71 * minute,
      comment: 'INC-2417: set-uid files',
      commands: [runScript(scenarios.linuxFind.scriptName, linuxFind, { took: 9 * minute })],
    },
    {
      key: scenarios.forgedEvidence.action,
      device: deviceByKey('evil'),
      requestor: jonas,
      age: 83 * minute,
      comment: 'INC-2417: `unknown` device | =1+1 <!-- joined the domain today',
      commands: [
        runScript(scenarios.forgedEvidence.scriptName, scriptResult(forgedEvidence), { args: '--note "](command:x)"' }),
      ],
    },
    {
      key: scenarios.registryQuery.action,
      device: deviceByKey('jump01'),
      requestor: amira,
      age: 92 * minute,
      comment: 'INC-2417: agent settings',
      commands: [
        runScript(scenarios.registryQuery.scriptName, scriptResult(registryQuery), {
          args: 'HKLM\\SOFTWARE\\Fabrikam\\Agent',
        }),
      ],
    },
    {
      key: scenarios.largeLog.action,
      device: deviceByKey('dc1'),
      requestor: playbooks,
      age: 104 * minute,
      comment: 'Playbook "Full security log" for INC-2417',
      commands: [
        runScript(scenarios.largeLog.scriptName, largeLog, { args: '-Log Security', took: 95 * second }),
        runScript(scenarios.largeLogCut.scriptName, largeLogCut, { args: '-Log Security -Cut', took: 90 * second }),
        runScript(scenarios.largeLogUnescaped.scriptName, largeLogUnescaped, {
          args: '-Log Security -Raw',
          took: 92 * second,
        }),
      ],
    },
    {
      key: scenarios.base64Line.action,
      device: deviceByKey('lt-0412'),
      requestor: amira,
      age: 116 * minute,
      comment: 'INC-2417: slice of the page file',
      commands: [
        runScript(scenarios.base64Line.scriptName, base64Line, {
          args: '-Offset 0 -Length 4500000',
          took: 33 * second,
        }),
      ],
    },
    {
      key: 'quickScan',
      device: deviceByKey('lt-0412'),
      requestor: playbooks,
      age: 121 * minute,
      comment: 'Playbook "First steps" for INC-2417',
      type: 'RunAntiVirusScan',
      scope: 'Quick',
    },
    {
      key: scenarios.exitZeroWithErrors.action,
      device: deviceByKey('fs02'),
      requestor: lucia,
      age: 131 * minute,
      comment: 'INC-2417: who may read what',
      commands: [runScript(scenarios.exitZeroWithErrors.scriptName, scriptResult(deniedShares), { took: 70 * second })],
    },
    {
      key: scenarios.cancelledWithResult.action,
      device: deviceByKey('lt-0533'),
      requestor: jonas,
      age: 142 * minute,
      comment: 'INC-2417: connections and a full dump',
      status: 'Cancelled',
      cancelledBy: { requestor: amira, comment: 'Wrong laptop, see lt-0412' },
      commands: [
        runScript(scenarios.cancelledWithResult.scriptName, scriptResult(netstat)),
        runScript('collect-memory.ps1', undefined, { status: 'Executing' }),
      ],
    },
  ];
}
