import type { Uri } from 'vscode';
import type { RecordedResult } from '../case/record/recordLine.ts';
import type { Evidence } from '../evidence/blocks/evidenceBlock.ts';

/** Parts of a quotation that a record names. More are named by the first and the last of them. */
const MOST_PARTS = 50;

/** Returns what a record says of quoted results: which lines, and never the lines themselves. */
export function toQuoted(evidence: readonly Evidence[]): RecordedResult[] {
  return evidence.map(({ source, quotation }) => {
    const { cloud, tenantId, actionId, commandIndex, stream } = source.address;
    const parts = quotation.spans.map(({ firstLine, lastLine }) => [firstLine, lastLine] as const);
    const [first, last] = [parts[0], parts.at(-1)];
    const isLong = parts.length > MOST_PARTS && first !== undefined && last !== undefined;
    const lines = isLong ? ([[first[0], last[1]]] as const) : parts;
    const { connection, file } = source;
    return { connection, cloud, tenantId, actionId, commandIndex, stream, sha256: file.sha256, lines };
  });
}

/** Returns the path of a note on this machine; null for a note elsewhere, which is recorded without a name. */
export function pathOfNote(uri: Uri): string | null {
  return uri.scheme === 'file' ? uri.fsPath : null;
}
