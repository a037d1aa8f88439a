import { Uri, window } from 'vscode';
import type { Range } from '../../base/places.ts';
import { LiveResponseError } from '../../base/errors.ts';
import { activeAddress } from '../../documents/resultUris.ts';
import type { LineMatch } from '../../documents/showResult.ts';
import { activeStatus } from '../../documents/status/statusUri.ts';
import { isGuid, parseResultUri, refOf, resultKey } from '../../base/resultUri.ts';
import type { ResultAddress, ResultRef, ResultStream } from '../../base/resultUri.ts';
import type { TextView } from '../../base/textView.ts';
import type { Services } from '../../services/services.ts';
import { isTreeNode } from '../../tree/nodes.ts';
import type { TreeNode } from '../../tree/nodes.ts';
import { isHitNode } from '../../tree/searchView.ts';
import type { HitNode } from '../../tree/searchView.ts';
import { lineRange } from '../../notes/readCopied.ts';

/** Services that are needed to find the results that a command works on. */
export type TargetServices = Pick<Services, 'connections' | 'runOverviews' | 'tableTabs' | 'view'>;

/** Result that a command works on. */
export interface Target {
  readonly ref: ResultRef;
  /**
   * Name of the text to work on, such as `output`. Given by a script's argument, a link or the active document.
   * Undefined if none of them names a text.
   */
  readonly stream: ResultStream | undefined;
  /** Line to go to, from 1. */
  readonly line: number | undefined;
  /** Whether to show errors as received, even if a view makes them readable. */
  readonly asReceived?: boolean | undefined;
  /** Match to select on the line: column from 1, and length, in UTF-16 units. */
  readonly match?: LineMatch | undefined;
  /** View of the text, from the active document or from a link. The default is the text as received. */
  readonly view?: TextView | undefined;
  /** Ranges to quote, if a page or a list names them. The default is the selection in the active document. */
  readonly quotes?: readonly Range[] | undefined;
  /** Part of the text to show. */
  readonly part?: ResultAddress['part'];
}

/** Returns the address of the target's text. If the target names no text, returns the address of its output. */
export function addressOf({ ref, stream, view }: Target): ResultAddress {
  return { ...refOf(ref), stream: stream ?? 'output', ...(view === undefined ? {} : { view }) };
}

/**
 * Finds the results that a command works on. Its arguments can be tree rows, a document's address, or the object that
 * scripts and other extensions pass. Without an argument, the active document is used, or else the selected rows.
 *
 * @returns an empty list when there is nothing to work on
 * @throws LiveResponseError `badArgument` with the name of the field
 */
export function findTargets(services: TargetServices, args: readonly unknown[]): Target[] {
  const [given, selected] = args;
  // VS Code passes the place of a click in a webview. The selected rows of the table are meant.
  const first = isWebviewContext(given) ? undefined : given;
  if (isHitNode(first)) return targetsOfHit(first);
  if (isTreeNode(first)) {
    const rows: readonly TreeNode[] = Array.isArray(selected) ? selected.filter(isTreeNode) : [];
    return targetsOfRows(services, rows.length > 0 ? rows : [first]);
  }
  if (first instanceof Uri) {
    const address = parseResultUri(first);
    return address === undefined ? [] : [toTarget(address)];
  }
  if (typeof first === 'object' && first !== null) return [readTarget(services, first)];
  const rows = targetsOfTable(services);
  if (rows !== undefined) return rows;
  const active = activeAddress();
  if (active !== undefined) return [toTarget(active)];
  const about = activeStatus();
  if (about !== undefined) return [{ ref: about, stream: undefined, line: undefined }];
  return targetsOfOverview(services) ?? targetsOfRows(services, services.view.selection);
}

function isWebviewContext(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'webview' in value;
}

/** Returns the hit, or all listed hits of a result. */
function targetsOfHit({ result, hit }: HitNode): Target[] {
  const hits = hit === undefined ? result.hits : [hit];
  return hits.map(({ stream, line }) => ({ ref: result.ref, stream, line, quotes: [lineRange(line)] }));
}

/**
 * Returns the results of the lines that are selected in the overview of a run; an empty list if their hosts have no
 * result, so that no other host's result takes their place. Returns undefined if the lines are about no host.
 */
function targetsOfOverview({ runOverviews }: TargetServices): Target[] | undefined {
  const editor = window.activeTextEditor;
  const sources = editor === undefined ? [] : runOverviews.sourcesOf(editor.document, editor.selections);
  if (sources.length === 0) return undefined;
  return sources
    .filter(({ isStatus }) => !isStatus)
    .map(({ ref, stream, line }) => ({
      ref,
      stream,
      line,
      ...(line === undefined ? {} : { quotes: [lineRange(line)] }),
    }));
}

/** Returns the results of the rows that are selected in the active table, each with its lines. */
function targetsOfTable({ tableTabs }: Pick<Services, 'tableTabs'>): Target[] | undefined {
  const selected = tableTabs.selection;
  // Without a selected row, the table of a result stands for the result. A run's table stands for no single host.
  if (selected === undefined || (selected.length === 0 && activeAddress() !== undefined)) return undefined;
  const byResult = new Map<string, { readonly ref: ResultRef; readonly quotes: Range[]; readonly line: number }>();
  for (const { ref, firstLine, lastLine } of selected) {
    const known = byResult.get(resultKey(ref)) ?? { ref, quotes: [], line: firstLine };
    known.quotes.push(lineRange(firstLine, lastLine));
    byResult.set(resultKey(ref), known);
  }
  return [...byResult.values()].map(({ ref, quotes, line }) => ({ ref, stream: 'output', line, quotes }));
}

function targetsOfRows(services: Pick<Services, 'view'>, rows: readonly TreeNode[]): Target[] {
  return rows
    .flatMap((row) => services.view.tree.refsOf(row))
    .map((ref) => ({ ref, stream: undefined, line: undefined }));
}

function toTarget(address: NonNullable<ReturnType<typeof parseResultUri>>): Target {
  const { stream, view, part } = address;
  return { ref: refOf(address), stream, line: undefined, view, part };
}

/** Reads `{tenant, actionId, commandIndex, stream, line}`. `tenant` and `actionId` are required. */
function readTarget(services: Pick<Services, 'connections'>, value: object): Target {
  const fields = new Map<string, unknown>(Object.entries(value));
  const wrong = (path: string): LiveResponseError => new LiveResponseError('badArgument', { path });
  const tenantId = lowerCase(fields.get('tenant'));
  const actionId = lowerCase(fields.get('actionId'));
  const commandIndex = fields.get('commandIndex') ?? 0;
  const stream = fields.get('stream');
  const line = fields.get('line');
  if (!isGuid(tenantId)) throw wrong('tenant');
  if (!isGuid(actionId)) throw wrong('actionId');
  if (typeof commandIndex !== 'number' || !Number.isInteger(commandIndex) || commandIndex < 0)
    throw wrong('commandIndex');
  if (stream !== undefined && stream !== 'output' && stream !== 'errors' && stream !== 'raw') throw wrong('stream');
  if (line !== undefined && (typeof line !== 'number' || !Number.isInteger(line) || line < 1)) throw wrong('line');
  const connections = [services.connections.active, ...services.connections.all];
  const connection = connections.find((one) => one?.tenantId === tenantId);
  if (connection === undefined) throw new LiveResponseError('noConnection');
  return { ref: { cloud: connection.cloud, tenantId, actionId, commandIndex }, stream, line };
}

function lowerCase(value: unknown): unknown {
  return typeof value === 'string' ? value.toLowerCase() : value;
}
