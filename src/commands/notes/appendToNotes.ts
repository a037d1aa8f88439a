import type { Range as QuoteRange } from '../../base/places.ts';
import { EndOfLine, l10n, Range, Selection, ThemeIcon, Uri, window, workspace, WorkspaceEdit } from 'vscode';
import type { QuickPickItem, TextDocument } from 'vscode';
import { Turns } from '../../base/turns.ts';
import { LiveResponseError } from '../../base/errors.ts';
import type { Evidence } from '../../evidence/blocks/evidenceBlock.ts';
import { findEvidence } from '../../evidence/blocks/readEvidence.ts';
import { findHeadings, placeAtEnd } from '../../notes/appendPlace.ts';
import type { NotesPlace } from '../../notes/pinnedNotes.ts';
import { pathOfNote, toQuoted } from '../../notes/quotedResults.ts';
import type { StoredFacts } from '../../model/storedResult.ts';
import type { Services } from '../../services/services.ts';
import type { CommandRunner } from '../common/commandRunner.ts';
import { toProgress } from '../common/downloadProgress.ts';
import { selectedRanges } from '../common/selection.ts';
import { addressOf, findTargets } from '../common/targets.ts';
import type { Target } from '../common/targets.ts';
import { notify } from '../../platform/show/notifications.ts';
import { pickOne } from '../../platform/show/quickInputs.ts';
import { defineCommand } from '../common/defineCommand.ts';
import {
  ALWAYS,
  IN_ACTIONS_VIEW,
  IN_RESULT,
  IN_RUN_OVERVIEW,
  IN_SEARCH_VIEW,
  ON_HIT,
  ON_TABLE_ROW,
  ON_TRANSCRIPT_ROW,
  all,
} from '../common/when.ts';

/**
 * Changes of notes by this window, one after the other. A note that another change has not saved yet would count as one
 * with changes of the person's own, and would not be saved.
 */
const CHANGES = new Turns();

/** `liveResponse.appendToNotes`: appends the selection as evidence blocks, or complete results as citations. */
export async function appendToNotes(
  services: Pick<
    Services,
    'activeCase' | 'connections' | 'notes' | 'pinnedNotes' | 'results' | 'runOverviews' | 'tableTabs' | 'view'
  >,
  runner: CommandRunner,
  args: readonly unknown[],
): Promise<void> {
  const targets = findTargets(services, args);
  if (targets.length === 0) return;
  // The selection is read first, because a question takes the focus and the selection may change.
  const selections = selectionsOf(targets);
  const place = (await pinnedPlace(services)) ?? (await selectNotesFile(services));
  if (place === undefined) return;
  await runner.run(l10n.t('Appending to notes'), async ({ signal, report }) => {
    const texts: string[] = [];
    const quoted: Evidence[] = [];
    for (const [at, target] of targets.entries()) {
      const facts = await services.results.open(target.ref, { signal, onProgress: toProgress(report) });
      const { text, evidence } = await quote(services, target, facts, selections[at] ?? []);
      texts.push(text);
      quoted.push(evidence);
    }
    const isAppended = await CHANGES.take(() => append(place, texts.join('\n'), targets.length));
    if (isAppended) {
      services.activeCase.note({ what: 'quoted', results: toQuoted(quoted) }, { note: pathOfNote(place.uri) });
    }
  });
}

/**
 * Returns the chosen notes file. Undefined if none was chosen or if the file no longer exists; the caller then asks the
 * user.
 */
async function pinnedPlace(services: Pick<Services, 'pinnedNotes'>): Promise<NotesPlace | undefined> {
  const place = services.pinnedNotes.get();
  if (place === undefined || place.uri.scheme === 'untitled') return undefined;
  return workspace.fs.stat(place.uri).then(
    () => place,
    () => undefined,
  );
}

/** Returns the ranges to quote of each target. Of several selected rows, the complete results are cited. */
function selectionsOf(targets: readonly Target[]): readonly (readonly QuoteRange[])[] {
  return targets.map((target) => (targets.length === 1 ? selectedRanges(target) : target.quotes) ?? []);
}

