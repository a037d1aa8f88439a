import type { ResultRef } from '../../base/resultUri.ts';
import { MAX_ALL, MAX_FILES, MAX_LINES, readLines } from './markFiles.ts';
import { toMarkBytes, writerOfMarks } from './markLine.ts';
import type { MarkLine } from './markLine.ts';
import { mergeMarks } from './mergeMarks.ts';
import type { MergedMarks } from './mergeMarks.ts';

/** Marks that came with a hand-over pack. */
export interface PackMarks {
  /** Lines by writer, as they stand in the pack. */
  readonly files: ReadonlyMap<string, readonly MarkLine[]>;
  /** The same, merged, and about the results of the pack's connection. */
  readonly results: MergedMarks['results'];
}

/** Reads the marks of a pack, file by file. Anyone can have written them, so only what a pack is written with is read. */
export class PackMarkReader {
  readonly #files = new Map<string, readonly MarkLine[]>();
  #bytes = 0;
  #lines = 0;

  /**
   * Reads a file.
   *
   * @param name - name of the file below `data/marks/`
   * @returns the results that its lines are about; undefined if it is not a file that a pack is written with
   */
  async read(name: string, bytes: Buffer): Promise<readonly ResultRef[] | undefined> {
    const writer = writerOfMarks(name);
    this.#bytes += bytes.length;
    if (writer === undefined || this.#bytes > MAX_ALL || this.#files.size >= MAX_FILES) return undefined;
    const lines = (await readLines(bytes, writer, Infinity))?.lines ?? [];
    this.#lines += lines.length;
    if (lines.length === 0 || this.#lines > MAX_LINES) return undefined;
    // A line that is no mark, a key that no mark has, and an empty line are in the bytes, and not in the lines.
    if (!Buffer.concat(lines.map(toMarkBytes)).equals(bytes)) return undefined;
    this.#files.set(writer, lines);
    return lines.map(({ on }) => on);
  }

  /**
   * Returns the marks of all files.
   *
   * @param tenant - identity of the pack. Whatever tenant a line names, it is about a result of the pack
   */
  marksOf({ cloud, tenantId }: Pick<ResultRef, 'cloud' | 'tenantId'>): PackMarks {
    const own = [...this.#files.values()].flat().map((line) => inPack(line, { cloud, tenantId }));
    return { files: this.#files, results: mergeMarks(own).results };
  }
}

function inPack(line: MarkLine, tenant: Pick<ResultRef, 'cloud' | 'tenantId'>): MarkLine {
  return line.what === 'remark'
    ? { ...line, on: { ...line.on, ...tenant } }
    : { ...line, on: { ...line.on, ...tenant } };
}
