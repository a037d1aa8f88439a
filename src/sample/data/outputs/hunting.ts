import { hostNameOf } from '../../base/devices.ts';
import type { ResultContext } from '../../base/model.ts';
import { minute, plainTime, second } from '../../base/time.ts';
import { lines } from './transcript.ts';
import type { ScriptRun } from './transcript.ts';

/** Kind of entry that one device of the hunting run has and the other devices lack. */
export type HuntingFinding = 'scheduledTask' | 'service' | 'runKey';

interface Autostart {
  readonly kind: 'RunKey' | 'Task' | 'Service' | 'WMI';
  readonly name: string;
  readonly account: string;
  readonly state: string;
  readonly command: string;
}

function autostart(kind: Autostart['kind'], name: string, account: string, state: string, command: string): Autostart {
  return { kind, name, account, state, command };
}

const runKeys = [
  autostart('RunKey', 'SecurityHealth', '', '', '%windir%\\system32\\SecurityHealthSystray.exe'),
  autostart('RunKey', 'VpnClient', '', '', 'C:\\Program Files\\Northwall VPN\\client.exe --tray'),
  autostart('RunKey', 'OneDrive', 'users', '', '%LOCALAPPDATA%\\Microsoft\\OneDrive\\OneDrive.exe /background'),
];
const tasks = [
  autostart('Task', '\\Fabrikam\\Inventory', 'SYSTEM', 'Ready', 'C:\\Program Files\\Fabrikam\\inventory.exe /daily'),
  autostart('Task', '\\Northwall\\Update', 'SYSTEM', 'Ready', 'C:\\Program Files\\Northwall VPN\\update.exe'),
];
const services = [
  autostart(
    'Service',
    'Sense',
    'SYSTEM',
    'Running',
    'C:\\Program Files\\Windows Defender Advanced Threat Protection\\MsSense.exe',
  ),
  autostart('Service', 'NorthwallVpn', 'SYSTEM', 'Running', 'C:\\Program Files\\Northwall VPN\\service.exe'),
  autostart('Service', 'WinRM', 'NETWORK', 'Running', '%SystemRoot%\\System32\\svchost.exe -k NetworkService'),
];
const subscription = autostart('WMI', 'SCM Event Log Consumer', 'SYSTEM', '', 'NTEventLogEventConsumer');

/** Entries that only one device has. */
const odd: Readonly<Record<HuntingFinding, Autostart>> = {
  runKey: autostart('RunKey', 'Updater', '', '', 'wscript.exe C:\\upd.vbs'),
  scheduledTask: autostart('Task', '\\OneDrive Reporting Tasks', 'SYSTEM', 'Ready', 'C:\\ProgramData\\odr\\odr.exe -s'),
  service: autostart('Service', 'WinHelpSvc', 'SYSTEM', 'Running', 'C:\\Windows\\Temp\\whs.exe'),
};

/** Prints entries as `Format-Table` does with columns of a fixed width. */
function table(entries: readonly Autostart[]): string[] {
  const row = (...[kind = '', name = '', account = '', state = '', command = '']: readonly string[]): string =>
    `${kind.padEnd(8)}${name.padEnd(27)}${account.padEnd(9)}${state.padEnd(9)}${command}`.trimEnd();
  return [
    row('Kind', 'Name', 'Account', 'State', 'Command'),
    row('----', '----', '-------', '-----', '-------'),
    ...entries.map(({ kind, name, account, state, command }) => row(kind, name, account, state, command)),
  ];
}

/**
 * Creates the script `hunt-persistence.ps1`, which prints the autostart entries of one workstation.
 *
 * The outputs of two devices without a finding differ only in the transcript's GUID, the host's name and the times.
 */
export function huntPersistence(finding?: HuntingFinding): (context: ResultContext) => ScriptRun {
  return ({ device, startedAt, random }) => {
    const found = (kind: HuntingFinding): Autostart[] => (finding === kind ? [odd[kind]] : []);
    return {
      output: lines(
        `Host: ${hostNameOf(device)}`,
        `Name: ${device.computerDnsName}`,
        '',
        `Collected: ${plainTime(startedAt)}Z`,
        `Last boot: ${plainTime(startedAt - random.int(600, 20_000) * minute)}Z`,
        '',
        '[Autostart entries outside the baseline of Windows]',
        '',
        ...table([
          ...runKeys,
          ...found('runKey'),
          ...tasks,
          ...found('scheduledTask'),
          ...services,
          ...found('service'),
          subscription,
        ]),
        '',
        '[Startup folders]',
        '(empty)',
        '',
        `Finished: ${plainTime(startedAt + random.int(1, 3) * second)}Z`,
      ),
    };
  };
}
