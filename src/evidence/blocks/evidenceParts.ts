import { parseServerTime } from '../../base/serverTime.ts';
import { describeSpan } from './citation.ts';
import type { DecodeChange } from '../decode/transcript.ts';
import type { EvidenceSource, Said } from './evidenceSource.ts';
import type { Quotation, QuotationChange } from '../text/quotation.ts';
import { describeView } from '../views/viewWords.ts';
import { makeNameVisible } from '../text/visible.ts';

/** A piece of a line: our own words, a value that is written as inline code, or the text of the citation's link. */
export type Part = string | { readonly value: string } | { readonly link: string };

/** One line of the full block. Labels are always English, because they are parsed when a note is read back. */
export interface Field {
  readonly label: string;
  readonly parts: readonly Part[];
}

/** Text that evidence in Markdown and evidence in plain text have in common. */
export interface EvidenceParts {
  readonly title: readonly Part[];
  readonly device: Part;
  readonly script: Part;
  readonly exitCode: string;
  /** Time at which the action was created, as the server wrote it. */
  readonly created: Part;
  /** The link, the hash of the file, and every difference between the quotation and the stored file. */
  readonly source: readonly Part[];
  /** All other facts about the quotation. Only the full block shows them. */
  readonly fields: readonly Field[];
}

const NONE = '–';
const SEPARATOR = ' · ';
/** Words for a file that a user opened. Anyone may have written it, so it must not look like a tenant's result. */
const OPENED = {
  file: 'Opened from the file',
  link: 'Downloaded by a pasted link from',
  pack: 'From the pack',
} as const;

/**
 * Describes a quotation and its source. Invisible characters and line ends in a value are made visible.
 *
 * @param detail - `full` also fills `fields`; `compact` leaves `fields` empty
 */
export function describeEvidence(
  source: EvidenceSource,
  quotation: Quotation,
  detail: 'compact' | 'full' = 'compact',
): EvidenceParts {
  // Keyed by name, so that a repeated name counts once.
  const visibleInNames = new Map<string, number>();
  const value = (text: string): Part => {
    const visible = makeNameVisible(text);
    visibleInNames.set(text, visible.count);
    return visible.text === '' ? NONE : { value: visible.text };
  };
  const device = value(source.device ?? source.machineId ?? '');
  const script = value(source.script ?? '');
  const created = value(source.createdAt ?? '');
  const exitCode = source.exitCode?.toString() ?? 'unknown';
  const fields = detail === 'full' ? describeFields(source, quotation, value) : [];
  const { opened } = source;
  const { view } = source.address;
  const changes: Part[][] = [
    ...(opened === undefined ? [] : [[`${OPENED[opened.kind].toLowerCase()} `, value(opened.name)]]),
    ...(view === undefined ? [] : [[`shown ${describeView(view)}, not as stored`]]),
    ...(source.lengthUnknown === undefined ? [] : [['length of the file unknown']]),
    ...source.mismatches.map((mismatch) => describeMismatch(mismatch, value)),
    ...source.changes.flatMap((change) => describeDecoding(change, value)),
    ...quotation.changes.map((change): Part[] => [describeChange(change)]),
  ];
  const inNames = [...visibleInNames.values()].reduce((sum, count) => sum + count, 0);
  if (inNames > 0) changes.push([`made visible in names ${inNames}`]);
  return {
    title: [device, SEPARATOR, script, SEPARATOR, `exit code ${exitCode}`, ...describeTime(source)],
    device,
    script,
    exitCode,
    created,
    source: [
      { link: describePlace(source, quotation) },
      `${SEPARATOR}SHA-256 `,
      { value: source.file.sha256 },
      ...changes.flatMap((change) => [SEPARATOR, ...change]),
    ],
    fields,
  };
}

/** Describes when the command started, or else when its action was created; empty without a valid time. */
function describeTime({ startedAt, createdAt }: EvidenceSource): Part[] {
  const [started, created] = [startedAt, createdAt].map(writeTime);
  if (started !== undefined) return [SEPARATOR, `started ${started}`];
  return created === undefined ? [] : [SEPARATOR, `created ${created}`];
}

/** Writes a time of the server in whole seconds. The year 1 means that the server has no time. */
function writeTime(text: Said): string | undefined {
  const time = parseServerTime(text) ?? 0;
  return time <= 0 ? undefined : `${new Date(time).toISOString().slice(0, 19).replace('T', ' ')}Z`;
}

/** Describes the quoted place, such as `output lines 5–9 of 120`. */
function describePlace({ address, text }: EvidenceSource, { spans }: Quotation): string {
  // A file that is not a result must not look like a command's output.
  const shown = address.stream === 'raw' ? 'RAW (not decoded)' : address.stream;
  const stream = address.view === undefined ? shown : `${shown} ${describeView(address.view)}`;
  if (spans.length === 0) return `${stream}, ${countLines(text.lines)}`;
  return `${stream} ${spans.map(describeSpan).join(', ')} of ${text.lines}`;
}

function countLines(lines: number): string {
  if (lines === 0) return 'empty';
  return lines === 1 ? '1 line' : `${lines} lines`;
}

