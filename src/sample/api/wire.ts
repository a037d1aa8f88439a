import { huntingDevices, namedDevices } from '../base/devices.ts';
import type { SampleDevice } from '../base/devices.ts';
import type { SampleAction, SampleCommand } from '../base/model.ts';
import { formatTime, hour } from '../base/time.ts';

/** A value of the API's JSON. */
export type JsonValue = string | number | boolean | null | readonly JsonValue[] | { readonly [key: string]: JsonValue };

/** An entity of the API. Its keys have the order of the API's JSON. */
export type Entity = Readonly<Record<string, JsonValue>>;

function toTime(moment: number | undefined): string | null {
  return moment === undefined ? null : formatTime(moment);
}

function toCommand(command: SampleCommand): Entity {
  return {
    index: command.index,
    startTime: toTime(command.startedAt),
    endTime: toTime(command.endedAt),
    commandStatus: command.status,
    errors: command.errors,
    command: { type: command.type, params: command.params.map(({ key, value }) => ({ key, value })) },
  };
}

/** Returns a machine action as the API writes it: these keys, in this order (api-facts §1). */
export function toMachineAction(action: SampleAction): Entity {
  return {
    id: action.id,
    type: action.type,
    title: null,
    requestor: action.requestor,
    requestorComment: action.comment,
    status: action.status,
    machineId: action.device.machineId,
    computerDnsName: action.device.computerDnsName,
    creationDateTimeUtc: formatTime(action.createdAt),
    lastUpdateDateTimeUtc: formatTime(action.updatedAt),
    cancellationRequestor: action.cancellation?.requestor ?? null,
    cancellationComment: action.cancellation?.comment ?? null,
    cancellationDateTimeUtc: toTime(action.cancellation?.at),
    errorHResult: action.errorHResult,
    scope: action.scope,
    externalId: null,
    requestSource: action.requestSource,
    relatedFileInfo: action.relatedFile === null ? null : { ...action.relatedFile },
    commands: action.commands.map(toCommand),
    troubleshootInfo: null,
  };
}

/**
 * Returns a machine as the API writes it, reduced to the documented keys that a client of results needs (api-facts §4).
 */
export function toMachine(device: SampleDevice, startedAt: number): Entity {
  return {
    id: device.machineId,
    computerDnsName: device.computerDnsName,
    lastSeen: formatTime(startedAt - (device.healthStatus === 'Active' ? 0.2 : 60) * hour),
    osPlatform: device.osPlatform,
    version: device.version,
    osBuild: device.osBuild,
    healthStatus: device.healthStatus,
    rbacGroupId: 0,
    machineTags: device.tags,
  };
}

/** Returns every device of the tenant. */
export function allDevices(): readonly SampleDevice[] {
  return [...namedDevices, ...huntingDevices()];
}
