import { plainName } from './packHosts.ts';

/** A file of a case, as a pack holds it. */
interface CasePart {
  /** Path below the pack: see `PackFile`. */
  readonly path: string;
  readonly read: () => Promise<Uint8Array>;
}

/** A note of a case, as a pack holds it. */
export interface PackedNote {
  /** Path below the pack: see `PackFile`. */
  readonly path: string;
  /** Its place in the folder of the case. People chose it. */
  readonly place: string;
  readonly bytes: Uint8Array;
}

/** A case, and what the person chose of it. */
export interface PackedCase {
  readonly name: string;
  readonly number: string;
  /** Head of the record; undefined if the record is not in the pack. */
  readonly head: string | undefined;
  /** The record, its anchors, and the file of the case. */
  readonly files: readonly CasePart[];
  readonly notes: readonly PackedNote[];
}

/** Parts of a case that the person chose. Places are paths in its folder, with `/`. */
interface ChosenParts extends Pick<PackedCase, 'name' | 'number'> {
  readonly record:
    | {
        readonly head: string;
        readonly files: readonly { readonly place: string; readonly read: () => Promise<Uint8Array> }[];
      }
    | undefined;
  readonly notes: readonly Pick<PackedNote, 'place' | 'bytes'>[];
}

/** Returns a case as a pack holds it. The names of notes, which people chose, become plain ones. */
export function packedCase({ name, number, record, notes }: ChosenParts): PackedCase {
  return {
    ...{ name, number, head: record?.head },
    files: (record?.files ?? []).map(({ place, read }) => ({ path: `data/case/${place}`, read })),
    notes: notes.map((note, at) => {
      const file = note.place.slice(note.place.lastIndexOf('/') + 1).replace(/\.[^.]*$/u, '');
      return { ...note, path: `data/notes/${(at + 1).toString().padStart(4, '0')}-${plainName(file, 'note')}.md` };
    }),
  };
}
