import { splitCodeSpans } from '../evidence/blocks/codeSpans.ts';
import { readBlocks } from '../evidence/blocks/noteBlocks.ts';

/** Size and hash of a file, as a note states them. */
export interface StatedFile {
  readonly size: number;
  /** SHA-256 in lower-case hex. */
  readonly sha256: string;
}

/** A file that a note names by size and hash: a collected file, or an investigation package. */
export interface SavedFileNote {
  readonly kind: 'file' | 'package';
  /** Line in the note, from 0. */
  readonly line: number;
  /** Device and, for a collected file, its path there, as the note states them. Remote text. */
  readonly names: readonly string[];
  /** The file as it was saved. Undefined if the line is not exactly as we write it: then nothing is read from it. */
  readonly saved: StatedFile | undefined;
  /** The collected file inside the gzip file that was saved; undefined if the line names none. */
  readonly inside: StatedFile | undefined;
}

/** Begins a line about a saved file; see statusNote.ts, which writes it. */
const LABEL = /^(?:Collected file|Investigation package):/u;
/** Stands for a code span. The text of a note cannot contain it, see {@link withoutNul}. */
const CODE = String.raw`\0`;
const NAME = `(${CODE}|–)`;
const SHA = String.raw` · SHA-256 (${CODE})`;
const HASHED = String.raw`(\d{1,15}) bytes${SHA}`;
const ENDS = ` · created ${NAME} · action ${CODE}(?: |$)`;
/** The complete forms. Only names and hashes are in code, so a device cannot write any other part. */
const FORMS = {
  file: new RegExp(`^Collected file: ${NAME} · ${NAME}(?: · ${HASHED} · stored as gzip)? · ${HASHED}${ENDS}`, 'u'),
  package: new RegExp(
    String.raw`^Investigation package: ${NAME} · (\d{1,15}) bytes(?: · not a ZIP archive)?${SHA}${ENDS}`,
    'u',
  ),
} as const;
const HASH = /^[\da-f]{64}$/iu;

/** Finds the lines about saved files in a note. An editor or a formatter may have wrapped them. */
export function findSavedFiles(markdown: string): SavedFileNote[] {
  return readBlocks(withoutNul(markdown)).flatMap((block): SavedFileNote[] => {
    if (block.kind !== 'paragraph') return [];
    // Without the marks of a list, several lines are one paragraph.
    const lines = block.text.split(/\n(?=Collected file:|Investigation package:)/u);
    let line = block.line;
    return lines.flatMap((text): SavedFileNote[] => {
      const at = line;
      line += text.split('\n').length;
      return LABEL.test(text) ? [readLine(text, at)] : [];
    });
  });
}

function readLine(text: string, line: number): SavedFileNote {
  const kind = text.startsWith('Collected') ? 'file' : 'package';
  const pieces = splitCodeSpans(text);
  const code = pieces.flatMap((piece) => (piece.kind === 'code' ? [piece.value] : []));
  const form = pieces
    .map((piece) => (piece.kind === 'code' ? '\0' : piece.value))
    .join('')
    .replaceAll(/\s+/gu, ' ');
  const found = FORMS[kind].exec(form);
  // The groups in the order of the line. Each code span is the next one of the line.
  let used = 0;
  const groups = (found ?? [])
    .slice(1)
    .map((group: string | undefined) => (group === '\0' ? (code[used++] ?? '') : group));
  const namesEnd = kind === 'file' ? 2 : 1;
  const stated = (at: number): StatedFile | undefined => {
    const [size, sha256] = [Number(groups[at] ?? 0), groups[at + 1] ?? ''];
    // All empty files have the same hash, so that it names none of them.
    return size > 0 && HASH.test(sha256) ? { size, sha256: sha256.toLowerCase() } : undefined;
  };
  const hasInside = kind === 'file' && groups[namesEnd] !== undefined;
  const saved = stated(kind === 'file' ? namesEnd + 2 : namesEnd);
  const inside = hasInside ? stated(namesEnd) : undefined;
  const isWhole = saved !== undefined && (!hasInside || inside !== undefined);
  const names = groups.slice(0, namesEnd).flatMap((name) => name ?? []);
  return { kind, line, names, saved: isWhole ? saved : undefined, inside: isWhole ? inside : undefined };
}

function withoutNul(text: string): string {
  return text.replaceAll('\0', '\ufffd');
}