async function quote(
  services: Pick<Services, 'notes'>,
  target: Target,
  facts: StoredFacts,
  selections: readonly QuoteRange[],
): Promise<{ readonly text: string; readonly evidence: Evidence }> {
  const evidence = await services.notes.evidence(addressOf(target), selections);
  if (evidence === undefined) throw new LiveResponseError('notAResult', { reason: facts.rejection?.reason ?? '' });
  if (selections.length > 0) {
    return { text: await services.notes.build({ kind: 'compactBlock' }, [evidence]), evidence };
  }
  return { text: `- ${await services.notes.build({ kind: 'citation' }, [evidence])}\n`, evidence };
}

/** @returns false if there is no place for it in the note */
async function append(place: NotesPlace, block: string, expected: number): Promise<boolean> {
  const document = await workspace.openTextDocument(place.uri);
  const wasClean = !document.isDirty && !document.isUntitled;
  const before = document.getText();
  const insertion = placeAtEnd(before, block, place.heading);
  const at = document.validatePosition(
    new Range(insertion.line, insertion.character, insertion.line, insertion.character).start,
  );
  const offset = document.offsetAt(at);
  const after = before.slice(0, offset) + insertion.text + before.slice(offset);
  // If a code block at the end of a note is not closed, the inserted text would become part of it. Then no one could
  // check the evidence later.
  if (findEvidence(after).length !== findEvidence(before).length + expected) {
    void notify(
      'warning',
      l10n.t('Nothing was appended: the place in {0} is inside a code block that does not end.', nameOf(place.uri)),
    );
    return false;
  }
  const cursors = window.visibleTextEditors
    .filter((editor) => editor.document === document)
    .map((editor) => ({ editor, selections: editor.selections }));
  const edit = new WorkspaceEdit();
  edit.insert(document.uri, at, insertion.text);
  if (!(await workspace.applyEdit(edit))) throw new LiveResponseError('fileFailed', { reason: 'edit' });
  for (const { editor, selections } of cursors) {
    // VS Code moves a cursor that is exactly at the insertion to the end of the inserted text. Other cursors stay in
    // place.
    if (!selections.some(({ anchor, active }) => anchor.isEqual(at) || active.isEqual(at))) continue;
    editor.selections = editor.selections.map(
      ({ anchor, active }, index) =>
        new Selection(
          selections[index]?.anchor.isEqual(at) === true ? at : anchor,
          selections[index]?.active.isEqual(at) === true ? at : active,
        ),
    );
  }
  // If another program has changed the file on disk, VS Code asks the user and shows a comparison. Nothing is
  // overwritten.
  const saved = !wasClean || (await document.save());
  void tell(document, new Range(at, document.positionAt(offset + lengthIn(document, insertion.text))), {
    headingFound: insertion.headingFound,
    saved,
    wasClean,
  });
  return true;
}

interface Appended {
  readonly headingFound: boolean;
  readonly saved: boolean;
  readonly wasClean: boolean;
}

async function tell(document: TextDocument, range: Range, { headingFound, saved, wasClean }: Appended): Promise<void> {
  const name = nameOf(document.uri);
  const text = document.getText(range);
  const undo = l10n.t('Undo');
  const open = l10n.t('Open');
  const sentences = [
    l10n.t('Appended to {0}.', name),
    ...(headingFound ? [] : [l10n.t('Its heading is gone, so it stands at the end.')]),
    ...(saved ? [] : [l10n.t('The note could not be saved: it was changed elsewhere.')]),
  ];
  const answer = await notify('information', sentences.join(' '), undo, open);
  if (answer === open) await window.showTextDocument(document.uri, { selection: new Range(range.start, range.start) });
  if (answer === undo) await CHANGES.take(() => takeOut(document, range, text, wasClean));
}

/** Takes a text out of a note again, and saves the note if it has no other changes. */
async function takeOut(document: TextDocument, range: Range, text: string, wasClean: boolean): Promise<void> {
  const now = await workspace.openTextDocument(document.uri);
  const at = now.getText().indexOf(text, now.offsetAt(now.validatePosition(range.start)));
  const isThere = now.getText(range) === text;
  if (!isThere && at < 0) {
    const name = nameOf(document.uri);
    void notify('information', l10n.t('It was changed since, so nothing was taken out of {0}.', name));
    return;
  }
  const isClean = !now.isDirty;
  const edit = new WorkspaceEdit();
  edit.delete(now.uri, isThere ? range : new Range(now.positionAt(at), now.positionAt(at + text.length)));
  if ((await workspace.applyEdit(edit)) && wasClean && isClean) await now.save();
}

