import { URI } from 'vscode-uri';
import { RESULT_SCHEME } from './scheme.ts';
import { parseTextView } from './textView.ts';
import type { TextView } from './textView.ts';

/** Part of a result that a document shows. `raw` is the file as the service stored it. */
export type ResultStream = 'output' | 'errors' | 'raw';

const STREAMS: readonly ResultStream[] = ['output', 'errors', 'raw'];

export const CLOUDS = ['commercial', 'gcc', 'gccHigh', 'dod', 'custom'] as const;
/** The clouds that Defender for Endpoint runs in; `custom` is a proxy or a tenant on this machine. */
export type Cloud = (typeof CLOUDS)[number];

/** Origin of a result: a cloud, a file that a person opened, or a hand-over pack. */
export type ResultCloud = Cloud | 'file' | 'pack';
export const RESULT_CLOUDS: readonly ResultCloud[] = [...CLOUDS, 'file', 'pack'];

/** Identifies a machine action. */
export interface ActionRef {
  readonly cloud: ResultCloud;
  /** The tenant's id: a lower-case GUID. */
  readonly tenantId: string;
  /** The machine action's id: a lower-case GUID. */
  readonly actionId: string;
}

/** Identifies one result. Stores and addresses are keyed by it. */
export interface ResultRef extends ActionRef {
  /** The command's own `index`. It can differ from the command's position in the list. */
  readonly commandIndex: number;
}

/** Start of a part within the complete text: line and UTF-16 column, both counted from 1. */
export interface PartStart {
  readonly line: number;
  readonly column: number;
}

export interface ResultAddress extends ResultRef {
  readonly stream: ResultStream;
  /** The view of the text. Undefined for the text as it was received. */
  readonly view?: TextView | undefined;
  /** For a text shown in parts: the start of a part, or `whole` for the complete text. Undefined for the first part. */
  readonly part?: PartStart | 'whole' | undefined;
}

/** Names that a tab shows to the user. Code must not identify a result by them. */
export interface ResultName {
  readonly connection: string;
  readonly device: string;
  readonly script: string;
  /** Time at which the action was created, as the server wrote it. */
  readonly createdAt: string;
}

/**
 * Builds the only valid address of a document:
 * `live-response:/<connection>/<device> · <script> · 2026-11-23T2104Z.lr-output?cloud=…&tenant=…&action=…&index=…&stream=…`.
 * The address ends in `&view=cp850` if the text is not shown as received, and in `&part=L250001` if the document begins
 * later in the text.
 *
 * @param marks - notes on the view or the part, for the tab
 */
export function buildResultUri(address: ResultAddress, name: ResultName, marks: readonly string[] = []): URI {
  // A file that is not a result must not look like an output in a tab or a list.
  const raw = address.stream === 'raw' ? ['RAW, not decoded'] : [];
  const time = minuteOf(name.createdAt);
  // Anyone may have written this file, so its tab must not look like a tenant's result.
  const opened = address.cloud === 'file' ? ['FROM FILE'] : address.cloud === 'pack' ? ['FROM PACK'] : [];
  const times = address.cloud === 'file' && time === '' ? [] : [time];
  const file = [...opened, ...raw, ...marks, name.device, name.script, ...times].map(toPathPart).join(' · ');
  return URI.from({
    scheme: RESULT_SCHEME,
    path: `/${toPathPart(name.connection)}/${file}.lr-${address.stream}`,
    query: buildQuery(address),
  });
}

/** Builds the query, which alone identifies a document. Its keys have a fixed order. No value needs encoding. */
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
 * Parses an address. Reads only the query, because anyone may have written the path.
 *
 * @returns undefined for a query that {@link buildResultUri} could not have written
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
  // This extension writes each address in exactly one way. It did not write a query that differs from that way, or that
  // has an unknown value.
  return buildQuery(address) === uri.query ? address : undefined;
}

