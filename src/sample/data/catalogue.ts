import { actionIdOf } from '../base/identifiers.ts';

/** Place of a scenario in the sample: the key of its action in this code, the command, and its script. */
export interface SampleScenario {
  readonly action: string;
  readonly commandIndex: number;
  /** The command's `ScriptName`; empty where the command is a PutFile or GetFile. */
  readonly scriptName: string;
}

function at(action: string, commandIndex: number, scriptName: string): SampleScenario {
  return { action, commandIndex, scriptName };
}

/**
 * Situations that the sample contains on purpose, by name. Scripts that a user searches for have a name of their own.
 */
export const sampleScenarios = {
  /** Output 1: the documentation's example, not valid JSON. */
  documentationExample: at('documentationExample', 0, 'minidump.ps1'),
  /** Output 2: NULs between letters, `\r\r\n`. */
  wideTools: at('wideTools', 0, 'check-integrity.ps1'),
  /** Output 3: the texts `\u0000` and `\0` beside real NULs. */
  registryQuery: at('registryQuery', 0, 'query-registry.ps1'),
  /** Output 4: 214 CLIXML error records, exit 0. */
  eventLogErrors: at('eventLogErrors', 0, 'recent-events.ps1'),
  /** Output 5: empty output, 250,000 lines of errors, exit 137, Latin-1 bytes. */
  linuxFind: at('linuxFind', 0, 'find-suid.sh'),
  /** Output 6: 12 MB, 180,000 lines, raw control characters at both ends. */
  largeLog: at('largeLog', 0, 'export-security-log.ps1'),
  /** Output 6, twin: cut inside an escaped surrogate pair. Not a result. */
  largeLogCut: at('largeLog', 1, 'export-security-log.ps1'),
  /** Output 6, twin: `C:\ProgramData` unescaped. Not a result. */
  largeLogUnescaped: at('largeLog', 2, 'export-security-log.ps1'),
  /** Output 7: one Base64 line of six million characters. */
  base64Line: at('base64Line', 0, 'read-slice.ps1'),
  /** Output 8: Turkish `schtasks`, mojibake, look-alikes, bidi. */
  turkishTasks: at('turkishTasks', 0, 'list-tasks.ps1'),
  /** Output 9: terminal escapes, 3,000 progress updates by `\r`. */
  scannerLog: at('scannerLog', 0, 'run-fabscan.ps1'),
  /** Output 10: a forged evidence block, a hostile script name and device name. */
  forgedEvidence: at('forgedEvidence', 0, "=cmd|'/c calc'!A1.ps1"),
  /** Completes while the user watches: the command about 70 s after the tenant's start, its action after 90 s. */
  liveRun: at('liveRun', 1, 'collect-triage.ps1'),
  /** PutFile, RunScript, GetFile: the script ends with exit 0 and no errors. */
  exitZero: at('severalCommands', 1, 'collect-triage.ps1'),
  /** The PutFile of the same action: has no result by design. */
  putFile: at('severalCommands', 0, ''),
  /** The GetFile of the same action: gzip of `C:\ProgramData\Triage\triage.csv`. */
  getFile: at('severalCommands', 2, ''),
  /** GetFile of a Linux file with Latin-1 bytes. */
  linuxGetFile: at('linuxGetFile', 0, ''),
  /** Exit 1: the script found something. */
  exitOne: at('foundPersistence', 0, 'check-persistence.ps1'),
  /** Exit 0 with 214 lines of errors in plain text. */
  exitZeroWithErrors: at('deniedShares', 0, 'inventory-shares.ps1'),
  /** Exit 323: the script's hash did not match. */
  exit323: at('tampered', 0, 'collect-triage.ps1'),
  /** Exit 137 with an output: killed on Linux. */
  exit137: at('killedDump', 0, 'dump-memory.sh'),
  /** Exit -1073741510 (0xC000013A): interrupted. */
  exitNegative: at('interrupted', 0, 'run-rules.ps1'),
  /** No `exit_code`. */
  exitMissing: at('exitMissing', 0, 'list-sessions.ps1'),
  /** The old names `name` and `script_error`. */
  oldNames: at('oldNames', 0, 'legacy-inventory.ps1'),
  /** The result names `netstat-v2.ps1`. */
  otherScriptName: at('otherScriptName', 0, 'netstat.ps1'),
  /** Stored gzip-compressed. */
  compressed: at('compressed', 0, 'hash-downloads.ps1'),
  /** Stored as UTF-16LE with a BOM. */
  utf16: at('utf16', 0, 'list-logons.ps1'),
  /** No output, but errors. */
  errorsOnly: at('errorsOnly', 0, 'read-shadow.sh'),
  /** Neither output nor errors. */
  emptyBoth: at('emptyBoth', 0, 'clear-cache.sh'),
  /** A Failed RunScript whose result explains the failure; the GetFile behind it stayed Created. */
  failedWithResult: at('failedWithResult', 1, 'collect-browser.ps1'),
  /** A Completed command of a Cancelled action: its result is still there. */
  cancelledWithResult: at('cancelledWithResult', 0, 'netstat.ps1'),
  /** Pending: the device is offline. */
  pendingOffline: at('pendingOffline', 0, 'collect-triage.ps1'),
  /** An action that timed out. */
  timedOut: at('timedOut', 0, 'collect-memory.ps1'),
  /** Failed, with an end and no start. */
  failedBeforeStart: at('failedBeforeStart', 0, 'collect-triage.ps1'),
  /** A German host; its console page (CP850) was read as Windows-1252. */
  germanHost: at('germanHost', 0, 'systeminfo.ps1'),
  /** A Russian host. */
  russianHost: at('russianHost', 0, 'netstat-ano.ps1'),
  /** A Turkish host. */
  turkishHost: at('turkishHost', 0, 'ipconfig.ps1'),
  /** Errors hold only CLIXML with progress: nothing went wrong. */
  progressOnly: at('progressOnly', 0, 'check-modules.ps1'),
  /** The script of the hunting run, on `ws-001`. */
  huntingRun: at('hunt ws-001', 0, 'hunt-persistence.ps1'),
} as const satisfies Record<string, SampleScenario>;

/** Place of a command in the API: sufficient to request its result. */
export interface ScenarioRef {
  readonly actionId: string;
  readonly commandIndex: number;
}

/** Returns the action id and command index of a scenario, which are the same in every sample tenant. */
export function scenarioRef(name: keyof typeof sampleScenarios): ScenarioRef {
  const { action, commandIndex } = sampleScenarios[name];
  return { actionId: actionIdOf(action), commandIndex };
}