/** Returns the length that the inserted text has with the note's line ends. */
function lengthIn(document: TextDocument, text: string): number {
  return document.eol === EndOfLine.CRLF ? text.replaceAll('\n', '\r\n').length : text.length;
}

function nameOf(uri: Uri): string {
  return uri.path.split('/').at(-1) ?? '';
}

interface FileItem extends QuickPickItem {
  readonly find: () => Promise<Uri | undefined>;
}

/**
 * `liveResponse.selectNotesFile`: selects the note of this workspace, and the place in the note, at which evidence is
 * appended.
 */
async function selectNotesFile(services: Pick<Services, 'pinnedNotes'>): Promise<NotesPlace | undefined> {
  const files = await workspace.findFiles('**/*.md', '**/node_modules/**', 200);
  const open = workspace.textDocuments.filter(
    ({ languageId, uri }) => languageId === 'markdown' && workspace.fs.isWritableFileSystem(uri.scheme) === true,
  );
  const all = new Map([...open.map(({ uri }) => uri), ...files].map((uri) => [uri.toString(), uri]));
  const items: FileItem[] = [
    ...[...all.values()].map((uri) => ({
      label: workspace.asRelativePath(uri),
      find: () => Promise.resolve(uri),
    })),
    { iconPath: new ThemeIcon('new-file'), label: l10n.t('Create Notes File…'), find: createNotes },
    { iconPath: new ThemeIcon('folder-opened'), label: l10n.t('Other File…'), find: findOther },
  ];
  const chosen = await pickOne(items, {
    title: l10n.t('Notes File of This Workspace'),
    placeHolder: l10n.t('The note that evidence is appended to'),
    ignoreFocusOut: true,
  });
  const uri = await chosen?.find();
  if (uri === undefined) return undefined;
  const heading = await selectHeading(uri);
  if (heading === undefined) return undefined;
  const place = { uri, heading: heading.text };
  await services.pinnedNotes.set(place);
  return place;
}

async function selectHeading(uri: Uri): Promise<{ readonly text: string | undefined } | undefined> {
  const headings = findHeadings((await workspace.openTextDocument(uri)).getText());
  if (headings.length === 0) return { text: undefined };
  const items = [
    { label: l10n.t('At the End'), text: undefined },
    ...headings.map(({ text }) => ({ label: text, text })),
  ];
  return pickOne(items, { title: l10n.t('Where in the Note?'), ignoreFocusOut: true });
}

/** Creates a note. An existing file is never overwritten. */
async function createNotes(): Promise<Uri | undefined> {
  const folder = workspace.workspaceFolders?.[0]?.uri;
  const uri = await window.showSaveDialog({
    title: l10n.t('Create Notes File'),
    defaultUri: folder === undefined ? Uri.file('notes.md') : Uri.joinPath(folder, 'notes.md'),
    filters: { Markdown: ['md'] },
  });
  if (uri === undefined) return undefined;
  const edit = new WorkspaceEdit();
  edit.createFile(uri, { overwrite: false, ignoreIfExists: true });
  if (!(await workspace.applyEdit(edit))) throw new LiveResponseError('fileFailed', { reason: 'create' });
  return uri;
}

async function findOther(): Promise<Uri | undefined> {
  const [uri] = (await window.showOpenDialog({ title: l10n.t('Notes File'), filters: { Markdown: ['md'] } })) ?? [];
  return uri;
}

export const appendToNotesCommand = defineCommand({
  name: 'appendToNotes',
  needs: 'result',
  palette: ALWAYS,
  menus: [
    { menu: 'view/item/context', group: '2_copy@9', when: all(IN_ACTIONS_VIEW, ON_TRANSCRIPT_ROW) },
    { menu: 'view/item/context', group: '2_copy@2', when: all(IN_SEARCH_VIEW, ON_HIT) },
    { menu: 'editor/context', group: '1_liveResponse@2', when: IN_RESULT },
    { menu: 'editor/context', group: '1_liveResponse@2', when: IN_RUN_OVERVIEW },
    { menu: 'editor/title/context', group: '1_liveResponse@3', when: IN_RESULT },
    { menu: 'webview/context', group: '1_liveResponse@2', when: ON_TABLE_ROW },
  ],
  run: (services, { args, runner }) => appendToNotes(services, runner, args),
});

export const selectNotesFileCommand = defineCommand({
  name: 'selectNotesFile',
  needs: 'nothing',
  run: (services) => selectNotesFile(services),
});
