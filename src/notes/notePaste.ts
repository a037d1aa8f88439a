import { DocumentDropOrPasteEditKind, DocumentPasteEdit, l10n, Range } from 'vscode';
import type { DataTransfer, TextDocument, Uri } from 'vscode';
import type { ActiveCase } from '../case/activeCase.ts';
import type { ResultRef } from '../base/resultUri.ts';
import type { RunFacts, StatusFacts } from '../evidence/blocks/statusNote.ts';
import type { Evidence } from '../evidence/blocks/evidenceBlock.ts';
import { hashText } from '../base/hashText.ts';
import type { Quotation } from '../evidence/text/quotation.ts';
import { pasteAs } from '../platform/config.ts';
import type { NoteForm, PasteAs } from '../platform/config.ts';
import type { Log } from '../platform/log.ts';
import { setContextKey } from '../platform/contextKeys.ts';
import type { ResultStore } from '../results/resultStore.ts';
import type { WorkerPort } from '../worker/workerClient.ts';
import { COPIED_TYPE } from './copied.ts';
import { markCopied } from './copyMark.ts';
import type { EvidenceNotes } from './evidenceNotes.ts';
import { isInRow, placePage } from './placeNote.ts';
import type { Place } from './placeNote.ts';
import { pathOfNote, toQuoted } from './quotedResults.ts';
import { readCopied } from './readCopied.ts';
import type { Copied } from './readCopied.ts';

const FORMS: Readonly<Record<NoteForm, () => string>> = {
  compactBlock: () => l10n.t('Insert Evidence Block'),
  fullBlock: () => l10n.t('Insert Full Evidence Block'),
  citation: () => l10n.t('Insert Citation'),
  tableRow: () => l10n.t('Insert Evidence as Table Row'),
};
const FORM_ORDER: readonly NoteForm[] = ['compactBlock', 'fullBlock', 'citation', 'tableRow'];

export interface NotePasteParts {
  /** The extension's own folder. All windows use the same folder. */
  readonly storage: Uri;
  readonly notes: EvidenceNotes;
  readonly store: Pick<ResultStore, 'keeps' | 'noteQuoted'>;
  readonly worker: WorkerPort<'rememberCopy' | 'lastCopy'>;
  readonly log: Log;
  readonly activeCase: Pick<ActiveCase, 'note'>;
  /** Returns the state of a command without a result; undefined if it is unknown. */
  readonly statusFacts: (ref: ResultRef, run: string | undefined) => StatusFacts | undefined;
  readonly runFacts: (run: string) => Omit<RunFacts, 'most' | 'ignored'> | undefined;
}

/** Forms for lines of a page of this extension. Every row of a table leads back to the line of its own result. */
const PAGE_ORDER: readonly NoteForm[] = ['tableRow', 'compactBlock', 'fullBlock', 'citation'];

/** Content of a paste: quotations, and Markdown that stands before and after them. */
interface Content {
  readonly evidence: readonly Evidence[];
  readonly head: string;
  readonly tail: string;
}

/**
 * Paste option whose text is built when the user chooses it. Building a large quotation in all four formats would take
 * four times as long.
 */
class EvidenceEdit extends DocumentPasteEdit {
  readonly form: NoteForm;
  readonly content: Content;
  readonly place: Place;
  readonly note: Uri;

  constructor(form: NoteForm, content: Content, place: Place, note: Uri) {
    super('', content.evidence.length === 0 ? l10n.t('Insert Status Note') : FORMS[form](), kindOf(form));
    this.form = form;
    this.content = content;
    this.place = place;
    this.note = note;
  }
}

/** Adds the source of a copied text to Ctrl+C in result documents and to Ctrl+V in Markdown. */
export class NotePaste {
  readonly #parts: NotePasteParts;

  constructor(parts: NotePasteParts) {
    this.#parts = parts;
  }

  /**
   * Stores the hash and the sources of a copied text for other windows, because they do not receive this extension's
   * clipboard type.
   */
  async remember(document: TextDocument, ranges: readonly Range[], copied: string): Promise<void> {
    // VS Code does not pass the copied text to extensions. This code builds the same text that VS Code copies.
    const sorted = ranges.toSorted((one, other) => one.start.compareTo(other.start));
    await this.rememberText(sorted.map((range) => document.getText(range)).join('\n'), copied);
  }

