import type { Options } from 'prettier';

/** An edit by a user or a program that does not change the quoted text of a note. */
export interface NoteEdit {
  readonly name: string;
  readonly apply: (note: string) => string;
}

const SOURCE = /^([> ]*)([*_]*)Source:([*_]*) \[output /mu;
const FENCE = /^([> ]*(?:- |\d\. )?)(`{3,}|~{3,})(?!.*`)[a-z]*$/gmu;
const LINK = /\((live-response:[^)]*)\)/gu;

/** Inserts a text, on lines of its own, before the source line. */
function between(text: string): (note: string) => string {
  return (note) => note.replace(SOURCE, (line, marks: string) => `${marks}${text}\n${marks.trimEnd()}\n${line}`);
}

function renameFences(info: string): (note: string) => string {
  return (note) => {
    let opens = false;
    return note.replace(FENCE, (_line, marks: string, fence: string) => {
      opens = !opens;
      return marks + fence + (opens ? info : '');
    });
  };
}

function prefixLines(first: string, rest: string): (note: string) => string {
  return (note) =>
    note
      .trimEnd()
      .split('\n')
      .map((line, at) => (at === 0 ? first : rest) + line)
      .join('\n') + '\n';
}

/** Breaks the source line at every blank, as a narrow column does. */
function wrapSource(note: string): string {
  return note.replace(/^([> ]*)([*_]*Source:[*_]* \[output .*)$/mu, (_line, marks: string, text: string) =>
    // Code and the link keep their blanks.
    text.replaceAll(/(?<=·|SHA-256|Source:|lines) /gu, `\n${marks}`).replace(/^/u, marks),
  );
}

/** Edits around a quotation. No edit changes a quoted character. */
export const AROUND: readonly NoteEdit[] = [
  { name: 'the language console', apply: renameFences('console') },
  { name: 'the language powershell', apply: renameFences('powershell') },
  { name: 'no language', apply: renameFences('') },
  {
    name: 'a remark before Source',
    apply: (note) => note.replace(/Source: \[output /u, 'Seen by Anna. Source: [output '),
  },
  { name: 'a word before Source', apply: (note) => note.replace(/Source: \[output /u, 'Evidence Source: [output ') },
  { name: 'Source in bold', apply: (note) => note.replace(/^([> ]*)Source: \[output /mu, '$1**Source:** [output ') },
  { name: 'Source in italics', apply: (note) => note.replace(/^([> ]*)Source: \[output /mu, '$1_Source:_ [output ') },
  { name: 'Source translated', apply: (note) => note.replace(/Source: \[output /u, 'Kaynak: [output ') },
  { name: 'no Source', apply: (note) => note.replace(/Source: \[output /u, '[output ') },
  {
    name: 'Source as a list item',
    apply: (note) => note.replace(/^([> ]*)Source: \[output /mu, '$1- Source: [output '),
  },
  { name: 'Source wrapped', apply: wrapSource },
  { name: 'a heading between', apply: between('## Found') },
  { name: 'a comment between', apply: between('<!-- prettier-ignore -->') },
  { name: 'a remark between', apply: between('We saw this at 3 a.m.') },
  { name: 'empty lines', apply: (note) => note.replace(/^([> ]*)(\**`?)(?=Source: \[output )/mu, '$1\n$1\n$1$2') },
  { name: 'a dash of another kind', apply: (note) => note.replace(/SHA-256 `/u, 'SHA\u2011256 `') },
  { name: 'emphasis of the hash', apply: (note) => note.replace(/SHA-256 (`[\da-f]*`)/u, '**SHA-256:** $1') },
  { name: 'escaped marks', apply: (note) => note.replace(LINK, (link) => link.replaceAll('&', '\\&')) },
  { name: 'entities', apply: (note) => note.replace(LINK, (link) => link.replaceAll('&', '&amp;')) },
  { name: 'angle brackets', apply: (note) => note.replace(LINK, '(<$1>)') },
  { name: 'a block quote', apply: prefixLines('> ', '> ') },
  { name: 'a block quote without blanks', apply: prefixLines('>', '>') },
  { name: 'a list', apply: prefixLines('- ', '  ') },
  { name: 'a numbered list', apply: prefixLines('1. ', '   ') },
  { name: 'indentation', apply: prefixLines('  ', '  ') },
  { name: 'a line of blanks', apply: (note) => note.replaceAll('\n\n', '\n \n') },
  { name: 'cells aligned', apply: (note) => note.replace(/^\|(?: -+ \|)+$/mu, (row) => row.replaceAll('-', ':---')) },
];

/** Edits that change only the blanks of a quotation. */
export const BLANKS: readonly NoteEdit[] = [
  { name: 'line ends', apply: (note) => note.replaceAll(/\r?\n/gu, '\r\n') },
  { name: 'blanks at line ends taken away', apply: (note) => note.replaceAll(/[ \t]+(?=\r?\n)/gu, '') },
  { name: 'tabs made blanks', apply: (note) => note.split('\n').map(expand).join('\n') },
];

function expand(line: string): string {
  let shown = '';
  for (const letter of line) shown += letter === '\t' ? ' '.repeat(4 - (shown.length % 4)) : letter;
  return shown;
}

/** Prettier's options for writing Markdown. */
export const PRETTIER_OPTIONS: readonly Options[] = (['always', 'never', 'preserve'] as const).flatMap((proseWrap) =>
  [2, 4, 8].flatMap((tabWidth) =>
    [40, 80, 120].flatMap((printWidth) =>
      (['auto', 'off'] as const).map((embeddedLanguageFormatting): Options => ({
        ...{ parser: 'markdown', proseWrap, tabWidth, printWidth, embeddedLanguageFormatting },
      })),
    ),
  ),
);
