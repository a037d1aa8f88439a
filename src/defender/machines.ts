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
  lastSeen: string | null;
}

/**
 * Reads a list of devices. An odd value becomes null, and a device without a usable id is left out.
 * @throws LiveResponseError `unexpectedAnswer` with the path of the first difference from the schema
 */
export function readMachines(body: unknown): readonly Machine[] {
  const result = safeParse(machinesSchema, body, { abortEarly: true });
  if (result.success) return result.output.value.flatMap((row) => toMachine(row) ?? []);
  throw new LiveResponseError('unexpectedAnswer', { path: getDotPath(result.issues[0]) ?? '(top)' });
}

function toMachine(row: unknown): Machine | undefined {
  const fields = new FieldReader(row, '', new OddFields());
  const id = fields.name('id');
  if (id === null) return undefined;
  return {
    id,
    computerDnsName: fields.text('computerDnsName'),
    healthStatus: fields.text('healthStatus'),
    lastSeen: fields.text('lastSeen'),
  };
}