  /** Stores the hash and the sources of a text that this extension copied itself. */
  async rememberText(text: string, copied: string): Promise<void> {
    try {
      const { store, worker } = this.#parts;
      // Nothing of a pack is written to the disk.
      const isOfPack = readCopied(copied)?.texts.some(({ address }) => address.cloud === 'pack') === true;
      const keep = store.keeps && isOfPack ? 'inMemory' : store.keeps;
      await worker.call('rememberCopy', hashCopied(text), copied, { keep });
      // The mark is set last. When another window sees the mark, the copied text's place is already in the database.
      await markCopied(this.#parts.storage);
      for (const { address } of readCopied(copied)?.texts ?? []) this.#parts.store.noteQuoted(address);
    } catch (error) {
      this.#parts.log.failure('Copy', error);
    }
  }

  /**
   * Returns the options for a paste besides plain text, which VS Code offers by itself. Returns none if the text is not
   * from a result, if its result is not stored, or if the position is inside a code block. Also returns none after a
   * failure, so that a plain paste remains possible.
   */
  async edits(
    document: TextDocument,
    ranges: readonly Range[],
    dataTransfer: DataTransfer,
  ): Promise<DocumentPasteEdit[]> {
    const [range] = ranges;
    // A paste at several cursors inserts plain text. Otherwise the note would contain the same evidence several times.
    if (range === undefined || ranges.length > 1) return [];
    try {
      const copied = await this.#copied(dataTransfer);
      return copied === undefined ? [] : await this.#editsFor(copied, document, range);
    } catch (error) {
      this.#parts.log.failure('Paste', error);
      return [];
    }
  }

  async #editsFor(copied: Copied, document: TextDocument, range: Range): Promise<DocumentPasteEdit[]> {
    const { notes, statusFacts, runFacts } = this.#parts;
    const texts = await notes.texts();
    if (texts.endsInFence(document.getText(new Range(0, 0, range.start.line, range.start.character)))) return [];
    const evidence: Evidence[] = [];
    for (const { address, ranges } of copied.texts) {
      const one = await notes.evidence(address, ranges);
      if (one !== undefined && (ranges.length === 0 || one.quotation.spans.length > 0)) evidence.push(one);
    }
    const statuses: StatusFacts[] = [];
    for (const address of copied.statuses) {
      // The result may have arrived since the page was copied.
      const arrived = await notes.evidence(address, []);
      const status = arrived === undefined ? statusFacts(address, copied.run?.key) : undefined;
      if (arrived !== undefined) evidence.push(arrived);
      if (status !== undefined) statuses.push(status);
    }
    const facts = copied.run === undefined ? undefined : runFacts(copied.run.key);
    const run = copied.run === undefined || facts === undefined ? undefined : { ...facts, ...copied.run };
    const [first, another] = evidence;
    const place = placeOf(document, range);
    if (first === undefined && statuses.length === 0) return [];
    const isPage = copied.run !== undefined || statuses.length > 0 || another !== undefined;
    const head = run === undefined ? '' : `${texts.buildRunLine(run)}\n`;
    const tail = texts.buildStatusNote(statuses);
    const chosen = first === undefined || isPage ? pageForm(pasteAs()) : firstForm(pasteAs(), first.quotation);
    // Inside a row of a table, a block or another row would break the row.
    const wanted = chosen !== undefined && isInRow(place) ? 'citation' : chosen;
    const forms = first === undefined ? (['citation'] as const) : isPage ? PAGE_ORDER : FORM_ORDER;
    const order =
      wanted === undefined ? forms : [...forms].sort((one, other) => rank(one, wanted) - rank(other, wanted));
    return order.map((form) => {
      const edit = new EvidenceEdit(
        form,
        { evidence, head: form === 'citation' ? '' : head, tail },
        place,
        document.uri,
      );
      // Places the option after plain text.
      if (wanted === undefined) edit.yieldTo = [DocumentDropOrPasteEditKind.Text];
      return edit;
    });
  }

  /**
   * Builds the text of the option that the user chose.
   *
   * @throws LiveResponseError `analysisStopped`, `cancelled`
   */
  async resolve(edit: DocumentPasteEdit, signal?: AbortSignal): Promise<DocumentPasteEdit> {
    if (edit instanceof EvidenceEdit) {
      const { evidence, head, tail } = edit.content;
      const built = evidence.length === 0 ? '' : await this.#parts.notes.build({ kind: edit.form }, evidence, signal);
      edit.insertText = placePage(edit.form, { built, head, tail }, edit.place);
      setContextKey('liveResponse.quoted', 'yes');
      if (evidence.length > 0) {
        this.#parts.activeCase.note({ what: 'quoted', results: toQuoted(evidence) }, { note: pathOfNote(edit.note) });
      }
    }
    return edit;
  }

  /**
   * Returns the place of the copied text. If this window copied it, reads the place from the extension's own clipboard
   * type. Otherwise returns the place of the text that was copied last in any window, if the texts match.
   */
  async #copied(dataTransfer: DataTransfer): Promise<Copied | undefined> {
    const ours = await dataTransfer.get(COPIED_TYPE)?.asString();
    if (ours !== undefined) return readCopied(ours);
    const text = await dataTransfer.get('text/plain')?.asString();
    if (text === undefined || text === '') return undefined;
    const last = await this.#parts.worker.call('lastCopy', hashCopied(text));
    return last === undefined ? undefined : readCopied(last);
  }
}

/**
 * Hashes a text with line feeds only and without a final line end. Some systems change the line ends on the clipboard.
 * A copy without a selection has an additional line end.
 */
function hashCopied(text: string): string {
  const unified = text.includes('\r') ? text.replace(/\r\n?/gu, '\n') : text;
  return hashText(unified.endsWith('\n') ? unified.slice(0, -1) : unified);
}

/** Returns the format that a paste uses by default; undefined for plain text. */
function firstForm(wanted: PasteAs, { spans }: Quotation): NoteForm | undefined {
  if (wanted === 'plainText') return undefined;
  if (wanted !== 'automatic') return wanted;
  const [first] = spans;
  const isPartOfLine = spans.every(
    ({ firstLine, lastLine, columns }) =>
      columns !== undefined && firstLine === lastLine && firstLine === first?.firstLine,
  );
  return isPartOfLine ? undefined : 'compactBlock';
}

/** Returns the format that a paste of several sources uses by default; undefined for plain text. */
function pageForm(wanted: PasteAs): NoteForm | undefined {
  if (wanted === 'plainText') return undefined;
  return wanted === 'automatic' ? 'tableRow' : wanted;
}

function rank(form: NoteForm, first: NoteForm): number {
  return form === first ? 0 : 1;
}

function placeOf(document: TextDocument, { start, end }: Range): Place {
  return {
    lineAbove: start.line === 0 ? undefined : document.lineAt(start.line - 1).text,
    before: document.lineAt(start.line).text.slice(0, start.character),
    after: document.lineAt(end.line).text.slice(end.character),
  };
}

function kindOf(form: NoteForm): DocumentDropOrPasteEditKind {
  return DocumentDropOrPasteEditKind.Empty.append('liveResponse', form);
}
