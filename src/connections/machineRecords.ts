import { isLiveResponseError, LiveResponseError } from '../base/errors.ts';
import type { Priority } from '../base/urgency.ts';
import type { Machine } from '../defender/machines.ts';
import type { TenantClient } from '../defender/tenantClient.ts';

/** A device's record, and the time at which it was asked for, ms since 1970. */
export interface MachineRecord {
  /** `gone` if Defender does not know the device, or the account may not see it. */
  readonly machine: Machine | 'gone';
  readonly askedAt: number;
}

/** Largest number of records that are kept. */
const MOST_RECORDS = 10_000;

/**
 * Records of devices that this window asked for. They are kept in memory only: they tell about devices, and are soon out
 * of date.
 */
export class MachineRecords {
  readonly #client: () => Promise<Pick<TenantClient, 'getMachine'>>;
  readonly #records = new Map<string, MachineRecord>();

  constructor(client: () => Promise<Pick<TenantClient, 'getMachine'>>) {
    this.#client = client;
  }

  get(machineId: string | null): MachineRecord | undefined {
    return machineId === null ? undefined : this.#records.get(machineId);
  }

  /** Asks Defender for the record of a device. Costs one call. @throws LiveResponseError the failures of the call */
  async ask(machineId: string, signal: AbortSignal, priority: Priority = 'click'): Promise<MachineRecord> {
    const client = await this.#client();
    const machine = await client.getMachine(machineId, signal, priority).catch((error: unknown): 'gone' => {
      if (isLiveResponseError(error) && error.code === 'notFound') return 'gone';
      throw error;
    });
    // The record of another device would explain nothing.
    if (machine !== 'gone' && machine.id.toLowerCase() !== machineId.toLowerCase())
      throw new LiveResponseError('unexpectedAnswer', { path: 'id' });
    const record = { machine, askedAt: Date.now() };
    const [oldest] = this.#records.keys();
    if (this.#records.size >= MOST_RECORDS && oldest !== undefined) this.#records.delete(oldest);
    this.#records.set(machineId, record);
    return record;
  }
}