function describeFields(source: EvidenceSource, quotation: Quotation, value: (text: string) => Part): Field[] {
  const { address, blob, opened } = source;
  const ids = opened === undefined ? address : opened.said;
  const isOfPack = opened?.kind === 'pack';
  const said = (label: string, text: Said): Field[] =>
    text === null || text === undefined || text === '' ? [] : [{ label, parts: [value(text)] }];
  const number = (label: string, text: string): Field => ({ label, parts: [text] });
  return [
    ...said('Connection', source.connection),
    ...(opened === undefined ? [] : said(OPENED[opened.kind], opened.name)),
    ...said('Tenant', ids?.tenantId),
    ...(opened === undefined ? [number('Cloud', address.cloud)] : said('Cloud', ids?.cloud)),
    ...said('Device', source.device),
    ...said('Machine id', source.machineId),
    ...said('Action id', ids?.actionId),
    ...(ids === undefined ? [] : [number('Command index', ids.commandIndex.toString())]),
    number('Stream', address.stream),
    ...said('Script', source.script),
    ...said('Arguments', source.scriptArguments),
    ...said('Requestor', source.requestor),
    ...said('Comment', source.requestorComment),
    ...said('Action status', source.actionStatus),
    ...said('Command status', source.commandStatus),
    ...said('Created (server)', source.createdAt),
    ...said('Started (server)', source.startedAt),
    ...said('Ended (server)', source.endedAt),
    ...said('Updated (server)', source.updatedAt),
    { label: 'Fetched', parts: describeFetch(source, value) },
    ...said('Fetched by', source.fetchedBy).map((field) => (isOfPack ? asSaid(field) : field)),
    {
      label: 'Fetched with',
      parts: source.fetchedWith
        ? ['Live Response Results ', value(source.fetchedWith)]
        : ['a version that did not note it'],
    },
    { label: 'Quoted with', parts: ['Live Response Results ', value(source.toolVersion)] },
    number('Exit code', source.exitCode?.toString() ?? 'unknown'),
    number('Lines', quotation.spans.length === 0 ? NONE : quotation.spans.map(describeSpan).join(', ')),
    number('Lines in all', source.text.lines.toString()),
    number('File size', `${source.file.size} bytes`),
    ...said('SHA-256 of the file', source.file.sha256),
    ...said('SHA-256 of the text as UTF-8', source.text.sha256),
    ...said('Blob Last-Modified', blob.lastModified),
    ...said('Blob ETag', blob.etag),
    ...said('Blob Content-MD5', blob.contentMd5),
    ...said('Blob request id', blob.requestId),
  ];
}

/** Describes the fetch: the local time, and its offset from the server's clock, in full seconds like that clock. */
function describeFetch({ fetchedAt, answeredAt, blob, opened }: EvidenceSource, value: (text: string) => Part): Part[] {
  // The account is the word of the pack's author.
  const whose = opened?.kind === 'pack' ? ' by the clock of another machine, as the pack says' : ' by the local clock';
  const local: Part[] = [value(new Date(fetchedAt).toISOString()), whose];
  if (blob.date === undefined) return [...local, '; the server gave no Date'];
  const server = Date.parse(blob.date);
  const parts: Part[] = [...local, "; the server's Date was ", value(blob.date)];
  if (Number.isNaN(server)) return parts;
  const offset = Math.floor((answeredAt ?? fetchedAt) / 1000) - Math.floor(server / 1000);
  const withDownload = answeredAt === undefined ? ', the time of the download included' : '';
  return [...parts, `, offset ${offset < 0 ? '−' : '+'}${Math.abs(offset)} s${withDownload}`];
}

/** Adds that a value is the word of a pack. */
function asSaid({ label, parts }: Field): Field {
  return { label, parts: [...parts, ', as the pack says'] };
}

function describeMismatch(
  { kind, asked, found }: EvidenceSource['mismatches'][number],
  value: (text: string) => Part,
): Part[] {
  const what = kind === 'scriptName' ? 'script name mismatch' : 'file name mismatch';
  return [`${what}: asked for `, value(asked), ', found ', value(found)];
}

function describeChange({ kind, count }: QuotationChange): string {
  switch (kind) {
    case 'madeVisible':
      return `made visible ${count}`;
    case 'lineEnds':
      return `line ends shown as LF ${count}`;
    case 'defanged':
      return `defanged ${count}`;
  }
}

function describeDecoding(change: DecodeChange, value: (text: string) => Part): Part[][] {
  const { keysCut = 0 } = change;
  const keys = [
    value((change.keys ?? []).join(', ')),
    ...(keysCut === 0 ? [] : [`, ${keysCut} left out or shortened`]),
  ];
  switch (change.kind) {
    case 'gunzipped':
      return [['gunzipped']];
    case 'byteOrderMark':
      return [];
    case 'invalidBytes':
      return [[`no valid text at ${change.count} places, first at byte ${change.firstOffset ?? 0}: U+FFFD`]];
    case 'controlCharactersEscaped':
      return [[`JSON repaired at ${change.firstOffset ?? 0}: control characters escaped ${change.count}`]];
    case 'trailingPadding':
      return [[`filler behind the JSON, from ${change.firstOffset ?? 0}: ${change.count} characters`]];
    case 'trailingText':
      return [[`more behind the JSON, from ${change.firstOffset ?? 0}, not read: ${change.count} characters`]];
    case 'oldKey':
      return [['older keys read: ', ...keys]];
    case 'unknownKey':
      return [['keys not shown: ', ...keys]];
    case 'duplicateKey':
      return [['keys that stand twice, the last one read: ', ...keys]];
    case 'missingKey':
      return [['keys missing: ', ...keys]];
    case 'exitCodeNotANumber':
      return [['exit code is no whole number']];
    case 'factsCut':
      return [[`names, comments, parameters or errors shortened ${change.count}`]];
  }
}
