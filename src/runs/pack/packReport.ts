import { wordsOfMember } from '../../model/run.ts';
import type { Run } from '../../model/run.ts';
import { makeNameVisible, makeVisible } from '../../evidence/text/visible.ts';
import type { PackedNote } from './packedCase.ts';
import type { PackHost } from './packHosts.ts';

/*
 * Texts of a pack are English, like all text that others read without this extension.
 */

/** Warning that stands at the head of everything in a pack that a person reads. */
export const LABEL = 'INTERNAL · MALICIOUS CONTENT POSSIBLE';

/** Returns the page with all hosts and notes of a pack. It has no script, fetches nothing, and shows hidden characters. */
export function toReport(
  { words }: Pick<Run, 'words'>,
  hosts: readonly PackHost[],
  notes: readonly PackedNote[],
): string {
  const rows = hosts.map(({ row, number, why, file }) => {
    const { member, facts, state } = row;
    const cells = [
      number.toString(),
      member.device,
      facts === undefined ? state : `exit ${facts.transcript?.exitCode?.toString() ?? 'unknown'}`,
      facts?.transcript?.errorLines.toString() ?? '',
      why,
      file ?? '',
      facts?.sha256 ?? '',
    ];
    return `<tr>${cells.map((cell) => `<td>${html(cell)}</td>`).join('')}</tr>`;
  });
  const heads = ['#', 'Device', 'State', 'Error lines', 'Why there is no result', 'File', 'SHA-256 of the result'];
  const results = hosts.filter(({ file }) => file !== undefined).length;
  return [
    '<!doctype html>',
    '<html lang="en"><head><meta charset="utf-8">',
    `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">`,
    `<title>${html(`Live response: ${words.script}`)}</title>`,
    '<style>body{font:14px sans-serif;margin:2em}table{border-collapse:collapse}',
    'td,th{border:1px solid #888;padding:2px 6px;text-align:left;vertical-align:top;word-break:break-all}',
    'pre{white-space:pre-wrap;overflow-wrap:anywhere}</style>',
    '</head><body>',
    `<p><strong>${LABEL}</strong></p>`,
    `<h1>${html(words.script)}</h1>`,
    `<p>Arguments: ${html(common(hosts, words, 'args'))}<br>Comment: ${html(common(hosts, words, 'comment'))}</p>`,
    `<p>${hosts.length.toString()} hosts, ${results.toString()} results. The files are the evidence; this page is a view of them.</p>`,
    `<table><thead><tr>${heads.map((head) => `<th scope="col">${head}</th>`).join('')}</tr></thead><tbody>`,
    ...rows,
    '</tbody></table>',
    ...shownNotes(notes),
    '</body></html>',
    '',
  ].join('\n');
}

/** Bytes of all notes that the page shows. A browser shows more only slowly, and the files have all. */
const SHOWN_NOTES = 1024 * 1024;

function shownNotes(notes: readonly PackedNote[]): string[] {
  const decoder = new TextDecoder();
  let left = SHOWN_NOTES;
  return notes.map(({ place, path, bytes }) => {
    const shown = bytes.subarray(0, left);
    left -= shown.length;
    const file = shown.length < bytes.length ? `${path}, which holds more than is shown here` : path;
    return `<h2>${html(place)}</h2><p>${html(file)}</p><pre>${escaped(makeVisible(decoder.decode(shown)).text)}</pre>`;
  });
}

const MARKS: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/** Writes a text of a device or tenant so that a browser shows it and does nothing else. */
function html(value: string): string {
  return escaped(makeNameVisible(value).text);
}

function escaped(text: string): string {
  return text.replaceAll(/[&<>"']/gu, (mark) => MARKS[mark] ?? '');
}

/** Returns what all commands have in common; otherwise where it stands. */
function common(hosts: readonly PackHost[], words: Run['words'], key: 'args' | 'comment'): string {
  const own = new Set(hosts.map(({ row }) => wordsOfMember({ words }, row.member)[key]));
  const [only = words[key]] = own;
  return own.size > 1 ? 'several, see index.csv' : only || 'none';
}
