import { createRandom } from './random.ts';

/** A device of the sample tenant. */
export interface SampleDevice {
  /** Name of the device in this code. It is unique, and two devices may share a `computerDnsName`. */
  readonly key: string;
  /** Lower case, as the service reports it (api-facts §4). */
  readonly computerDnsName: string;
  /** 40 hexadecimal digits. */
  readonly machineId: string;
  readonly platform: 'Windows' | 'Linux';
  readonly osPlatform: string;
  readonly osBuild: number;
  /** For example `22H2`. */
  readonly version: string;
  readonly healthStatus: string;
  readonly tags: readonly string[];
  /** Whether the tenant has no record of the device any more. */
  readonly isForgotten?: boolean;
}

/** Domain of the sample organization. `.example` can never be registered (RFC 2606). */
const sampleDomain = 'fabrikam.example';

export type DeviceRow = readonly [
  key: string,
  name: string,
  osPlatform: string,
  osBuild: number,
  healthStatus: string,
  tags?: string,
];

const rows: readonly DeviceRow[] = [
  ['dc1', `dc1.${sampleDomain}`, 'WindowsServer2022', 20348, 'Active', 'Tier0'],
  ['fs02', `fs02.${sampleDomain}`, 'WindowsServer2019', 17763, 'Active'],
  ['exch01', `exch01.${sampleDomain}`, 'WindowsServer2019', 17763, 'Active', 'Tier0'],
  ['sql01', `sql01.${sampleDomain}`, 'WindowsServer2022', 20348, 'Active'],
  ['jump01', `jump01.${sampleDomain}`, 'WindowsServer2022', 20348, 'Active', 'Tier0'],
  ['lt-0412', `lt-0412.${sampleDomain}`, 'Windows11', 22631, 'Active', 'Finance'],
  ['lt-0977', `lt-0977.${sampleDomain}`, 'Windows10', 19045, 'Inactive', 'Sales'],
  ['lt-ayse', `lt-ayse.${sampleDomain}`, 'Windows11', 22631, 'Active', 'İstanbul'],
  ['pc-osaka7', `pc-osaka7.${sampleDomain}`, 'Windows11', 26100, 'Active', '大阪'],
  ['kiosk-22', `kiosk-22.${sampleDomain}`, 'Windows10', 17763, 'ImpairedCommunication'],
  // One laptop that was reimaged. The service keeps a record of each installation under the same name.
  ['lt-0533-old', `lt-0533.${sampleDomain}`, 'Windows10', 19045, 'Inactive', 'Reimaged'],
  ['lt-0533', `lt-0533.${sampleDomain}`, 'Windows11', 22631, 'Active'],
  ['web01', `web01.${sampleDomain}`, 'Linux', 22, 'Active', 'DMZ'],
  ['db03', `db03.${sampleDomain}`, 'Linux', 9, 'Active'],
  ['build4', `build4.${sampleDomain}`, 'Linux', 12, 'NoSensorData'],
  // A restricted device refuses scripts by design.
  ['dc2', `dc2.${sampleDomain}`, 'WindowsServer2022', 20348, 'Active', 'Restricted security operations'],
  // Live response does not exist for this system.
  ['old7', `old7.${sampleDomain}`, 'Windows7', 7601, 'Active'],
  // The owner of a device chooses its name. This name tries to be a path.
  ['evil', '..\\..\\evil', 'Windows10', 19045, 'Unknown'],
];

/** Versions of Windows by their builds. */
const versions: ReadonlyMap<number, string> = new Map([
  [7601, 'SP1'],
  [14_393, '1607'],
  [17_763, '1809'],
  [19_045, '22H2'],
  [20_348, '21H2'],
  [22_631, '23H2'],
  [26_100, '24H2'],
]);

/** Makes a device. Devices of tests are made in the same way. */
export function toDevice([key, computerDnsName, osPlatform, osBuild, healthStatus, tag]: DeviceRow): SampleDevice {
  return {
    key,
    computerDnsName,
    machineId: createRandom(`device ${key}`).hex(40),
    platform: osPlatform === 'Linux' ? 'Linux' : 'Windows',
    osPlatform,
    osBuild,
    version: versions.get(osBuild) ?? String(osBuild),
    healthStatus,
    tags: tag === undefined ? [] : [tag],
  };
}

/** Number of devices that the hunting run reached. */
const huntingDeviceCount = 200;

/** Devices of the sample with an individual name. */
export const namedDevices: readonly SampleDevice[] = rows.map(toDevice);

/** Returns the 200 workstations of the hunting run, `ws-001` to `ws-200`. Each call builds them again. */
export function huntingDevices(): readonly SampleDevice[] {
  return Array.from({ length: huntingDeviceCount }, (_, position) => {
    const key = `ws-${String(position + 1).padStart(3, '0')}`;
    return toDevice([key, `${key}.${sampleDomain}`, 'Windows11', 22631, 'Active', 'Hunt']);
  });
}

/** Returns the device whose `key` is the given key. */
export function deviceByKey(key: string): SampleDevice {
  const device = namedDevices.find((candidate) => candidate.key === key);
  if (device === undefined) {
    throw new Error(`the sample has no device '${key}'`);
  }
  return device;
}

/** Returns the name that a script prints as `$env:COMPUTERNAME` or `hostname`. */
export function hostNameOf(device: SampleDevice): string {
  const host = device.computerDnsName.replace(`.${sampleDomain}`, '');
  return device.platform === 'Windows' ? host.toUpperCase() : host;
}
