import { Uri } from 'vscode';
import type { Memento } from 'vscode';

/** Place in a note at which evidence is appended in this workspace. */
export interface NotesPlace {
  readonly uri: Uri;
  /**
   * Heading, with its marks, e.g. `## Findings`. Evidence is appended to its section. Undefined for the end of the
   * note.
   */
  readonly heading: string | undefined;
}

const KEY = 'liveResponse.notesFile';

/** The notes file that the user chose for this workspace. */
export class PinnedNotes {
  readonly #memento: Memento;

  constructor(memento: Memento) {
    this.#memento = memento;
  }

  get(): NotesPlace | undefined {
    const kept = this.#memento.get<{ readonly uri?: unknown; readonly heading?: unknown }>(KEY);
    if (typeof kept?.uri !== 'string') return undefined;
    return { uri: Uri.parse(kept.uri, true), heading: typeof kept.heading === 'string' ? kept.heading : undefined };
  }

  async set({ uri, heading }: NotesPlace): Promise<void> {
    await this.#memento.update(KEY, { uri: uri.toString(), heading });
  }
}
