import { createSampleActions } from '../data/actions.ts';
import type { ActionPlan } from '../data/plan.ts';
import { blobNameOf, packageNameOf, sampleTenantId } from '../base/identifiers.ts';
import type { SampleAction, SampleCommand } from '../base/model.ts';
import { answerHuntingQuery } from './huntingQuery.ts';
import { pageMaximum, queryCollection } from './odataQuery.ts';
import type { EntityType } from './odataFilter.ts';
import { ODataError } from './odataLexer.ts';
import { createRandom } from '../base/random.ts';
import { auditRows } from '../data/auditTrail.ts';
import { investigationPackage } from '../data/outputs/investigationPackage.ts';
import { allDevices, toMachine, toMachineAction } from './wire.ts';
import type { Entity, JsonValue } from './wire.ts';

/** Inputs of a sample tenant. */
export interface SampleTenantOptions {
  /** Reference time of the data, ms since 1970. The newest action is some minutes older. */
  readonly startedAt: number;
  /** The tenant's clock, ms since 1970. */
  readonly now: () => number;
  /** Creates the download link for a blob. The result-link call returns this link. */
  readonly mintLink: (blobName: string, fileName: string) => string | Promise<string>;
  /**
   * Maximum number of entities on a page, for tests of `@odata.nextLink`. The default is the service's maximum of
   * 10,000.
   */
  readonly pageSize?: number;
  /** Further actions, for tests of situations that the sample does not contain. */
  readonly moreActions?: readonly ActionPlan[];
}

/** A request as the tenant receives it. */
export interface SampleRequest {
  readonly method: string;
  /** Percent-encoded path, e.g. `/api/machineactions/…/GetLiveResponseResultDownloadLink(index=0)`. */
  readonly path: string;
  /** Query without `?`, percent-encoded. */
  readonly query: string;
  /** Base of the API as the caller sees it, for `@odata.context` and `@odata.nextLink`. */
  readonly apiUrl: string;
}

