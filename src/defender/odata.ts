/** Which machine actions to list, newest first. */
export interface ActionQuery {
  /** Only live response sessions. */
  readonly liveResponseOnly: boolean;
  /** Only this device. */
  readonly machineId?: string;
  /** Created no earlier and no later than these: ISO times in UTC. */
  readonly created?: { readonly from: string; readonly to: string };
  readonly top: number;
  readonly skip: number;
}

/** `$filter`, `$orderby`, `$top` and `$skip` for `GET /api/machineactions`, percent-encoded. */
export function toODataQuery(query: ActionQuery): string {
  const conditions: string[] = [];
  if (query.liveResponseOnly) conditions.push(`type eq ${quote('LiveResponse')}`);
  if (query.machineId !== undefined) conditions.push(`machineId eq ${quote(query.machineId)}`);
  if (query.created !== undefined) {
    // Times stand unquoted.
    conditions.push(`creationDateTimeUtc ge ${query.created.from}`, `creationDateTimeUtc le ${query.created.to}`);
  }
  const parts = [
    ...(conditions.length > 0 ? [['$filter', conditions.join(' and ')] as const] : []),
    // The default order is not documented, and paging without an order loses rows.
    ['$orderby', 'creationDateTimeUtc desc'] as const,
    ['$top', query.top.toString()] as const,
    ...(query.skip > 0 ? [['$skip', query.skip.toString()] as const] : []),
  ];
  return parts.map(([key, value]) => `${key}=${encodeURIComponent(value)}`).join('&');
}

/** An OData string: a single quote inside is doubled. */
function quote(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