/**
 * Returns the identity of a result that was opened from a file. Its bytes alone identify it, so their SHA-256 supplies
 * both ids. The same file is the same result on every machine, and belongs to no tenant.
 *
 * @param sha256 - SHA-256 of the file: 64 hex digits
 */
export function fileRef(sha256: string): ResultRef {
  return { cloud: 'file', tenantId: toGuid(sha256.slice(0, 32)), actionId: toGuid(sha256.slice(32)), commandIndex: 0 };
}

/**
 * Returns the identity of a hand-over pack, which stands for the tenant of its results. The seal alone decides it, so that
 * a pack can never stand for a tenant or for another pack.
 *
 * @param seal - SHA-256 of its `tagmanifest-sha256.txt`: 64 hex digits
 */
export function packTenant(seal: string): Pick<ResultRef, 'tenantId'> & { readonly cloud: 'pack' } {
  return { cloud: 'pack', tenantId: toGuid(seal.slice(0, 32)) };
}

function toGuid(hex: string): string {
  return hex.toLowerCase().replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/u, '$1-$2-$3-$4-$5');
}

/** Returns the reference of the result that an address belongs to. */
export function refOf({ cloud, tenantId, actionId, commandIndex }: ResultRef): ResultRef {
  return { cloud, tenantId, actionId, commandIndex };
}

/** Returns the address of the complete text that a part belongs to. Citations use the line numbers of that text. */
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
  // The address of the first part has no `part`.
  return part.line === 1 && part.column === 1 ? {} : { part };
}

function partWord(part: NonNullable<ResultAddress['part']>): string {
  if (part === 'whole') return part;
  return part.column === 1 ? `L${part.line}` : `L${part.line}C${part.column}`;
}

/** Returns a result's key for maps and databases. */
export function resultKey(ref: ResultRef): string {
  return `${tenantKey(ref)}|${ref.actionId}|${ref.commandIndex.toString()}`;
}

/** Returns the key of a tenant in its cloud. */
export function tenantKey(ref: Pick<ResultRef, 'cloud' | 'tenantId'>): string {
  return `${ref.cloud}|${ref.tenantId}`;
}

/** Largest index of a command that an address can name. */
export const LAST_INDEX = 999_999;

/** Whether an address can name a result. A file that others write can hold any values. */
export function isResultRef({ cloud, tenantId, actionId, commandIndex }: ResultRef): boolean {
  const isIndex = Number.isSafeInteger(commandIndex) && commandIndex >= 0 && commandIndex <= LAST_INDEX;
  return RESULT_CLOUDS.includes(cloud) && isGuid(tenantId) && isGuid(actionId) && isIndex;
}

/** Whether a value is a GUID in lower case, as the service and our addresses write it. */
export function isGuid(value: unknown): value is string {
  return typeof value === 'string' && /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/u.test(value);
}

/** Converts `2026-11-23T21:04:41.1234567Z` to `2026-11-23T2104Z`. Returns a text in another format unchanged. */
function minuteOf(time: string): string {
  const parts = /^(\d{4}-\d\d-\d\d)T(\d\d):(\d\d)/u.exec(time);
  return parts === null ? time : `${parts[1] ?? ''}T${parts[2] ?? ''}${parts[3] ?? ''}Z`;
}

/**
 * Makes a name safe for a path. Names come from devices and scripts, so attackers can choose them. A name must not add
 * path segments, refer to a parent folder, or reverse a tab's title with a bidirectional override.
 */
export function toPathPart(text: string): string {
  const safe = text
    .replaceAll('/', '\u2215')
    // The URI formatter would change the start of a path to lower case if it looks like a drive, e.g. `C:`.
    .replaceAll(':', '\ua789')
    .replaceAll('\\', '\u29f5')
    .replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, '\ufffd');
  if (safe === '') return '–';
  return /^\.+$/u.test(safe) ? safe.replaceAll('.', '\u2024') : safe;
}
