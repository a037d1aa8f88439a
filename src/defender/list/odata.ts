/** Conditions that the API itself checks. An action must meet all conditions that are given. */
export interface ActionConditions {
  readonly type?: string;
  /** Ids of devices. The action must belong to one of them. */
  readonly machineIds?: readonly string[];
  /** Full name of the requestor, as the server writes it. */
  readonly requestor?: string;
  /** Statuses. The action must have one of them. */
  readonly statuses?: readonly string[];
  /** Creation at this time or later, ISO 8601 in UTC. */
  readonly createdFrom?: string;
  /** Creation before this time, ISO 8601 in UTC. */
  readonly createdBefore?: string;
}

/** Lower bound of a list. It applies to the last update or, if the server refuses that, to the creation. */
export interface Since {
  readonly by: 'update' | 'creation';
  /** ISO 8601 in UTC. */
  readonly time: string;
}

/**
 * Selects the machine actions to list, newest first. With a bound by last update, the action with the oldest update
 * comes first.
 */
export interface ActionQuery {
  /** Whether to list only live response sessions. */
  readonly liveResponseOnly: boolean;
  /** Id of the device whose actions are listed. */
  readonly machineId?: string;
  readonly where?: ActionConditions;
  readonly since?: Since;
  readonly top: number;
  readonly skip: number;
  /** Set for a server that does not support `$orderby`. */
  readonly order?: 'none';
}

/** Returns `$filter`, `$orderby`, `$top` and `$skip` for `GET /api/machineactions`, percent-encoded. */
export function toODataQuery(query: ActionQuery): string {
  const { where = {}, since } = query;
  const conditions: string[] = [];
  if (where.type !== undefined) conditions.push(`type eq ${quote(where.type)}`);
  else if (query.liveResponseOnly) conditions.push(`type eq ${quote('LiveResponse')}`);
  if (query.machineId !== undefined) conditions.push(`machineId eq ${quote(query.machineId)}`);
  conditions.push(...anyOf('machineId', where.machineIds), ...anyOf('status', where.statuses));
  if (where.requestor !== undefined) conditions.push(`requestor eq ${quote(where.requestor)}`);
  if (where.createdFrom !== undefined) conditions.push(`creationDateTimeUtc ge ${where.createdFrom}`);
  if (where.createdBefore !== undefined) conditions.push(`creationDateTimeUtc lt ${where.createdBefore}`);
  if (since !== undefined) {
    conditions.push(`${since.by === 'update' ? 'lastUpdateDateTimeUtc' : 'creationDateTimeUtc'} gt ${since.time}`);
  }
  return toQuery([
    ...(conditions.length > 0 ? [['$filter', conditions.join(' and ')] as const] : []),
    // The default order is not documented, and paging without an order loses rows.
    ...(query.order === 'none'
      ? []
      : [['$orderby', since?.by === 'update' ? 'lastUpdateDateTimeUtc asc' : 'creationDateTimeUtc desc'] as const]),
    ['$top', query.top.toString()],
    ...(query.skip > 0 ? [['$skip', query.skip.toString()] as const] : []),
  ]);
}

/** Returns the query for `GET /api/machines` by the beginning of a device's name, percent-encoded. */
export function toMachineQuery(nameStart: string, top: number): string {
  // The service keeps names in lower case.
  const filter = `startswith(computerDnsName,${quote(nameStart.toLowerCase())})`;
  return toQuery([
    ['$filter', filter],
    ['$top', top.toString()],
  ]);
}

function anyOf(property: string, values: readonly string[] | undefined): readonly string[] {
  if (values === undefined || values.length === 0) return [];
  const any = values.map((value) => `${property} eq ${quote(value)}`).join(' or ');
  return [values.length === 1 ? any : `(${any})`];
}

function toQuery(parts: readonly (readonly [key: string, value: string])[]): string {
  return parts.map(([key, value]) => `${key}=${encodeURIComponent(value)}`).join('&');
}

/** Quotes an OData string: a single quote inside is doubled. */
function quote(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
