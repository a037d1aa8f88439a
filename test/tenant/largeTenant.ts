import { queryCollection } from '../../src/sample/api/odataQuery.ts';
import { ODataError } from '../../src/sample/api/odataLexer.ts';
import { actionType, machineType } from '../../src/sample/api/sampleTenant.ts';
import type { SampleAnswer, SampleTenant, SampleTenantOptions } from '../../src/sample/api/sampleTenant.ts';
import type { Entity, JsonValue } from '../../src/sample/api/wire.ts';

/** The size of a tenant. */
export interface LargeTenantSize {
  readonly actions: number;
  readonly devices: number;
}

/** A tenant with many actions on many devices, which tests can change while it runs. */
export interface LargeTenant {
  /** Creates the sample tenant; an option of `startLocalTenant`. */
  readonly createSampleTenant: (options: SampleTenantOptions) => SampleTenant;
  /** Changes an action, by its number from the oldest, and sets its last update to now. */
  readonly change: (number: number, fields: Entity) => void;
  /** Adds a new action, created now. */
  readonly add: () => void;
}

export const LARGE: LargeTenantSize = { actions: 10_000, devices: 2_000 };

const TENANT = '33333333-4444-4555-8666-777777777777';
const SCRIPTS = ['collect-triage.ps1', 'list-services.ps1', 'hash-downloads.ps1', 'check-persistence.ps1'];
const PEOPLE = ['amira@fabrikam.example', 'jonas@fabrikam.example', 'Playbooks'];
const MINUTE = 60_000;

/** Returns the id of an action, by its number from the oldest. */
export function largeActionId(number: number): string {
  return `10000000-0000-4000-8000-${number.toString().padStart(12, '0')}`;
}

/** Returns the name of a device, by its number. */
export function largeDevice(number: number): string {
  return `host-${number.toString().padStart(4, '0')}.fabrikam.example`;
}

/**
 * Creates the tenant. All devices have the same number of actions. The newest action is a minute old, and each earlier
 * one a minute older.
 */
export function createLargeTenant(size: LargeTenantSize = LARGE): LargeTenant {
  let actions: Entity[] = [];
  let now: () => number = Date.now;
  const time = (): string => new Date(now()).toISOString();
  return {
    createSampleTenant: (options) => {
      now = options.now;
      actions = Array.from({ length: size.actions }, (_, number) =>
        describeAction(number, options.startedAt - (size.actions - number) * MINUTE, size),
      );
      const machines = Array.from({ length: size.devices }, (_, number) => ({
        id: machineIdOf(number),
        computerDnsName: largeDevice(number),
        healthStatus: 'Active',
        lastSeen: new Date(options.startedAt).toISOString(),
      }));
      return {
        tenantId: TENANT,
        answer: async ({ path, query }) => {
          if (path.endsWith('/machines')) return page(machines, query, machineType);
          const id = /machineactions\/([\da-f-]{36})/u.exec(path)?.[1];
          if (id === undefined) return page(actions, query, actionType);
          const found = actions.find((action) => action['id'] === id);
          if (found === undefined) return json(404, { error: { code: 'ResourceNotFound', message: id } });
          if (!path.includes('GetLiveResponseResultDownloadLink')) return json(200, found);
          return json(200, { value: await options.mintLink(`results/${id}`, `output_${id}_0.json`) });
        },
        hunt: () => json(404, { error: { code: 'ResourceNotFound', message: 'no hunting here' } }),
        blob: (name) => ({ name, lastModified: options.startedAt, bytes: () => result(name) }),
      };
    },
    change: (number, fields) => {
      actions = actions.map((action) =>
        action['id'] === largeActionId(number) ? { ...action, lastUpdateDateTimeUtc: time(), ...fields } : action,
      );
    },
    add: () => {
      actions = [...actions, describeAction(actions.length, now(), size)];
    },
  };
}

function page(entities: readonly Entity[], query: string, type: typeof actionType): SampleAnswer {
  try {
    return json(200, { value: queryCollection(entities, query, type).value });
  } catch (error) {
    if (!(error instanceof ODataError)) throw error;
    return json(400, { error: { code: 'ODataError', message: error.message } });
  }
}

function json(status: number, body: Readonly<Record<string, JsonValue>>): SampleAnswer {
  return { status, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
}

function machineIdOf(device: number): string {
  return device.toString(16).padStart(40, 'a');
}

function describeAction(number: number, createdAt: number, { devices }: LargeTenantSize): Entity {
  const device = number % devices;
  const script = SCRIPTS[Math.floor(number / devices) % SCRIPTS.length] ?? '';
  const at = (ms: number): string => new Date(createdAt + ms).toISOString();
  return {
    id: largeActionId(number),
    type: 'LiveResponse',
    title: null,
    requestor: PEOPLE[number % PEOPLE.length] ?? '',
    requestorComment: `INC-${Math.floor(number / devices).toString()}`,
    status: 'Succeeded',
    machineId: machineIdOf(device),
    computerDnsName: largeDevice(device),
    creationDateTimeUtc: at(0),
    lastUpdateDateTimeUtc: at(40_000),
    cancellationRequestor: null,
    cancellationComment: null,
    cancellationDateTimeUtc: null,
    errorHResult: 0,
    scope: null,
    externalId: null,
    requestSource: 'PublicApi',
    relatedFileInfo: null,
    commands: [
      {
        index: 0,
        startTime: at(20_000),
        endTime: at(24_000),
        commandStatus: 'Completed',
        errors: [],
        command: { type: 'RunScript', params: [{ key: 'ScriptName', value: script }] },
      },
    ],
    troubleshootInfo: null,
  };
}

function result(name: string): Uint8Array {
  const output = `Transcript started, output file is C:\\a.txt\n${name}\n`;
  return Buffer.from(
    JSON.stringify({ script_name: 'collect-triage.ps1', exit_code: 0, script_output: output, script_errors: '' }),
  );
}
