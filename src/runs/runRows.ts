import { ExportTally } from '../evidence/export/exportText.ts';
import { toCsvFile } from '../evidence/export/csv.ts';
import type { ResultRef } from '../base/resultUri.ts';
import { isAvailable, memberKey } from './runFailures.ts';
import type { NoResultReason } from '../model/noResultReasons.ts';
import type { KeptFailure, RunRecord } from '../model/runRecord.ts';
import { refOf, wordsOfMember } from '../model/run.ts';
import type { RunMember, RunWords } from '../model/run.ts';
import type { RunComparison } from '../evidence/compare/runGroups.ts';
import type { StoredFacts } from '../model/storedResult.ts';

/**
 * The state of a host of a run. `unreadable`: there is a result, but it is not the result of a script. `large`: the
 * result is too large to be compared with others.
 */
export type RowState =
  'result' | 'large' | 'unreadable' | 'failed' | 'notFetched' | 'pending' | 'running' | 'never' | 'byDesign';

/** A command of a run on one device. Each member of the run has a row, whatever its outcome. */
export interface RunRow {
  readonly member: RunMember;
  readonly ref: ResultRef;
  readonly state: RowState;
  readonly facts: StoredFacts | undefined;
  readonly failure: KeptFailure | undefined;
  /** Reasons why no result is stored; empty if one is. */
  readonly reasons: readonly NoResultReason[];
}

/** Explains why a host of a run has no result. Makes no call. */
export type ExplainMember = (
  tenant: RunRecord['run']['tenant'],
  member: RunMember,
  failure: KeptFailure | undefined,
) => readonly NoResultReason[];

/** Returns the rows of a run, in the order of its members. */
export function toRows(
  record: RunRecord,
  known: (ref: ResultRef) => StoredFacts | undefined,
  explain: ExplainMember,
): RunRow[] {
  return record.run.members.map((member) => {
    const ref = refOf(record.run, member);
    const facts = known(ref);
    const failure = record.failures[memberKey(member)];
    const reasons = facts === undefined ? explain(record.run.tenant, member, failure) : [];
    return { member, ref, facts, failure, reasons, state: stateOf(member, facts, failure, ref) };
  });
}

/** Numbers of a run's hosts. The overview, the status bar and messages count alike. */
export interface RunCounts {
  readonly hosts: number;
  /** Hosts with a result that can be read and compared. */
  readonly results: number;
  /** Hosts whose result can be fetched, and is not yet. */
  readonly toFetch: number;
  /** Hosts without a result to read: pending, failed, unreadable, or too large to be compared. */
  readonly without: number;
}

/** Counts the rows of a run. */
export function countRows(rows: readonly RunRow[]): RunCounts {
  const results = rows.filter(hasResult).length;
  const toFetch = rows.filter(({ state }) => state === 'notFetched').length;
  return { hosts: rows.length, results, toFetch, without: rows.length - results - toFetch };
}

/** Whether a row has a text that can be read and compared. */
export function hasResult(row: RunRow): row is RunRow & { readonly facts: StoredFacts } {
  return row.state === 'result';
}

/** States of hosts about which the device's record can tell more. */
const ASKED_STATES: ReadonlySet<RowState> = new Set(['failed', 'pending', 'running', 'never']);

/** Returns the IDs of the devices whose records could explain a missing result, each once. */
export function devicesToAsk(rows: readonly RunRow[]): readonly string[] {
  // Of a pack's devices, Defender is asked through a connection to their tenant.
  const asked = rows.filter(({ ref, state }) => ref.cloud !== 'pack' && ASKED_STATES.has(state));
  return [...new Set(asked.flatMap(({ member }) => member.machineId ?? []))];
}

function stateOf(
  member: RunMember,
  facts: StoredFacts | undefined,
  failure: KeptFailure | undefined,
  { cloud }: ResultRef,
): RowState {
  if (facts?.transcript !== undefined) return facts.large === undefined ? 'result' : 'large';
  if (facts !== undefined) return 'unreadable';
  // A result that a pack does not hold cannot be fetched, and nothing is known of one that was only named.
  if (failure !== undefined || (cloud === 'pack' && (isAvailable(member) || member.actionStatus === '')))
    return 'failed';
  if (isAvailable(member)) return 'notFetched';
  if (member.result === 'never') return 'never';
  if (member.result === 'notYet') return member.actionStatus === 'Pending' ? 'pending' : 'running';
  return 'byDesign';
}

const RUN_COLUMNS = [
  'device',
  'machineId',
  'actionId',
  'commandIndex',
  'createdUtc',
  'actionStatus',
  'commandStatus',
  'state',
  'why',
  'exitCode',
  'errorLines',
  'outputLines',
  'resultBytes',
  'sha256',
  'fetchedUtc',
  'hostsWithEqualResult',
  'rareLines',
  'script',
  'arguments',
  'comment',
] as const;

type Column = (typeof RUN_COLUMNS)[number];

/** A row of an export for other programs. Numbers stay numbers, and unknown values are left out. */
export type RunExportRow = Readonly<Partial<Record<Column, string | number>>>;

/**
 * Returns the rows of an export.
 *
 * @param words - what all hosts of the run have in common
 * @param why - returns a sentence that explains why there is no result, or an empty text if there is a result
 */
export function toExportRows(
  words: RunWords,
  rows: readonly RunRow[],
  comparison: RunComparison | undefined,
  why: (row: RunRow) => string,
): RunExportRow[] {
  const sizes = new Map<number, number>();
  for (const { members } of comparison?.groups ?? []) for (const member of members) sizes.set(member, members.length);
  const rare = new Map<number, string[]>();
  for (const { text, stream, places } of comparison?.rareLines ?? []) {
    for (const { member, line } of places) {
      const named = `${stream === 'output' ? '' : 'errors '}${line}: ${text}`;
      rare.set(member, [...(rare.get(member) ?? []), named]);
    }
  }
  return rows.map(({ member, facts, ...row }, at) => {
    const transcript = facts?.transcript;
    const own = wordsOfMember({ words }, member);
    return withoutMissing({
      device: member.device,
      machineId: member.machineId ?? undefined,
      actionId: member.actionId,
      commandIndex: member.commandIndex,
      createdUtc: member.createdAt,
      actionStatus: member.actionStatus,
      commandStatus: member.commandStatus,
      state: row.state,
      why: why({ member, facts, ...row }),
      exitCode: transcript?.exitCode,
      errorLines: transcript?.errorLines,
      outputLines: transcript?.output.lines,
      resultBytes: facts?.size,
      sha256: facts?.sha256,
      fetchedUtc: facts === undefined ? undefined : new Date(facts.fetchedAt).toISOString(),
      hostsWithEqualResult: sizes.get(at),
      rareLines: rare.get(at)?.join('\n'),
      script: own.script,
      arguments: own.args === '' ? undefined : own.args,
      comment: own.comment === '' ? undefined : own.comment,
    });
  });
}

/** Returns a CSV file without the texts of results. No cell is a formula for a spreadsheet. */
export function toRunCsv(rows: readonly RunExportRow[], tally = new ExportTally()): string {
  return toCsvFile(
    RUN_COLUMNS,
    rows.map((row) => RUN_COLUMNS.map((name) => row[name] ?? '')),
    tally,
  );
}

function withoutMissing(row: Readonly<Record<Column, string | number | undefined>>): RunExportRow {
  return Object.fromEntries(Object.entries(row).filter(([, value]) => value !== undefined));
}
