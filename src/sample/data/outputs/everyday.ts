import { hostNameOf } from '../../base/devices.ts';
import type { ResultContext } from '../../base/model.ts';
import { minute, plainTime, second } from '../../base/time.ts';
import { formatTable, lines } from './transcript.ts';
import type { ScriptRun } from './transcript.ts';

const windowsProcesses = [
  ['System', 4],
  ['Registry', 108],
  ['smss', 396],
  ['csrss', 544],
  ['wininit', 632],
  ['services', 712],
  ['lsass', 724],
  ['svchost', 892],
  ['svchost', 1016],
  ['svchost', 1180],
  ['spoolsv', 2304],
  ['MsMpEng', 2984],
  ['MsSense', 3120],
  ['SenseIR', 3388],
  ['explorer', 5240],
  ['OUTLOOK', 6012],
  ['msedge', 7316],
  ['powershell', 8820],
] as const;

function processTable({ random }: ResultContext): string {
  return formatTable(
    [
      { title: 'Handles', width: 7, right: true },
      { title: ' NPM(K)', width: 7, right: true },
      { title: '   PM(K)', width: 8, right: true },
      { title: '   CPU(s)', width: 9, right: true },
      { title: '    Id', width: 6, right: true },
      { title: 'ProcessName', width: 20 },
    ],
    windowsProcesses.map(([name, id]) => [
      String(random.int(80, 2400)),
      String(random.int(4, 90)),
      String(random.int(1_200, 240_000)),
      (random.next() * 400).toFixed(2),
      String(id),
      name,
    ]),
  );
}

const remoteEnds = [
  '10.20.4.11:389',
  '10.20.4.11:88',
  '10.20.6.40:445',
  '192.0.2.44:443',
  '198.51.100.23:8443',
  '203.0.113.9:443',
] as const;

function connectionTable({ random }: ResultContext): string {
  const local = `10.20.${String(random.int(8, 31))}.${String(random.int(10, 240))}`;
  const listening = [135, 445, 3389, 5985, 49664, 49667].map((port) => [
    'TCP',
    `0.0.0.0:${String(port)}`,
    '0.0.0.0:0',
    'LISTENING',
    String(random.pick([4, 892, 1016, 1180])),
  ]);
  const open = remoteEnds.map((remote) => [
    'TCP',
    `${local}:${String(random.int(49_700, 61_000))}`,
    remote,
    random.pick(['ESTABLISHED', 'ESTABLISHED', 'TIME_WAIT', 'CLOSE_WAIT']),
    String(random.pick([724, 3120, 6012, 7316, 8820])),
  ]);
  return formatTable(
    [
      { title: 'Proto', width: 6 },
      { title: 'Local Address', width: 22 },
      { title: 'Foreign Address', width: 22 },
      { title: 'State', width: 12 },
      { title: 'PID', width: 6, right: true },
    ],
    [...listening, ...open],
  );
}

function sessionTable({ startedAt, random }: ResultContext): string {
  return formatTable(
    [
      { title: 'UserName', width: 16 },
      { title: 'SessionName', width: 12 },
      { title: 'Id', width: 3, right: true },
      { title: 'State', width: 7 },
      { title: 'LogonTime', width: 19 },
    ],
    ['a.haddad', 'svc-backup', 'l.marchetti'].map((user, position) => [
      user,
      position === 1 ? 'services' : 'rdp-tcp#' + String(random.int(1, 40)),
      String(position + 1),
      position === 2 ? 'Disc' : 'Active',
      plainTime(startedAt - random.int(20, 900) * minute),
    ]),
  );
}

/** Returns the output of a triage script, in sections: users, processes, connections. */
export function triage(context: ResultContext): ScriptRun {
  const { device, startedAt, random } = context;
  return {
    output: [
      lines(
        `=== Triage of ${hostNameOf(device)} ===`,
        `Collected (UTC) : ${plainTime(startedAt)}`,
        `OS build        : ${device.osPlatform} ${String(device.osBuild)}.${String(random.int(2000, 4200))}`,
        `Last boot       : ${plainTime(startedAt - random.int(300, 30_000) * minute)}`,
        '',
        '=== Sessions ===',
      ),
      sessionTable(context),
      lines('=== Processes ==='),
      processTable(context),
      lines('=== Connections ==='),
      connectionTable(context),
      lines('=== Done ===', 'Written: C:\\ProgramData\\Triage\\triage.csv'),
    ].join(''),
  };
}

