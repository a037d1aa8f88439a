import { chunkText } from '../evidence/export/chunkText.ts';
import { ExportTally, toNdjsonRow } from '../evidence/export/exportText.ts';
import { findCommand } from '../model/machineAction.ts';
import { wordsOfMember } from '../model/run.ts';
import type { Run } from '../model/run.ts';
import type { RunRow } from './runRows.ts';

/** Name of the form, in each row. A later form has another number. */
export const CHUNK_SCHEMA = 'live-response.run/2';
/**
 * Largest text of a row, in bytes of UTF-8. Splunk cuts an event at 10,000 bytes by default, Sentinel's data lake a field
 * at 32 KB, and Log Analytics at 64 KB.
 */
export const MOST_CHUNK_BYTES = 8000;

/** Columns of the form, in their order, with their types. All but the required ones can be missing. */
export const CHUNK_COLUMNS = {
  schema: 'string',
  run: 'string',
  script: 'string',
  arguments: 'string',
  comment: 'string',
  action: 'string',
  index: 'number',
  device: 'string',
  machineId: 'string',
  state: 'string',
  why: 'string',
  stream: 'string',
  chunk: 'number',
  firstLine: 'number',
  lastLine: 'number',
  text: 'string',
  continued: 'boolean',
  resultSha256: 'string',
  textSha256: 'string',
  exitCode: 'number',
  errorLines: 'number',
  createdUtc: 'string',
  startedUtc: 'string',
  endedUtc: 'string',
  fetchedUtc: 'string',
  actionStatus: 'string',
  commandStatus: 'string',
  loneSurrogates: 'number',
} as const satisfies Readonly<Record<string, 'string' | 'number' | 'boolean'>>;

type ChunkColumn = keyof typeof CHUNK_COLUMNS;

/** A row of the form: a chunk of a text of a host, or a host without a result. */
export type RunChunk = Readonly<Record<string, string | number | boolean>>;

/** The texts of a result. Undefined for a result that is not stored any more. */
export interface RunTexts {
  readonly output: string | undefined;
  readonly errors: string | undefined;
}

/**
 * Returns the rows of a host: the chunks of its output and of its errors, or one row that says why it has none. Lone
 * surrogates become U+FFFD and are counted, as for the hash of a text.
 */
export function* toChunks(
  run: Pick<Run, 'key' | 'words'>,
  row: RunRow,
  why: string,
  texts: RunTexts | undefined,
  tally = new ExportTally(),
): Generator<RunChunk> {
  const { member, facts, ref } = row;
  const transcript = facts?.transcript;
  const command = facts === undefined ? undefined : findCommand(facts.action, ref.commandIndex);
  const own = wordsOfMember(run, member);
  const head = {
    schema: CHUNK_SCHEMA,
    run: run.key,
    script: own.script,
    arguments: textOrNothing(own.args),
    comment: textOrNothing(own.comment),
    action: member.actionId,
    index: member.commandIndex,
    device: member.device,
    machineId: member.machineId ?? undefined,
    state: row.state,
    why: textOrNothing(why),
  };
  const tail = {
    resultSha256: facts?.sha256,
    exitCode: transcript?.exitCode,
    errorLines: transcript?.errorLines,
    createdUtc: member.createdAt,
    startedUtc: command?.startTime ?? undefined,
    endedUtc: command?.endTime ?? undefined,
    fetchedUtc: facts === undefined ? undefined : new Date(facts.fetchedAt).toISOString(),
    actionStatus: member.actionStatus,
    commandStatus: member.commandStatus,
  };
  const streams = (['output', 'errors'] as const).flatMap((stream) => {
    const text = texts?.[stream];
    return text === undefined || (stream === 'errors' && text === '') ? [] : [{ stream, text }];
  });
  if (streams.length === 0) yield inOrder({ ...head, ...tail }, tally);
  for (const { stream, text } of streams) {
    const textSha256 = transcript?.[stream].sha256;
    let chunk = 0;
    for (const piece of chunkText(text, MOST_CHUNK_BYTES)) {
      yield inOrder({ ...head, ...tail, stream, chunk, ...piece, textSha256 }, tally);
      chunk++;
    }
  }
}

/** Returns a line of an NDJSON file. */
export function toChunkLine(chunk: RunChunk, tally = new ExportTally()): string {
  return toNdjsonRow(chunk, tally);
}

/** Leaves out what is not known, and replaces and counts lone surrogates. */
function inOrder(
  values: Readonly<Partial<Record<ChunkColumn, string | number | boolean | undefined>>>,
  tally: ExportTally,
): RunChunk {
  const before = tally.loneSurrogates;
  const names = Object.keys(CHUNK_COLUMNS) as ChunkColumn[];
  const row = Object.fromEntries(
    names.flatMap((name) => {
      const value = values[name];
      if (value === undefined) return [];
      return [[name, typeof value === 'string' ? tally.wellFormed(value) : value]];
    }),
  );
  const loneSurrogates = tally.loneSurrogates - before;
  return loneSurrogates === 0 ? row : { ...row, loneSurrogates };
}

function textOrNothing(text: string): string | undefined {
  return text === '' ? undefined : text;
}
