import { URI } from 'vscode-uri';
import { RESULT_SCHEME } from './scheme.ts';
import { parseTextView } from './textView.ts';
import type { TextView } from './textView.ts';

/** Which part of a result a document shows. `raw` is the file as the service stored it. */
export type ResultStream = 'output' | 'errors' | 'raw';

const STREAMS: readonly ResultStream[] = ['output', 'errors', 'raw'];

export const CLOUDS = ['commercial', 'gcc', 'gccHigh', 'dod', 'custom'] as const;
/** The clouds that Defender for Endpoint runs in; `custom` is a proxy or a tenant on this machine. */
export type Cloud = (typeof CLOUDS)[number];

/** Where a result comes from: a cloud, or a file that a person opened. */
export type ResultCloud = Cloud | 'file';
const RESULT_CLOUDS: readonly ResultCloud[] = [...CLOUDS, 'file'];

/** What tells one result from every other: stores and addresses are keyed by it. */
export interface ResultRef {
  readonly cloud: ResultCloud;
  /** Lower-case GUID. */
  readonly tenantId: string;
  /** The machine action's id: a lower-case GUID. */
  readonly actionId: string;
  /** The command's own `index`, never its position in the list. */
  readonly commandIndex: number;
}

/** Where a part of a text begins in the whole: line and UTF-16 column, from 1. */
export interface PartStart {
  readonly line: number;
  readonly column: number;
}

export interface ResultAddress extends ResultRef {
  readonly stream: ResultStream;
  /** Undefined: the text as it was received. */
  readonly view?: TextView | undefined;
  /** Of a text that is shown in parts: where this one begins, or all of it. Undefined: the first part. */
  readonly part?: PartStart | 'whole' | undefined;
}

/** What a person reads in the tab. Decoration only: it tells nothing apart. */
export interface ResultName {
  readonly connection: string;
  readonly device: string;
  readonly script: string;
  /** When the action was created, as the server wrote it. */
  readonly createdAt: string;
}

/**
 * The one address of a document:
 * `live-response:/<connection>/<device> · <script> · 2026-11-23T2104Z.lr-output?cloud=…&tenant=…&action=…&index=…&stream=…`,
 * and behind it `&view=cp850` and `&part=L250001` where it is not the text as received, or not its beginning.
 *
 * @param marks - what a tab has to say of a view or a part
 */
export function buildResultUri(address: ResultAddress, name: ResultName, marks: readonly string[] = []): URI {
  // A file that is no result must not pass for an output in a tab or a list.
  const raw = address.stream === 'raw' ? ['RAW, not decoded'] : [];
  const time = minuteOf(name.createdAt);
  // Nor must a file that anyone can have made pass for what a tenant answered.
  const opened = address.cloud === 'file' ? ['FROM FILE'] : [];
  const times = address.cloud === 'file' && time === '' ? [] : [time];
  const file = [...opened, ...raw, ...marks, name.device, name.script, ...times].map(toPathPart).join(' · ');
  return URI.from({
    scheme: RESULT_SCHEME,
    path: `/${toPathPart(name.connection)}/${file}.lr-${address.stream}`,
    query: buildQuery(address),
  });
}

/** The part of an address that tells results apart: ids in this order, nothing encoded because nothing needs it. */
export function buildQuery(address: ResultAddress): string {
  return [
    `cloud=${address.cloud}`,
    `tenant=${address.tenantId}`,
    `action=${address.actionId}`,
    `index=${address.commandIndex.toString()}`,
    `stream=${address.stream}`,
    ...(address.view === undefined ? [] : [`view=${address.view}`]),
    ...(address.part === undefined ? [] : [`part=${partWord(address.part)}`]),
  ].join('&');
}

/**
 * Reads an address back from the query alone: whoever made the path, it decides nothing.
 *
 * @returns undefined for anything that {@link buildResultUri} could not have written
 */
