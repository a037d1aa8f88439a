import { l10n } from 'vscode';
import type { NoResults } from '../../connections/noResults.ts';
import type { Uri } from 'vscode';
import { RUN_SCHEME } from '../../base/scheme.ts';
import { parseResultUri, refOf, resultKey } from '../../base/resultUri.ts';
import type { ResultRef } from '../../base/resultUri.ts';
import { describeFailure } from '../../messages/failureMessages.ts';
import { hostsWords, whyNoResult } from '../../messages/runWords.ts';
import { LiveResponseError } from '../../base/errors.ts';
import { findCommand, subjectOf } from '../../model/machineAction.ts';
import type { StoredFacts } from '../../model/storedResult.ts';
import type { ResultStore } from '../../results/resultStore.ts';
import type { RunFetches } from '../../runs/runFetch.ts';
import { hasResult, toRows } from '../../runs/runRows.ts';
import type { RunRow } from '../../runs/runRows.ts';
import type { SessionHost } from './tableSession.ts';

/** Order of hosts: `ws-2` stands before `ws-10`. */
const BY_NAME = new Intl.Collator('en', { numeric: true });

/** The results whose tables a tab shows. */
export interface TableSource {
  readonly isRun: boolean;
  /** Key of the run; undefined for a single result. */
  readonly runKey: string | undefined;
  readonly hosts: () => readonly SessionHost[];
  /** Learns what is stored. Called before the hosts are read, and after each change. */
  readonly refresh: () => Promise<void>;
  /** Finds the stored results of the same script before these, on the same devices. */
  readonly earlier: () => Promise<ReadonlyMap<number, ResultRef>>;
  /** Whether a stored result belongs to the tab. */
  readonly contains: (ref: ResultRef) => boolean;
  /** Sentence about what is missing; empty if nothing is. */
  readonly missing: () => string;
  /** Whether something that is missing can be fetched. */
  readonly canFetch: () => boolean;
}

export interface TableSourceParts {
  readonly store: Pick<ResultStore, 'facts' | 'known' | 'learn' | 'storedOf'>;
  readonly runs: Pick<RunFetches, 'get' | 'load'>;
  readonly noResults: Pick<NoResults, 'ofMember'>;
}

/** Returns the source of a tab by its address: a run's overview, or a result. Undefined for any other address. */
export function sourceOf(parts: TableSourceParts, uri: Uri): TableSource | undefined {
  return uri.scheme === RUN_SCHEME ? runSource(parts, uri.query) : resultSource(parts, uri);
}

function resultSource({ store }: TableSourceParts, uri: Uri): TableSource | undefined {
  const address = parseResultUri(uri);
  if (address === undefined) return undefined;
  const ref = refOf(address);
  let facts: StoredFacts | undefined;
  const why = (): string => {
    if (facts === undefined) return l10n.t('This result is not stored on this machine.');
    if (facts.transcript === undefined)
      return describeFailure(new LiveResponseError('notAResult', { reason: facts.rejection?.reason ?? '' })).sentence;
    return facts.large === undefined ? '' : l10n.t('Too large to be read as a table: it is read in parts.');
  };
  return {
    isRun: false,
    runKey: undefined,
    hosts: () => [
      {
        name: facts?.name.device ?? '',
        ref,
        exitCode: facts?.transcript?.exitCode,
        errorLines: facts?.transcript?.errorLines ?? 0,
        isNewest: true,
        hasResult: why() === '',
        why: why(),
      },
    ],
    refresh: async () => {
      facts = await store.facts(ref);
    },
    earlier: () => findEarlier(store, facts === undefined ? [] : [facts]),
    contains: (other) => resultKey(other) === resultKey(ref),
    missing: why,
    canFetch: () => facts === undefined && ref.cloud !== 'file' && ref.cloud !== 'pack',
  };
}

function runSource({ store, runs, noResults }: TableSourceParts, key: string): TableSource {
  let rows: readonly RunRow[] = [];
  let hosts: readonly SessionHost[] = [];
  let keys: ReadonlySet<string> = new Set();
  return {
    isRun: true,
    runKey: key,
    hosts: () => hosts,
    refresh: async () => {
      // After a restart, VS Code restores the tab before any command has read the runs.
      if (runs.get(key) === undefined) await runs.load();
      const record = runs.get(key);
      if (record === undefined) return;
      if (rows.length === 0) await store.learn(record.run.tenant);
      rows = toRows(record, (ref) => store.known(ref), noResults.ofMember).toSorted((one, other) =>
        BY_NAME.compare(one.member.host, other.member.host),
      );
      hosts = toHosts(rows);
      keys = new Set(rows.map(({ ref }) => resultKey(ref)));
    },
    earlier: () =>
      findEarlier(
        store,
        rows.map(({ facts }) => facts),
      ),
    contains: (ref) => keys.has(resultKey(ref)),
    missing: () => {
      if (rows.length === 0) return l10n.t('This run is not known on this machine any more.');
      const without = rows.filter((row) => !hasResult(row)).length;
      return without === 0 ? '' : l10n.t('Without a result to read: {0}.', hostsWords(without));
    },
    canFetch: () => rows.some(({ state }) => state === 'notFetched'),
  };
}

function toHosts(rows: readonly RunRow[]): SessionHost[] {
  const newest = new Map<string | null, string>();
  for (const { member } of rows) {
    const known = newest.get(member.machineId);
    if (known === undefined || known < member.createdAt) newest.set(member.machineId, member.createdAt);
  }
  return rows.map((row) => ({
    name: row.member.host,
    ref: row.ref,
    exitCode: row.facts?.transcript?.exitCode,
    errorLines: row.facts?.transcript?.errorLines ?? 0,
    isNewest: row.member.machineId === null || newest.get(row.member.machineId) === row.member.createdAt,
    hasResult: hasResult(row),
    why: whyNoResult(row),
  }));
}

/** Finds the newest stored result of the same script before each result, on the same device. */
async function findEarlier(
  store: TableSourceParts['store'],
  results: readonly (StoredFacts | undefined)[],
): Promise<ReadonlyMap<number, ResultRef>> {
  const [first] = results.filter((facts) => facts !== undefined);
  if (first === undefined || first.ref.cloud === 'file') return new Map();
  const keyOf = ({ action, ref }: Pick<StoredFacts, 'action' | 'ref'>): string => {
    const command = findCommand(action, ref.commandIndex);
    return JSON.stringify([action.machineId, command === undefined ? '' : subjectOf(command)]);
  };
  const stored = new Map<string, StoredFacts[]>();
  for (const facts of await store.storedOf(first.ref)) {
    if (facts.transcript === undefined || facts.large !== undefined) continue;
    const key = keyOf(facts);
    stored.set(key, [...(stored.get(key) ?? []), facts]);
  }
  const found = new Map<number, ResultRef>();
  for (const [member, facts] of results.entries()) {
    if (facts === undefined) continue;
    const before = (stored.get(keyOf(facts)) ?? [])
      .filter(({ action }) => action.creationDateTimeUtc < facts.action.creationDateTimeUtc)
      .toSorted((one, other) => (one.action.creationDateTimeUtc < other.action.creationDateTimeUtc ? 1 : -1));
    if (before[0] !== undefined) found.set(member, before[0].ref);
  }
  return found;
}
