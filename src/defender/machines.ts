import * as v from 'valibot';
import { LiveResponseError } from './errors.ts';

const machineSchema = v.object({
  id: v.string(),
  computerDnsName: v.optional(v.nullable(v.string()), null),
  healthStatus: v.optional(v.nullable(v.string()), null),
  lastSeen: v.optional(v.nullable(v.string()), null),
});

const machinesSchema = v.object({ value: v.array(machineSchema) });

/** A device as `GET /api/machines` answers it. Several records of one name are common: one for each installation. */
export type Machine = v.InferOutput<typeof machineSchema>;

/**
 * Reads a list of devices.
 * @throws LiveResponseError `unexpectedAnswer` with the path of the first difference
 */
export function readMachines(body: unknown): readonly Machine[] {
  const result = v.safeParse(machinesSchema, body, { abortEarly: true });
  if (result.success) return result.output.value;
  throw new LiveResponseError('unexpectedAnswer', { path: v.getDotPath(result.issues[0]) ?? '(top)' });
}