export function parseResultUri(uri: { readonly scheme: string; readonly query: string }): ResultAddress | undefined {
  if (uri.scheme !== RESULT_SCHEME) return undefined;
  const query = new URLSearchParams(uri.query);
  const cloud = RESULT_CLOUDS.find((known) => known === query.get('cloud'));
  const stream = STREAMS.find((known) => known === query.get('stream'));
  const tenantId = query.get('tenant');
  const actionId = query.get('action');
  const index = query.get('index');
  if (cloud === undefined || stream === undefined || !isGuid(tenantId) || !isGuid(actionId)) return undefined;
  if (index === null || !/^(?:0|[1-9]\d{0,5})$/u.test(index)) return undefined;
  const address: ResultAddress = {
    ...{ cloud, tenantId, actionId, commandIndex: Number(index), stream },
    ...readView(query.get('view')),
    ...readPart(query.get('part')),
  };
  // One form for one thing: what could be written otherwise, or was not understood, is none of ours.
  return buildQuery(address) === uri.query ? address : undefined;
}

/**
 * Where a result stands that was opened from a file. It is known by its bytes alone, so the SHA-256 makes both ids: the
 * same file is the same result on every machine, and no tenant's.
 *
 * @param sha256 - of the file: 64 hex digits
 */
export function fileRef(sha256: string): ResultRef {
  return { cloud: 'file', tenantId: toGuid(sha256.slice(0, 32)), actionId: toGuid(sha256.slice(32)), commandIndex: 0 };
}

function toGuid(hex: string): string {
  return hex.toLowerCase().replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/u, '$1-$2-$3-$4-$5');
}

/** What is left of an address when it names a result and nothing of it. */
export function refOf({ cloud, tenantId, actionId, commandIndex }: ResultRef): ResultRef {
  return { cloud, tenantId, actionId, commandIndex };
}

/** The address of the text that a part belongs to: lines are counted, and cited, in the whole. */
export function wholeAddress({ stream, view, ...ref }: ResultAddress): ResultAddress {
  return { ...refOf(ref), stream, ...(view === undefined ? {} : { view }) };
}

function readView(word: string | null): Pick<ResultAddress, 'view'> {
  const view = parseTextView(word);
  return view === undefined ? {} : { view };
}

function readPart(word: string | null): Pick<ResultAddress, 'part'> {
  if (word === 'whole') return { part: 'whole' };
  const parts = /^L([1-9]\d{0,9})(?:C([1-9]\d{0,9}))?$/u.exec(word ?? '');
  if (parts === null) return {};
  const part = { line: Number(parts[1]), column: Number(parts[2] ?? 1) };
  // The beginning is named by no part at all.
  return part.line === 1 && part.column === 1 ? {} : { part };
}

function partWord(part: NonNullable<ResultAddress['part']>): string {
  if (part === 'whole') return part;
  return part.column === 1 ? `L${part.line}` : `L${part.line}C${part.column}`;
}

/** A key for maps and databases. */
export function resultKey(ref: ResultRef): string {
  return `${tenantKey(ref)}|${ref.actionId}|${ref.commandIndex.toString()}`;
}

/** The key of a tenant in its cloud. */
export function tenantKey(ref: Pick<ResultRef, 'cloud' | 'tenantId'>): string {
  return `${ref.cloud}|${ref.tenantId}`;
}

/** Whether a value is a GUID in the lower-case form that the service and our addresses use. */
export function isGuid(value: unknown): value is string {
  return typeof value === 'string' && /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/u.test(value);
}

/** `2026-11-23T21:04:41.1234567Z` → `2026-11-23T2104Z`. A text of another form stays as it is. */
function minuteOf(time: string): string {
  const parts = /^(\d{4}-\d\d-\d\d)T(\d\d):(\d\d)/u.exec(time);
  return parts === null ? time : `${parts[1] ?? ''}T${parts[2] ?? ''}${parts[3] ?? ''}Z`;
}

/**
 * Names come from devices and scripts, so from an attacker: they cannot become path segments, climb out of one,
 * or turn a tab's title around with a bidirectional override.
 */
function toPathPart(text: string): string {
  const safe = text
    .replaceAll('/', '\u2215')
    // A path that begins like a drive is put into lower case by the URI's own formatting.
    .replaceAll(':', '\ua789')
    .replaceAll('\\', '\u29f5')
    .replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, '\ufffd');
  if (safe === '') return '–';
  return /^\.+$/u.test(safe) ? safe.replaceAll('.', '\u2024') : safe;
}
