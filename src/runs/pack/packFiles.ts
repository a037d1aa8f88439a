import type { Readable } from 'node:stream';
import { buildResultUri, CLOUDS } from '../../base/resultUri.ts';
import type { ResultRef } from '../../base/resultUri.ts';
import { ExportTally, toNdjsonRow } from '../../evidence/export/exportText.ts';
import type { StoredFacts } from '../../model/storedResult.ts';
import { toExportRows, toRunCsv } from '../runRows.ts';
import type { RunRow } from '../runRows.ts';
import { wordsOfMember } from '../../model/run.ts';
import type { Run } from '../../model/run.ts';
import type { PackedCase } from './packedCase.ts';
import { hostsOf } from './packHosts.ts';
import type { PackHost } from './packHosts.ts';
import { toReport } from './packReport.ts';
import { toTimeline } from '../runTimeline.ts';

/** A file of a pack. Its content is read when its turn comes, so that one result is in memory at a time. */
export interface PackFile {
  /** Path below the pack, in ASCII, with `/` between folders. No name of a device or script is ever a path. */
  readonly path: string;
  /** Whether the zip compresses it. What is compressed already is not. */
  readonly isText: boolean;
  readonly read: () => Promise<Uint8Array | Readable>;
}

/** A mark as a line of its writer's file. Only what it is about matters here. */
interface PackedMark {
  readonly on: Pick<ResultRef, 'actionId' | 'commandIndex'>;
}

/** Parts of a pack, and how they are read. */
export interface PackInput {
  readonly run: Pick<Run, 'key' | 'words' | 'tenant'>;
  readonly rows: readonly RunRow[];
  /** Whether the pack can hold the result of a row: one in pieces must be streamed to this machine. */
  readonly canHold: (row: RunRow) => boolean;
  /** Returns the stored bytes of a result, packed as gzip. */
  readonly packed: (facts: StoredFacts) => Promise<Uint8Array | Readable>;
  /** Returns the facts file of a result. */
  readonly factsJson: (facts: StoredFacts) => Promise<string>;
  /** Marks by writer, if the person chose them. Those of results that the pack does not hold are left out. */
  readonly marks?: ReadonlyMap<string, readonly PackedMark[]> | undefined;
  /** Set if the results are those of a case. */
  readonly ofCase?: PackedCase | undefined;
}

/** Returns the payload of a pack: results with their facts, an index of all hosts, a timeline and a report. */
export function* packFiles(input: PackInput): Generator<PackFile> {
  const hosts = hostsOf(input.rows, input.canHold);
  const whyOf = new Map(hosts.map(({ row, why }) => [row.ref, why]));
  const shown = hosts.map(({ row }) => row);
  for (const { row, file } of hosts) {
    const { facts } = row;
    if (facts === undefined || file === undefined) continue;
    yield { path: file, isText: false, read: () => input.packed(facts) };
    yield { path: `${file}.facts.json`, isText: true, read: async () => utf8(await input.factsJson(facts)) };
  }
  const tally = new ExportTally();
  yield text('data/index.csv', () =>
    toRunCsv(
      toExportRows(input.run.words, shown, undefined, ({ ref }) => whyOf.get(ref) ?? ''),
      tally,
    ),
  );
  yield text('data/index.ndjson', () => hosts.map((host) => toNdjsonRow(indexRow(input.run, host), tally)).join(''));
  yield text('data/timeline.jsonl', () =>
    toTimeline(input.run, shown)
      .map((event) => toNdjsonRow(event, tally))
      .join(''),
  );
  const { files = [], notes = [] } = input.ofCase ?? {};
  yield text('data/report.html', () => toReport(input.run, hosts, notes));
  for (const [writer, lines] of marksOf(input, hosts))
    yield text(`data/marks/${writer}.jsonl`, () => lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
  for (const { path, read } of files) yield { path, isText: true, read };
  for (const { path, bytes } of notes) yield { path, isText: true, read: () => Promise.resolve(bytes) };
}

/** Returns the marks of results that the pack holds, in the order of their writers. */
function marksOf(
  { marks = new Map() }: PackInput,
  hosts: readonly PackHost[],
): readonly (readonly [writer: string, lines: readonly PackedMark[]])[] {
  const keyOf = ({ actionId, commandIndex }: PackedMark['on']): string => `${actionId}#${commandIndex}`;
  const held = new Set(hosts.filter(({ file }) => file !== undefined).map(({ row }) => keyOf(row.ref)));
  return [...marks]
    .map(([writer, lines]) => [writer, lines.filter(({ on }) => held.has(keyOf(on)))] as const)
    .filter(([, lines]) => lines.length > 0)
    .toSorted(([one], [other]) => (one < other ? -1 : 1));
}

function indexRow(run: PackInput['run'], { row, number, why, file }: PackHost): object {
  const { member, facts, ref, state } = row;
  const own = wordsOfMember(run, member);
  const known = {
    number,
    device: member.device,
    machineId: member.machineId ?? undefined,
    actionId: ref.actionId,
    commandIndex: ref.commandIndex,
    state,
    why: why === '' ? undefined : why,
    file,
    sha256: facts?.sha256,
    bytes: facts?.size,
    exitCode: facts?.transcript?.exitCode,
    script: own.script,
    createdUtc: member.createdAt,
    actionStatus: member.actionStatus,
    commandStatus: member.commandStatus,
    arguments: own.args,
    comment: own.comment,
    link: facts === undefined ? undefined : linkOf(facts),
  };
  return Object.fromEntries(Object.entries(known).filter(([, value]) => value !== undefined));
}

/**
 * Returns the address of a result, which opens it where the extension and a connection to the tenant are. A result that
 * came from a pack keeps the tenant that this pack names.
 */
export function linkOf({ ref, name, opened }: Pick<StoredFacts, 'ref' | 'name' | 'opened'>): string {
  const said = opened?.said;
  const cloud = CLOUDS.find((known) => known === said?.cloud);
  const own = said === undefined || cloud === undefined ? ref : { ...ref, cloud, tenantId: said.tenantId };
  return buildResultUri({ ...own, stream: 'output' }, name).toString(true);
}

function text(path: string, write: () => string): PackFile {
  return { path, isText: true, read: () => Promise.resolve(utf8(write())) };
}

function utf8(value: string): Uint8Array {
  return new TextEncoder().encode(value);
}
