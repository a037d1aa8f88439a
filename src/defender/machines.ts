import { array, getDotPath, object, safeParse, unknown } from 'valibot';
import { LiveResponseError } from '../base/errors.ts';
import { FieldReader, OddFields } from './fieldReader.ts';

const machinesSchema = object({ value: array(unknown()) });

/**
 * A device as `GET /api/machines` returns it. Several devices with one name are common, because each installation has a
 * record of its own.
 */
export interface Machine {
  id: string;
  computerDnsName: string | null;
  healthStatus: string | null;
  /** Time of the last full report, which a device sends about once a day. It is not the portal's "last seen". */
  lastSeen: string | null;
  /** For example `Windows10` or `WindowsServer2019`. */
  osPlatform: string | null;
  /** For example `1809` or `22H2`. */
  version: string | null;
  osBuild: number | null;
  /** Tags of the device, at most {@link MOST_TAGS}. */
  machineTags: readonly string[];
  /** Name of the device group, if the answer names it. */
  rbacGroupName: string | null;
}

/** Largest number of tags that are read, and the longest of them, in UTF-16 units. A person sets tags. */
const MOST_TAGS = 100;
const LONGEST_TAG = 300;

/**
 * Reads a list of devices. An odd value becomes null, and a device without a usable id is left out.
 * @throws LiveResponseError `unexpectedAnswer` with the path of the first difference from the schema
 */
export function readMachines(body: unknown): readonly Machine[] {
  const result = safeParse(machinesSchema, body, { abortEarly: true });
  if (result.success) return result.output.value.flatMap((row) => toMachine(row) ?? []);
  throw new LiveResponseError('unexpectedAnswer', { path: getDotPath(result.issues[0]) ?? '(top)' });
}

/**
 * Reads a single device. Treats odd values as {@link readMachines} does.
 * @throws LiveResponseError `unexpectedAnswer` if the body is not an object, or has no usable id
 */
export function readMachine(body: unknown): Machine {
  const machine = toMachine(body);
  if (machine !== undefined) return machine;
  throw new LiveResponseError('unexpectedAnswer', { path: 'id' });
}

function toMachine(row: unknown): Machine | undefined {
  const fields = new FieldReader(row, '', new OddFields());
  const id = fields.name('id');
  if (id === null) return undefined;
  return {
    id,
    computerDnsName: fields.text('computerDnsName'),
    healthStatus: fields.text('healthStatus'),
    lastSeen: fields.time('lastSeen'),
    osPlatform: fields.text('osPlatform'),
    version: fields.text('version'),
    osBuild: fields.index('osBuild') ?? null,
    machineTags: (fields.list('machineTags', (tag) => (typeof tag === 'string' ? tag : undefined)) ?? [])
      .slice(0, MOST_TAGS)
      .map((tag) => tag.slice(0, LONGEST_TAG)),
    rbacGroupName: fields.text('rbacGroupName'),
  };
}
