import { actionIdOf } from '../base/identifiers.ts';

/**
 * Place of a scenario in the sample: the key of its action in this code, the index of the command, and the name of the
 * script.
 */
export interface SampleScenario {
  readonly action: string;
  readonly commandIndex: number;
  /** The command's `ScriptName`; empty if the command is a PutFile or GetFile. */
  readonly scriptName: string;
}

function at(action: string, commandIndex: number, scriptName: string): SampleScenario {
  return { action, commandIndex, scriptName };
}

/**
 * Situations that the sample contains on purpose, by name. Outputs 1 to 10 are the outputs that a simple reader would
 * show wrongly. A script for which a user may search has a name that no other script has.
 */
export const sampleScenarios = {
  /** Output 1: the documentation's example, which is not valid JSON. */
  documentationExample: at('documentationExample', 0, 'minidump.ps1'),
  /** Output 2: NULs between letters, line ends `\r\r\n`. */
  wideTools: at('wideTools', 0, 'check-integrity.ps1'),
  /** Output 3: the texts `\u0000` and `\0` together with real NULs. */
  registryQuery: at('registryQuery', 0, 'query-registry.ps1'),
  /** Output 4: 214 CLIXML error records, exit 0. */
  eventLogErrors: at('eventLogErrors', 0, 'recent-events.ps1'),
  /** Output 5: no output, 250,000 lines of errors, exit 137, Latin-1 bytes. */
  linuxFind: at('linuxFind', 0, 'find-suid.sh'),
  /** Output 6: 12 MB, 180,000 lines, raw control characters near both ends. */
  largeLog: at('largeLog', 0, 'export-security-log.ps1'),
  /** Output 6, second version: cut inside an escaped surrogate pair. It is not a valid result. */
  largeLogCut: at('largeLog', 1, 'export-security-log.ps1'),
  /** Output 6, third version: `C:\ProgramData` unescaped. It is not a valid result. */
  largeLogUnescaped: at('largeLog', 2, 'export-security-log.ps1'),
  /** Output 7: one Base64 line of six million characters. */
  base64Line: at('base64Line', 0, 'read-slice.ps1'),
  /** Output 8: Turkish `schtasks` with mojibake, similar-looking letters and bidirectional marks. */
  turkishTasks: at('turkishTasks', 0, 'list-tasks.ps1'),
  /** Output 9: terminal escape sequences, 3,000 progress updates by `\r`. */
  scannerLog: at('scannerLog', 0, 'run-fabscan.ps1'),
  /** Output 10: a forged evidence block, a hostile script name and device name. */
  forgedEvidence: at('forgedEvidence', 0, "=cmd|'/c calc'!A1.ps1"),
  /**
   * An action that completes while the user watches. The command completes about 70 s after the tenant's start, and the
   * action succeeds after 90 s.
   */
  liveRun: at('liveRun', 1, 'collect-triage.ps1'),
  /** An action with PutFile, RunScript and GetFile. The script ends with exit 0 and no errors. */
  exitZero: at('severalCommands', 1, 'collect-triage.ps1'),
  /** The PutFile of the action `severalCommands`. A PutFile has no result by design. */
  putFile: at('severalCommands', 0, ''),
  /** The GetFile of the action `severalCommands`: gzip of `C:\ProgramData\Triage\triage.csv`. */
  getFile: at('severalCommands', 2, ''),
  /** GetFile of a Linux file with Latin-1 bytes. */
  linuxGetFile: at('linuxGetFile', 0, ''),
  /** Exit 1: the script found something. */
  exitOne: at('foundPersistence', 0, 'check-persistence.ps1'),
  /** Exit 0 with 214 lines of errors in plain text. */
  exitZeroWithErrors: at('deniedShares', 0, 'inventory-shares.ps1'),
  /** Exit 323: the script's hash did not match. */
  exit323: at('tampered', 0, 'collect-triage.ps1'),
  /** Exit 137 with an output: the process was killed on Linux. */
  exit137: at('killedDump', 0, 'dump-memory.sh'),
  /** Exit -1073741510 (0xC000013A): the script was interrupted. */
  exitNegative: at('interrupted', 0, 'run-rules.ps1'),
  /** A result without `exit_code`. */
  exitMissing: at('exitMissing', 0, 'list-sessions.ps1'),
  /** A result with the old names `name` and `script_error`. */
  oldNames: at('oldNames', 0, 'legacy-inventory.ps1'),
  /** The result names another script than the command: `netstat-v2.ps1`. */
  otherScriptName: at('otherScriptName', 0, 'netstat.ps1'),
  /** A result that is stored gzip-compressed. */
  compressed: at('compressed', 0, 'hash-downloads.ps1'),
  /** A result that is stored as UTF-16LE with a BOM. */
  utf16: at('utf16', 0, 'list-logons.ps1'),
  /** A result with errors and no output. */
  errorsOnly: at('errorsOnly', 0, 'read-shadow.sh'),
  /** A result with neither output nor errors. */
  emptyBoth: at('emptyBoth', 0, 'clear-cache.sh'),
  /** A Failed RunScript whose result explains the failure. The GetFile after it stayed Created. */
  failedWithResult: at('failedWithResult', 1, 'collect-browser.ps1'),
  /** A Completed command of a Cancelled action. Its result still exists. */
  cancelledWithResult: at('cancelledWithResult', 0, 'netstat.ps1'),
  /** A Pending action. Its device is offline. */
  pendingOffline: at('pendingOffline', 0, 'collect-triage.ps1'),
  /** An action that timed out. */
  timedOut: at('timedOut', 0, 'collect-memory.ps1'),
  /** A Failed command with an end time and no start time. */
  failedBeforeStart: at('failedBeforeStart', 0, 'collect-triage.ps1'),
  /** A result of a German host. Its console output (CP850) was read as Windows-1252. */
  germanHost: at('germanHost', 0, 'systeminfo.ps1'),
  /** A result of a Russian host. */
  russianHost: at('russianHost', 0, 'netstat-ano.ps1'),
  /** A result of a Turkish host. */
  turkishHost: at('turkishHost', 0, 'ipconfig.ps1'),
  /** The errors contain only CLIXML with progress, so there was no failure. */
  progressOnly: at('progressOnly', 0, 'check-modules.ps1'),
  /** The script of the hunting run, on `ws-001`. */
  huntingRun: at('hunt ws-001', 0, 'hunt-persistence.ps1'),
} as const satisfies Record<string, SampleScenario>;

/** Identifies a command in the API. This is sufficient to request its result. */
export interface ScenarioRef {
  readonly actionId: string;
  readonly commandIndex: number;
}

/** Returns the action id and command index of a scenario. They are the same in every sample tenant. */
export function scenarioRef(name: keyof typeof sampleScenarios): ScenarioRef {
  const { action, commandIndex } = sampleScenarios[name];
  return { actionId: actionIdOf(action), commandIndex };
}