/** Returns the output of `netstat -ano` as a table. */
export function netstat(context: ResultContext): ScriptRun {
  return { output: lines('', 'Active Connections') + connectionTable(context) };
}

/** Returns the output of `Get-Process`. */
export function processes(context: ResultContext): ScriptRun {
  return { output: processTable(context) };
}

const autostarts = [
  [
    'HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Run',
    'SecurityHealth',
    '%windir%\\system32\\SecurityHealthSystray.exe',
    'Microsoft Windows',
  ],
  [
    'HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Run',
    'VpnClient',
    'C:\\Program Files\\Northwall VPN\\client.exe --tray',
    'Northwall AG',
  ],
  [
    'HKCU\\Software\\Microsoft\\Windows\\CurrentVersion\\Run',
    'OneDrive',
    '%LOCALAPPDATA%\\Microsoft\\OneDrive\\OneDrive.exe /background',
    'Microsoft Corporation',
  ],
  ['Task Scheduler', '\\Fabrikam\\Inventory', 'C:\\Program Files\\Fabrikam\\inventory.exe /daily', 'Fabrikam IT'],
  ['Services', 'Spooler', '%SystemRoot%\\System32\\spoolsv.exe', 'Microsoft Windows'],
] as const;

/**
 * Creates a script that lists autostart entries. With `extra` rows, the script has found something and exits with 1.
 */
export function autoruns(extra: readonly (readonly string[])[] = []): (context: ResultContext) => ScriptRun {
  return () => ({
    output:
      formatTable(
        [
          { title: 'Location', width: 56 },
          { title: 'Entry', width: 22 },
          { title: 'Image', width: 62 },
          { title: 'Signer', width: 24 },
        ],
        [...autostarts, ...extra],
      ) + lines(`${String(autostarts.length + extra.length)} entries, ${String(extra.length)} unsigned`),
    exitCode: extra.length > 0 ? 1 : 0,
  });
}

const serviceNames = [
  'Dhcp',
  'Dnscache',
  'EventLog',
  'LanmanServer',
  'Netlogon',
  'Sense',
  'Spooler',
  'W32Time',
  'WinDefend',
  'WinRM',
] as const;

/** Returns the output of `Get-Service` with the state of each service. */
export function services({ random }: ResultContext): ScriptRun {
  return {
    output: formatTable(
      [
        { title: 'Status', width: 8 },
        { title: 'Name', width: 18 },
        { title: 'StartType', width: 10 },
      ],
      serviceNames.map((name) => [random.pick(['Running', 'Running', 'Running', 'Stopped']), name, 'Automatic']),
    ),
  };
}

/** Returns a file listing with hashes, as wide as real listings are. */
export function fileHashes({ random, startedAt }: ResultContext): ScriptRun {
  const rows = Array.from({ length: 48 }, (_, position) => [
    plainTime(startedAt - random.int(1, 40_000) * minute),
    String(random.int(900, 9_000_000)),
    random.hex(64),
    `C:\\Users\\Public\\Downloads\\item-${String(position + 1).padStart(2, '0')}.${random.pick(['pdf', 'docx', 'zip', 'exe', 'lnk'])}`,
  ]);
  return {
    output: formatTable(
      [
        { title: 'LastWriteTime', width: 19 },
        { title: 'Length', width: 9, right: true },
        { title: 'SHA256', width: 64 },
        { title: 'FullName', width: 50 },
      ],
      rows,
    ),
  };
}

/** Returns the output of a script that writes CSV: one line for each of the last logons. */
export function logonsCsv({ random, startedAt }: ResultContext): ScriptRun {
  const rows = Array.from({ length: 30 }, (_, position) =>
    [
      `"${plainTime(startedAt - position * 97 * second - random.int(0, 60) * second)}"`,
      random.pick(['"4624"', '"4625"', '"4634"']),
      `"FABRIKAM\\${random.pick(['a.haddad', 'j.lindqvist', 'svc-backup', 'l.marchetti'])}"`,
      `"${String(random.pick([2, 3, 7, 10]))}"`,
      `"10.20.${String(random.int(1, 31))}.${String(random.int(2, 250))}"`,
    ].join(','),
  );
  return { output: lines('"TimeCreated","Id","Account","LogonType","Source"', ...rows) };
}