/** The tenant's answer. */
export interface SampleAnswer {
  readonly status: number;
  /** Headers with names in lower case. They include content-type. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** A stored result. */
export interface SampleBlob {
  /** Name of the blob, e.g. `investigation-actions-data/<guid>/CustomPlaybookCommandOutput/<32 hex>`. */
  readonly name: string;
  /** End of the command, ms since 1970. */
  readonly lastModified: number;
  /** Generates the bytes. Each call returns the same bytes. They are not kept, because the largest result has 14 MB. */
  readonly bytes: () => Uint8Array;
}

/** A simulated tenant in memory. */
export interface SampleTenant {
  readonly tenantId: string;
  readonly answer: (request: SampleRequest) => Promise<SampleAnswer>;
  /** Answers a hunting query as Microsoft Graph does. `body` is the JSON of the request. */
  readonly hunt: (body: string, graphUrl: string) => SampleAnswer;
  readonly blob: (name: string) => SampleBlob | undefined;
}

/** Properties of an action that `$filter` and `$orderby` may name (api-facts §2). */
export const actionType: EntityType = {
  name: 'Microsoft.Windows.DefenderATP.Api.MachineAction',
  properties: {
    id: 'text',
    status: 'text',
    machineId: 'text',
    type: 'text',
    requestor: 'text',
    creationDateTimeUtc: 'time',
    lastUpdateDateTimeUtc: 'time',
  },
  notFilterable: [
    'computerDnsName',
    'commands',
    'title',
    'requestorComment',
    'scope',
    'externalId',
    'errorHResult',
    'requestSource',
  ],
};

/** Properties of a device that `$filter` and `$orderby` may name. */
export const machineType: EntityType = {
  name: 'Microsoft.Windows.DefenderATP.Api.Machine',
  properties: { id: 'text', computerDnsName: 'text', lastSeen: 'time', osPlatform: 'text', healthStatus: 'text' },
  notFilterable: [],
};

/** Statuses of an action that has ended (api-facts §1). */
const finalStatuses: ReadonlySet<string> = new Set(['Succeeded', 'Failed', 'TimeOut', 'Cancelled']);

function hasPackage({ type, status }: SampleAction): boolean {
  return type === 'CollectInvestigationPackage' && status === 'Succeeded';
}

function hasResult(command: SampleCommand): boolean {
  return command.result !== undefined && command.endedAt !== undefined;
}

/** Creates a tenant. The tenant does no work before its first request. */
export function createSampleTenant(options: SampleTenantOptions): SampleTenant {
  const { now, mintLink } = options;
  // The formatting of times needs whole milliseconds.
  const startedAt = Math.floor(options.startedAt);
  const actions = createSampleActions(startedAt, now, options.moreActions);
  const devices = [...new Set([...allDevices(), ...(options.moreActions ?? []).map(({ device }) => device)])].filter(
    ({ isForgotten }) => isForgotten !== true,
  );
  let requestCount = 0;

  const json = (status: number, body: Readonly<Record<string, JsonValue>>): SampleAnswer => ({
    status,
    headers: { 'content-type': 'application/json; odata.metadata=minimal', 'odata-version': '4.0' },
    body: JSON.stringify(body),
  });
  const failure = (status: number, code: string, message: string): SampleAnswer => {
    requestCount += 1;
    // `target` is the correlation id that Microsoft's support asks for. It differs for each answer (api-facts §5).
    return json(status, { error: { code, message, target: createRandom(`request ${String(requestCount)}`).guid() } });
  };
  const context = (request: SampleRequest, fragment: string): string => `${request.apiUrl}/api/$metadata#${fragment}`;

  const collection = (
    request: SampleRequest,
    entities: readonly Entity[],
    type: EntityType,
    fragment: string,
  ): SampleAnswer => {
    try {
      const page = queryCollection(entities, request.query, type, options.pageSize ?? pageMaximum);
      return json(200, {
        '@odata.context': context(request, fragment),
        ...(page.count === undefined ? {} : { '@odata.count': page.count }),
        value: page.value,
        ...(page.nextQuery === undefined
          ? {}
          : { '@odata.nextLink': `${request.apiUrl}${request.path}?${page.nextQuery}` }),
      });
    } catch (error) {
      if (error instanceof ODataError) {
        return failure(400, 'ODataError', error.message);
      }
      throw error;
    }
  };

  const unknownAction = (id: string): SampleAnswer =>
    failure(404, 'ResourceNotFound', `Machine action ${id} was not found`);

  const resultLink = async (request: SampleRequest, id: string, indexText: string): Promise<SampleAnswer> => {
    if (!/^\d{1,6}$/u.test(indexText)) {
      return failure(400, 'InvalidInput', `The value '${indexText}' is not a valid command index`);
    }
    const action = actions.byId(id);
    if (action === undefined) {
      return unknownAction(id);
    }
    const index = Number(indexText);
    const command = action.commands.find((candidate) => candidate.index === index);
    if (command !== undefined && command.endedAt === undefined && !finalStatuses.has(action.status)) {
      // Public clients ask again after a 400 until the command has ended; its text is unknown (api-facts §3).
      return failure(400, 'BadRequest', `Command ${indexText} of machine action ${id} has not completed`);
    }
    if (command === undefined || !hasResult(command)) {
      return failure(404, 'ResourceNotFound', `Result of command ${indexText} of machine action ${id} was not found`);
    }
    // The file name of a GetFile's blob is unknown (api-facts §8). The blob is gzip, so we use the ending `gz`.
    const ending = command.type === 'GetFile' ? 'gz' : 'json';
    const link = await mintLink(blobNameOf(id, index), `output_${id}_${indexText}.${ending}`);
    return json(200, { '@odata.context': context(request, 'Edm.String'), value: link });
  };

  const packageLink = async (request: SampleRequest, id: string): Promise<SampleAnswer> => {
    const action = actions.byId(id);
    if (action === undefined) {
      return unknownAction(id);
    }
    if (!hasPackage(action)) {
      return failure(404, 'ResourceNotFound', `Package of machine action ${id} was not found`);
    }
    const link = await mintLink(packageNameOf(id), `package_${id}.zip`);
    // The documented value has quotation marks inside the string (api-facts §4).
    return json(200, { '@odata.context': context(request, 'Edm.String'), value: `"${link}"` });
  };

  const machine = (request: SampleRequest, idOrName: string): SampleAnswer => {
    const device = devices.find(
      (candidate) => candidate.machineId === idOrName || candidate.computerDnsName === idOrName,
    );
    return device === undefined
      ? failure(404, 'ResourceNotFound', `Machine ${idOrName} was not found`)
      : json(200, { '@odata.context': context(request, 'Machines/$entity'), ...toMachine(device, startedAt) });
  };

  const answer = async (request: SampleRequest): Promise<SampleAnswer> => {
    const route = /^\/api(?:\/v1\.0)?\/(machineactions|machines)(?:\/([^/]+)(?:\/([^/]+))?)?$/iu.exec(request.path);
    if (route === null) {
      return failure(404, 'NotFound', `No resource at ${request.path}`);
    }
    if (request.method !== 'GET') {
      return failure(
        403,
        'DisallowedOperation',
        'The sample tenant is for reading: nothing can be run or cancelled here',
      );
    }
    const [, resource = '', encodedId, tail] = route;
    const ofActions = resource.toLowerCase() === 'machineactions';
    if (encodedId === undefined) {
      return ofActions
        ? collection(request, actions.all().map(toMachineAction), actionType, 'MachineActions')
        : collection(
            request,
            devices.map((device) => toMachine(device, startedAt)),
            machineType,
            'Machines',
          );
    }
    let id: string;
    try {
      id = decodeURIComponent(encodedId).toLowerCase();
    } catch {
      return failure(400, 'BadRequest', 'The path cannot be decoded');
    }
    if (ofActions && tail?.toLowerCase() === 'getpackageuri') {
      return packageLink(request, id);
    }
    if (tail !== undefined) {
      // Parentheses and `=` are not encoded in the request (api-facts §3). A call with encoded characters is a
      // different path.
      const call = /^GetLiveResponseResultDownloadLink\(index=([^)]*)\)$/iu.exec(tail);
      return ofActions && call !== null
        ? await resultLink(request, id, call[1] ?? '')
        : failure(404, 'NotFound', `No resource at ${request.path}`);
    }
    if (!ofActions) {
      return machine(request, id);
    }
    const action = actions.byId(id);
    return action === undefined
      ? unknownAction(id)
      : json(200, { '@odata.context': context(request, 'MachineActions/$entity'), ...toMachineAction(action) });
  };

