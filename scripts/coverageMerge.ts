import { readdir, readFile } from 'node:fs/promises';
import { stripTypeScriptTypes } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** One block of V8 with its count: https://chromedevtools.github.io/devtools-protocol/tot/Profiler/#type-CoverageRange */
interface BlockRange {
  readonly startOffset: number;
  readonly endOffset: number;
  readonly count: number;
}

/** The part of V8's own report of a process or a thread that is read here. */
interface ProcessReport {
  readonly result: readonly {
    readonly url: string;
    readonly functions: readonly { readonly ranges: readonly BlockRange[] }[];
  }[];
}

/** Branches of a file, after all processes. */
export interface FileBranches {
  readonly file: string;
  readonly all: number;
  /** Branches that no process took: line, from 1, and the text from there to the end of the line. */
  readonly left: readonly { readonly line: number; readonly text: string }[];
}

/** State of a file: code that ran in any process, and where any process saw a block begin. */
interface FileState {
  readonly file: string;
  readonly source: string;
  /** The same text with spaces for its types, as it runs. */
  readonly code: string;
  readonly taken: Uint8Array;
  readonly starts: Set<number>;
}

/** Blocks of brackets and ends of statements only: V8 counts them, and nothing in them can run. */
const NOTHING_TO_RUN = /^[\s{}()[\];,]*$/u;

/**
 * Merges V8's reports of many processes and threads. A place was taken if any of them took it. A branch is a place where
 * one of them saw a block begin whose count is not that of the code around it, so the parts of a block that another
 * process saw whole are counted on their own.
 */
export class CoverageMerge {
  readonly #root: string;
  readonly #folders: readonly string[];
  readonly #files = new Map<string, FileState>();

  /** @param folders folders of files that are measured, from the root */
  constructor(root: string, folders: readonly string[]) {
    this.#root = root;
    this.#folders = folders;
  }

  /** Adds every report of a folder, and returns how many there were. */
  async add(folder: string): Promise<number> {
    const names = (await readdir(folder)).filter((name) => name.endsWith('.json'));
    let read = 0;
    for (const name of names) {
      let report: ProcessReport;
      try {
        report = JSON.parse(await readFile(path.join(folder, name), 'utf8')) as ProcessReport;
      } catch {
        // A process that was killed while it wrote.
        continue;
      }
      read++;
      for (const { url, functions } of report.result) await this.#addScript(url, functions);
    }
    return read;
  }

  /** Returns the files that were seen, by name. */
  branches(): FileBranches[] {
    return [...this.#files.values()].map(countBranches).sort((one, other) => (one.file < other.file ? -1 : 1));
  }

  async #addScript(url: string, functions: ProcessReport['result'][number]['functions']): Promise<void> {
    if (!url.startsWith('file:') || !url.endsWith('.ts')) return;
    const file = path.relative(this.#root, fileURLToPath(url)).replaceAll('\\', '/');
    if (!this.#folders.some((folder) => file.startsWith(`${folder}/`))) return;
    const state = this.#files.get(file) ?? (await this.#open(file));
    const ranges = functions
      .flatMap((one) => one.ranges)
      .sort((one, other) => one.startOffset - other.startOffset || other.endOffset - one.endOffset);
    const ran = new Uint8Array(state.taken.length);
    // Inner blocks come after those around them, so the innermost block decides.
    for (const { startOffset, endOffset, count } of ranges) {
      ran.fill(count > 0 ? 1 : 0, startOffset, endOffset);
      state.starts.add(startOffset);
    }
    for (const [at, one] of ran.entries()) if (one === 1) state.taken[at] = 1;
  }

  async #open(file: string): Promise<FileState> {
    const source = await readFile(path.join(this.#root, file), 'utf8');
    const state: FileState = {
      file,
      source,
      code: stripTypeScriptTypes(source),
      taken: new Uint8Array(source.length),
      starts: new Set(),
    };
    this.#files.set(file, state);
    return state;
  }
}

function countBranches({ file, source, code, taken, starts }: FileState): FileBranches {
  const sorted = [...starts].sort((one, other) => one - other);
  let all = 0;
  const left: { line: number; text: string }[] = [];
  for (const [at, start] of sorted.entries()) {
    const end = endOfBranch(taken, start, sorted[at + 1] ?? source.length);
    const block = withoutComments(code.slice(start, end));
    if (NOTHING_TO_RUN.test(block)) continue;
    all++;
    if (taken[start] === 1) continue;
    const first = start + (/[^\s{}()[\];,:?]/u.exec(code.slice(start, end))?.index ?? 0);
    left.push({
      line: source.slice(0, first).split('\n').length,
      text: (source.slice(first).split('\n', 1)[0] ?? '').trim(),
    });
  }
  return { file, all, left };
}

/** Returns where code ends that was taken, or was not taken, as its start was. */
function endOfBranch(taken: Uint8Array, start: number, next: number): number {
  let end = start;
  while (end < next && taken[end] === taken[start]) end++;
  return end;
}

function withoutComments(code: string): string {
  return code.replaceAll(/\/\*[\s\S]*?\*\/|\/\/[^\n]*/gu, '');
}
