import type { PhrasingContent } from 'mdast';
import type { AuditRecord } from './auditRecords.ts';
import { makeNameVisible, makeVisible } from '../text/visible.ts';
import { toCell, write } from '../blocks/evidenceBlock.ts';
import type { Part } from '../blocks/evidenceParts.ts';
import { fewestNeeded } from '../blocks/fenceLength.ts';

/** Names of kinds. Always English, like all text that we write into notes. */
const KINDS: Readonly<Record<AuditRecord['kind'], string>> = {
  console: 'console session',
  api: 'API session',
  file: 'file collected',
  other: 'record',
};

/**
 * Builds a note about a record of the audit trail: a line with its source and hash, and the record as received. The hash
 * is that of the text between the fences, so that others can check it. Ends with a line end.
 *
 * @param source - name of the file that the record was read from
 * @param actionId - the action that the record probably belongs to
 */
export function buildAuditNote(record: AuditRecord, source: string, actionId: string | undefined): string {
  const named = (label: string, text: string): Part[] => (text === '' ? [] : [` · ${label} `, value(text)]);
  const fence = '`'.repeat(Math.max(3, fewestNeeded(record.raw, '`')));
  const children: PhrasingContent[] = toCell(
    [
      `Audit record: ${KINDS[record.kind]}`,
      ...named('by', record.who),
      ...named('on', record.device || record.deviceId),
      ...named('at', record.timestamp),
      ...named('file', record.fileName),
      ...named('SHA-256 of the file', record.fileSha256),
      ...(actionId === undefined ? [] : named('probably action', actionId)),
      ...named('from', source),
      `, row ${record.place} · SHA-256 of the record `,
      { value: record.sha256 },
    ],
    '',
  );
  const line = write({ type: 'paragraph', children }).trimEnd();
  const { text, count } = makeVisible(record.raw);
  const kind = record.raw.startsWith('{') ? 'json' : 'csv';
  const marked =
    count === 0
      ? ''
      : `\n\n${count} hidden characters are shown as \\u…: the hash is that of the record without these marks.`;
  return `${line}${marked}\n\n${fence}${kind}\n${text}\n${fence}\n`;
}

function value(text: string): Part {
  return { value: makeNameVisible(text).text };
}