  const hunt: SampleTenant['hunt'] = (body, graphUrl) => {
    requestCount += 1;
    const requestId = createRandom(`request ${String(requestCount)}`).guid();
    return answerHuntingQuery(body, auditRows(actions.all(), startedAt), { graphUrl, now: now(), requestId });
  };

  let blobs: ReadonlyMap<string, { readonly id: string; readonly index: number }> | undefined;
  const toBlob = (name: string, action: SampleAction, command: SampleCommand): SampleBlob | undefined => {
    const { result, endedAt, startedAt: begun } = command;
    if (result === undefined || endedAt === undefined) {
      return undefined;
    }
    const scriptName = command.params.find(({ key }) => key === 'ScriptName')?.value ?? '';
    return {
      name,
      lastModified: endedAt,
      bytes: () =>
        result({
          device: action.device,
          scriptName,
          startedAt: begun ?? endedAt,
          random: createRandom(`result ${action.id} ${String(command.index)}`),
        }),
    };
  };
  const packageBlob = (name: string): SampleBlob | undefined => {
    const action = actions.all().find((one) => hasPackage(one) && packageNameOf(one.id) === name);
    return (
      action && {
        name,
        lastModified: action.updatedAt,
        bytes: () => investigationPackage(action.device, createRandom(`package ${action.id}`)),
      }
    );
  };
  const blob = (name: string): SampleBlob | undefined => {
    blobs ??= new Map(
      actions
        .all()
        .flatMap(({ id, commands }) => commands.map(({ index }) => [blobNameOf(id, index), { id, index }] as const)),
    );
    const place = blobs.get(name);
    if (place === undefined) {
      return packageBlob(name);
    }
    const action = actions.byId(place.id);
    // The action is looked up on each call, because the command of the live action may have ended since the last call.
    const command = action?.commands.find(({ index }) => index === place.index);
    return action === undefined || command === undefined ? undefined : toBlob(name, action, command);
  };

  return { tenantId: sampleTenantId, answer, hunt, blob };
}
