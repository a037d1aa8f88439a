/** What the API can check by itself. All that are given must hold. */
export interface ActionConditions {
  readonly type?: string;
  /** Any of these devices. */
  readonly machineIds?: readonly string[];
  /** The whole name, as the server writes it. */
  readonly requestor?: string;
  /** Any of these. */
  readonly statuses?: readonly string[];
  /** Created then or later, ISO 8601 in UTC. */
  readonly createdFrom?: string;
  /** Created before then, ISO 8601 in UTC. */
  readonly createdBefore?: string;
}

/** Only what is newer than a moment: by its last update, or where the server does not take that, by its creation. */
export interface Since {
  readonly by: 'update' | 'creation';
  /** ISO 8601 in UTC. */
  readonly time: string;
}

/** Which machine actions to list, newest first; those since a moment by their last update, oldest first. */
export interface ActionQuery {
  /** Only live response sessions. */
  readonly liveResponseOnly: boolean;
  /** Only this device. */
  readonly machineId?: string;
  readonly where?: ActionConditions;
  readonly since?: Since;
  readonly top: number;
  readonly skip: number;
  /** For a server that takes no order. */
  readonly order?: 'none';
}

/** `$filter`, `$orderby`, `$top` and `$skip` for `GET /api/machineactions`, percent-encoded. */
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

/** The query for `GET /api/machines` by the beginning of a device's name, percent-encoded. */
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

/** An OData string: a single quote inside is doubled. */
function quote(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
