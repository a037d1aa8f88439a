import type { PhrasingContent } from 'mdast';
import { toCell, write } from './evidenceBlock.ts';
import type { Part } from './evidenceParts.ts';
import { makeNameVisible } from '../text/visible.ts';

/** State of a command without a readable result, or of an action without commands. Names and statuses are remote text. */
export interface StatusFacts {
  readonly device: string;
  /** Script or file; of an action without commands its type. */
  readonly script: string;
  readonly actionId: string;
  readonly commandIndex: number;
  readonly actionStatus: string;
  /** Undefined if the action has no commands, e.g. an isolation. */
  readonly commandStatus: string | undefined;
  /** Time at which the action was created, as the server wrote it. */
  readonly createdAt: string;
  /** Messages of the device or the service about the command. */
  readonly deviceErrors: readonly string[];
  /** Time at which the action was last changed, as the server wrote it; undefined if it is unknown. */
  readonly changedAt: string | undefined;
  /** Account or application that began the action, and its comment; undefined where they are not known. */
  readonly requestor?: string | null;
  readonly comment?: string | null;
  /** Whether there is no result. Otherwise there may be one, but it was not fetched. */
  readonly isCertain: boolean;
}

/** Facts about a run for the line above the evidence that was copied from its overview. */
export interface RunFacts {
  readonly script: string;
  readonly args: string;
  readonly comment: string;
  readonly hosts: number;
  /** Hosts with a result that can be read, hosts whose result is not fetched, and all others. */
  readonly results: number;
  readonly toFetch: number;
  readonly without: number;
  /** Largest number of hosts on which a line is rare. */
  readonly most: number;
  /** Names of the rules of the comparison, in the order in which they are applied. */
  readonly ignored: readonly string[];
}

/** Words for the rules of a comparison. Always English, like all text that we write into notes. */
const RULES: Readonly<Record<string, string>> = {
  transcriptLine: 'transcript file name',
  trailingNuls: 'trailing NULs',
  host: 'own host name',
  guids: 'GUIDs',
  times: 'dates and times',
  pids: 'labeled process IDs',
  numbers: 'all numbers',
  own: "an expression of one's own",
};

/**
 * Builds a list of commands without a result, with their states. It has no link and no hash: there is no file that a
 * check could compare with it. Ends with a line end.
 */
export function buildStatusNote(statuses: readonly StatusFacts[]): string {
  return statuses.map((status) => `- ${line(partsOf(status))}\n`).join('');
}

/** Builds the line about the run whose lines follow. Ends with a line end. */
export function buildRunLine({
  script,
  args,
  comment,
  hosts,
  results,
  toFetch,
  without,
  most,
  ignored,
}: RunFacts): string {
  const named = (label: string, text: string): Part[] => (text === '' ? [] : [` · ${label} `, value(text)]);
  return `${line([
    'Run ',
    value(script),
    ...named('arguments', args),
    ...named('comment', comment),
    ` · ${hosts} ${hosts === 1 ? 'host' : 'hosts'}: ${results} ${results === 1 ? 'result' : 'results'}, ${toFetch} not fetched, ${without} without a result to read`,
    ` · rare: on ${most} ${most === 1 ? 'host' : 'hosts or fewer'}`,
    ` · ignored: ${ignored.map((rule) => RULES[rule] ?? rule).join(', ')}`,
  ])}\n`;
}

/** Facts about a file that was collected from a device and saved. Names are remote text. */
export interface CollectedFile {
  readonly device: string;
  readonly path: string;
  readonly actionId: string;
  readonly commandIndex: number;
  /** Time at which the action was created, as the server wrote it. */
  readonly createdAt: string;
  /** The gzip file as the service stored it. */
  readonly packed: { readonly size: number; readonly sha256: string };
  /** The file in it; undefined if it is no gzip, or too large to be hashed. */
  readonly file: { readonly size: number; readonly sha256: string } | undefined;
}

/** Builds a line about a collected file, with the hashes that others can check. Ends with a line end. */
export function buildCollectedNote({ device, path, createdAt, packed, file, ...ids }: CollectedFile): string {
  const inside: Part[] =
    file === undefined ? [] : [` · ${file.size} bytes · SHA-256 `, { value: file.sha256 }, ' · stored as gzip'];
  return `- ${line([
    'Collected file: ',
    value(device),
    ' · ',
    value(path),
    ...inside,
    ` · ${packed.size} bytes · SHA-256 `,
    { value: packed.sha256 },
    ' · created ',
    value(createdAt),
    ' · action ',
    value(`${ids.actionId}#${ids.commandIndex}`),
  ])}\n`;
}

/** Facts about an investigation package that was saved. Names are remote text. */
export interface PackageFacts {
  readonly device: string;
  readonly actionId: string;
  /** Time at which the action was created, as the server wrote it. */
  readonly createdAt: string;
  readonly size: number;
  readonly sha256: string;
  /** Whether the file begins like a ZIP archive. */
  readonly isZip: boolean;
}

/** Builds a line about an investigation package, with the hash that others can check. Ends with a line end. */
export function buildPackageNote({ device, actionId, createdAt, size, sha256, isZip }: PackageFacts): string {
  return `- ${line([
    'Investigation package: ',
    value(device),
    ` · ${size} bytes${isZip ? '' : ' · not a ZIP archive'} · SHA-256 `,
    { value: sha256 },
    ' · created ',
    value(createdAt),
    ' · action ',
    value(actionId),
  ])}\n`;
}

/** Returns the label of a status. An action that has not ended can still get a result. */
function kindOf({ actionStatus, commandStatus, isCertain }: StatusFacts): string {
  if (commandStatus === undefined) return 'Action: ';
  if (actionStatus === 'Pending' || actionStatus === 'InProgress') return 'Not ended: ';
  return isCertain ? 'No result: ' : 'Not fetched: ';
}

function partsOf(status: StatusFacts): Part[] {
  const said = status.deviceErrors.flatMap((error): Part[] => [' · the device said: ', value(error)]);
  return [
    kindOf(status),
    value(status.device),
    ' · ',
    value(status.script),
    ' · action ',
    value(status.actionStatus),
    ...(status.commandStatus === undefined ? [] : [', command ', value(status.commandStatus)]),
    ...said,
    ' · created ',
    value(status.createdAt),
    ...(status.changedAt === undefined ? [] : [' · last changed ', value(status.changedAt)]),
    ...(status.requestor ? [' · by ', value(status.requestor)] : []),
    ...(status.comment ? [' · comment ', value(status.comment)] : []),
    ' · action ',
    value(status.commandStatus === undefined ? status.actionId : `${status.actionId}#${status.commandIndex}`),
  ];
}

function value(text: string): Part {
  const visible = makeNameVisible(text).text;
  return visible === '' ? '–' : { value: visible };
}

function line(parts: readonly Part[]): string {
  const children: PhrasingContent[] = toCell(parts, '');
  return write({ type: 'paragraph', children }).trimEnd();
}
