import { hostNameOf } from '../../base/devices.ts';
import type { ResultContext } from '../../base/model.ts';
import { minute, plainTime, second } from '../../base/time.ts';
import { lines } from './transcript.ts';
import type { ScriptRun } from './transcript.ts';

/** Kind of entry that one device of the hunting run has and the other devices lack. */
export type HuntingFinding = 'scheduledTask' | 'service' | 'runKey';

const runKeys = [
  'SecurityHealth = %windir%\\system32\\SecurityHealthSystray.exe',
  'VpnClient = C:\\Program Files\\Northwall VPN\\client.exe --tray',
];
const tasks = [
  '\\Fabrikam\\Inventory  SYSTEM  C:\\Program Files\\Fabrikam\\inventory.exe /daily',
  '\\Northwall\\Update  SYSTEM  C:\\Program Files\\Northwall VPN\\update.exe',
];
const serviceLines = [
  'Sense  Running  C:\\Program Files\\Windows Defender Advanced Threat Protection\\MsSense.exe',
  'NorthwallVpn  Running  C:\\Program Files\\Northwall VPN\\service.exe',
  'WinRM  Running  %SystemRoot%\\System32\\svchost.exe -k NetworkService',
];

/**
 * Creates the script `hunt-persistence.ps1`, which prints the autostart entries of one workstation.
 *
 * The outputs of two devices without a finding differ only in the transcript's GUID, the host's name and the times.
 */
export function huntPersistence(finding?: HuntingFinding): (context: ResultContext) => ScriptRun {
  return ({ device, startedAt, random }) => {
    const found = (kind: HuntingFinding, line: string): string[] => (finding === kind ? [line] : []);
    return {
      output: lines(
        `Host: ${hostNameOf(device)}`,
        `Name: ${device.computerDnsName}`,
        `Collected: ${plainTime(startedAt)}Z`,
        `Last boot: ${plainTime(startedAt - random.int(600, 20_000) * minute)}Z`,
        '',
        '[Run keys: HKLM]',
        ...runKeys,
        ...found('runKey', 'Updater = wscript.exe //B C:\\Users\\Public\\Libraries\\upd.vbs'),
        '',
        '[Run keys: HKCU of all users]',
        'OneDrive = %LOCALAPPDATA%\\Microsoft\\OneDrive\\OneDrive.exe /background',
        '',
        '[Scheduled tasks outside \\Microsoft]',
        ...tasks,
        ...found('scheduledTask', '\\OneDrive Reporting Tasks  SYSTEM  C:\\ProgramData\\odr\\odr.exe -s'),
        '',
        '[Services with an image outside System32]',
        ...serviceLines,
        ...found('service', 'WinHelpSvc  Running  C:\\Windows\\Temp\\whs.exe'),
        '',
        '[WMI subscriptions]',
        'SCM Event Log Consumer  NTEventLogEventConsumer',
        '',
        '[Startup folders]',
        '(empty)',
        '',
        `Finished: ${plainTime(startedAt + random.int(1, 3) * second)}Z`,
      ),
    };
  };
}
