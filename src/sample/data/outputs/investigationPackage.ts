import type { SampleDevice } from '../../base/devices.ts';
import type { Random } from '../../base/random.ts';
import { zipOf } from '../../base/zipFile.ts';

/** Creates the investigation package of a device: some of the folders that a real one has, with short texts. */
export function investigationPackage(device: SampleDevice, random: Random): Uint8Array {
  const text = (name: string, ...lines: readonly string[]): { name: string; bytes: Uint8Array } => ({
    name,
    bytes: Buffer.from(`${lines.join('\r\n')}\r\n`),
  });
  const host = device.computerDnsName;
  const port = (): string => String(random.int(49_152, 65_535));
  return zipOf([
    text(
      'Autoruns/Autoruns.csv',
      'Time,Entry,Image Path',
      'n/a,SecurityHealth,C:\\Windows\\System32\\SecurityHealthSystray.exe',
    ),
    text(
      'Network connections/ActiveNetConnections.txt',
      `Host: ${host}`,
      `TCP 10.4.0.12:${port()} 203.0.113.7:443 ESTABLISHED`,
    ),
    text('Processes/Processes.csv', 'ProcessId,Name', '4,System', '884,svchost.exe'),
    text('Forensics Collection Summary.txt', `Collected from ${host}`, 'Failed: 0'),
  ]);
}
