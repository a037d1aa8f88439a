import type { AuditRow } from '../data/auditTrail.ts';
import { day } from '../base/time.ts';

/** Longest time that advanced hunting looks back, in days (api-facts §4). */
const MOST_DAYS = 30;

/** A column of an answer. */
interface HuntingColumn {
  readonly name: string;
  readonly type: string;
}

/** Rows that a query found, or the sentence of a refusal. */
type HuntingOutcome =
  | { readonly schema: readonly HuntingColumn[]; readonly results: readonly Readonly<Record<string, string>>[] }
  | { readonly refusal: string };

/** Columns of the one table that the sample has. `RawEventData` comes as text. */
const COLUMNS: Readonly<Record<string, readonly [type: string, value: (row: AuditRow) => string]>> = {
  Timestamp: ['DateTime', ({ at }) => new Date(at).toISOString()],
  ActionType: ['String', ({ actionType }) => actionType],
  AccountDisplayName: ['String', ({ account }) => account],
  IPAddress: ['String', ({ address }) => address],
  RawEventData: ['Object', ({ event }) => JSON.stringify(event)],
};

/**
 * Answers a hunting query as Microsoft Graph does.
 *
 * @param body - JSON of the request, with the query in `Query`
 */
export function answerHuntingQuery(
  body: string,
  rows: readonly AuditRow[],
  { graphUrl, now, requestId }: { readonly graphUrl: string; readonly now: number; readonly requestId: string },
): { readonly status: number; readonly headers: Readonly<Record<string, string>>; readonly body: string } {
  const outcome = runHuntingQuery(queryIn(body), rows, now);
  const isRefused = 'refusal' in outcome;
  const innerError = { date: new Date(now).toISOString().slice(0, 19), 'request-id': requestId };
  const answer = isRefused
    ? { error: { code: 'BadRequest', message: outcome.refusal, innerError } }
    : { '@odata.context': `${graphUrl}/v1.0/$metadata#microsoft.graph.security.huntingQueryResults`, ...outcome };
  return {
    status: isRefused ? 400 : 200,
    headers: { 'content-type': 'application/json; odata.metadata=minimal', 'request-id': requestId },
    body: JSON.stringify(answer),
  };
}

function queryIn(body: string): string {
  try {
    const { Query: query } = JSON.parse(body) as { readonly Query?: unknown };
    return typeof query === 'string' ? query : '';
  } catch {
    return '';
  }
}

/**
 * Runs a query on the audit trail. It knows one table, and the operators that this product's queries have. Any other
 * query is refused.
 *
 * @param now - ms since 1970
 */
function runHuntingQuery(query: string, rows: readonly AuditRow[], now: number): HuntingOutcome {
  const lines = query
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('//'));
  const [table = '', ...operators] = lines;
  if (table !== 'CloudAppEvents')
    return {
      refusal: `Failed to resolve table or column expression named '${table}'. Fix semantic errors in your query.`,
    };
  let found = rows.filter(({ at }) => at > now - MOST_DAYS * day);
  let columns = Object.keys(COLUMNS);
  for (const operator of operators) {
    const days = /^\| where Timestamp > ago\((\d+)d\)$/u.exec(operator)?.[1];
    const types = /^\| where ActionType in \(("\w+"(?:, "\w+")*)\)$/u.exec(operator)?.[1];
    const device = /^\| where tostring\(RawEventData\.DeviceId\) =~ "([\da-f]+)"$/u.exec(operator)?.[1];
    const names = /^\| project (\w+(?:, \w+)*)$/u.exec(operator)?.[1];
    if (days !== undefined) found = found.filter(({ at }) => at > now - Number(days) * day);
    else if (types !== undefined) found = found.filter(({ actionType }) => types.includes(`"${actionType}"`));
    else if (device !== undefined) found = found.filter(({ event }) => event['DeviceId'] === device);
    else if (names !== undefined) columns = names.split(', ');
    else if (operator === '| sort by Timestamp desc') found = found.toSorted((one, other) => other.at - one.at);
    else return { refusal: `The sample does not know the operator '${operator}'. Fix semantic errors in your query.` };
  }
  const known = columns.flatMap((name) => {
    const column = COLUMNS[name];
    return column === undefined ? [] : [{ name, type: column[0], value: column[1] }];
  });
  if (known.length < columns.length)
    return { refusal: 'Failed to resolve scalar expression. Fix semantic errors in your query.' };
  return {
    schema: known.map(({ name, type }) => ({ name, type })),
    results: found.map((row) => Object.fromEntries(known.map(({ name, value }) => [name, value(row)]))),
  };
}
