import { l10n } from 'vscode';
import type { Uri } from 'vscode';
import { RUN_SCHEME } from '../../base/scheme.ts';
import { parseResultUri, refOf, resultKey } from '../../base/resultUri.ts';
import type { ResultRef } from '../../base/resultUri.ts';
import { describeFailure } from '../../messages/failureMessages.ts';
import { hostsWords, whyNoResult } from '../../messages/runWords.ts';
import { LiveResponseError } from '../../base/errors.ts';
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
  /** Whether a stored result belongs to the tab. */
  readonly contains: (ref: ResultRef) => boolean;
  /** Sentence about what is missing; empty if nothing is. */
  readonly missing: () => string;
  /** Whether something that is missing can be fetched. */
  readonly canFetch: () => boolean;
}

export interface TableSourceParts {
  readonly store: Pick<ResultStore, 'facts' | 'known' | 'learn'>;
  readonly runs: Pick<RunFetches, 'get' | 'load'>;
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
        hasResult: why() === '',
        why: why(),
      },
    ],
    refresh: async () => {
      facts = await store.facts(ref);
    },
    contains: (other) => resultKey(other) === resultKey(ref),
    missing: why,
    canFetch: () => facts === undefined && ref.cloud !== 'file',
  };
}

function runSource({ store, runs }: TableSourceParts, key: string): TableSource {
  let rows: readonly RunRow[] = [];
  return {
    isRun: true,
    runKey: key,
    hosts: () =>
      rows.map((row) => ({
        name: row.member.host,
        ref: row.ref,
        exitCode: row.facts?.transcript?.exitCode,
        errorLines: row.facts?.transcript?.errorLines ?? 0,
        hasResult: hasResult(row),
        why: whyNoResult(row),
      })),
    refresh: async () => {
      // After a restart, VS Code restores the tab before any command has read the runs.
      if (runs.get(key) === undefined) await runs.load();
      const record = runs.get(key);
      if (record === undefined) return;
      if (rows.length === 0) await store.learn(record.run.tenant);
      rows = toRows(record, (ref) => store.known(ref)).toSorted((one, other) =>
        BY_NAME.compare(one.member.host, other.member.host),
      );
    },
    contains: (ref) => rows.some((row) => resultKey(row.ref) === resultKey(ref)),
    missing: () => {
      if (rows.length === 0) return l10n.t('This run is not known on this machine any more.');
      const without = rows.filter((row) => !hasResult(row)).length;
      return without === 0 ? '' : l10n.t('Without a result to read: {0}.', hostsWords(without));
    },
    canFetch: () => rows.some(({ state }) => state === 'notFetched'),
  };
}
