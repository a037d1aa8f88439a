import { commands, l10n, languages, workspace } from 'vscode';
import type { AuditTrail, RecordId } from '../../actions/auditTrail.ts';
import type { AuditRecord } from '../../evidence/audit/auditRecords.ts';
import { noResultSentence } from '../../messages/noResultWords.ts';
import { formatShortUtc } from '../../messages/format.ts';
import { auditKindWords } from '../../messages/auditWords.ts';
import { LinkedText } from '../linkedText.ts';
import type { NoResults } from '../../connections/noResults.ts';
import type { Disposable, DocumentLink, EventEmitter, Range, TextDocument, Uri } from 'vscode';
import { isLiveResponseError } from '../../base/errors.ts';
import { resultKey } from '../../base/resultUri.ts';
import type { ResultRef } from '../../base/resultUri.ts';
import { STATUS_SCHEME } from '../../base/scheme.ts';
import type { StatusFacts } from '../../evidence/blocks/statusNote.ts';
import { deviceOf, findCommand, resultOf, subjectOf } from '../../model/machineAction.ts';
import type { CommandResult } from '../../model/machineAction.ts';
import type { MachineAction } from '../../defender/schema.ts';
import type { ResultStore } from '../../results/resultStore.ts';
import type { CompanionTabs } from '../companionTabs.ts';
import { commandIds } from '../../platform/commandIds.ts';
import { readingColumn } from '../showResult.ts';
import { buildStatus, statusNames } from './statusText.ts';
import type { StatusParts } from './statusText.ts';
import { buildSession } from './sessionText.ts';
import { buildAudit } from './auditText.ts';
import { sourcesIn } from '../rowSources.ts';
import type { RowSource } from '../rowSources.ts';
import { buildNews } from './newsText.ts';
import type { News, NewsWords } from './newsText.ts';
import type { ResultSaves } from '../../results/save/resultSaves.ts';
import type { StoredFacts } from '../../model/storedResult.ts';
import { isNews, newsUri } from './statusUri.ts';
import { idOfRecord, recordUri, refOfSession, refOfStatus, sessionUri, statusUri } from './statusUri.ts';

export interface StatusPagesParts {
  readonly store: Pick<ResultStore, 'known' | 'onDidStore'>;
  readonly companions: CompanionTabs;
  readonly noResults: Pick<NoResults, 'ofCommand' | 'onDidLearn' | 'recordOf'>;
  readonly auditTrail: AuditTrail;
  /** Returns an action that any list of this window has loaded. */
  readonly knownAction: (ref: ResultRef) => MachineAction | undefined;
  /** Fires when the loaded actions change. */
  readonly onDidChangeActions: (listener: () => void) => { dispose: () => unknown };
  /** Returns the results that orders of a tenant asked for. */
  readonly ordered: (tenant: News['tenant']) => readonly ResultRef[];
  readonly saves: Pick<ResultSaves, 'hasSavedPackage' | 'onDidSavePackage'>;
  readonly words: NewsWords;
  /** Tells VS Code that a page has another text. */
  readonly changed: EventEmitter<Uri>;
}

/**
 * Pages about commands without a readable result. A page takes the place of the last opened result, so that no other
 * device's text stays on screen. An open page follows the state of its action. It makes no call.
 */
export class StatusPages implements Disposable {
  readonly #parts: StatusPagesParts;
  readonly #failures = new Map<string, NonNullable<StatusParts['failure']>>();
  readonly #news = new Map<string, News>();
  readonly #shown = new Map<string, { readonly uri: Uri; readonly built: LinkedText<RowSource> | undefined }>();
  readonly #disposables: readonly { dispose: () => unknown }[];

  constructor(parts: StatusPagesParts) {
    this.#parts = parts;
    this.#disposables = [
      languages.registerDocumentLinkProvider(
        { scheme: STATUS_SCHEME },
        { provideDocumentLinks: (document): DocumentLink[] => [...this.linksOf(document)] },
      ),
      parts.onDidChangeActions(() => {
        this.#update();
      }),
      parts.auditTrail.onDidChange(() => {
        this.#update();
      }),
      parts.noResults.onDidLearn(() => {
        this.#update();
      }),
      parts.store.onDidStore(() => {
        this.#update();
      }),
      parts.saves.onDidSavePackage(() => {
        this.#update();
      }),
      workspace.onDidCloseTextDocument(({ uri }) => {
        const ref = refOfStatus(uri);
        this.#shown.delete(uri.toString());
        this.#news.delete(uri.query);
        if (ref !== undefined) this.#failures.delete(resultKey(ref));
      }),
    ];
  }

  /**
   * Shows the page of a result that cannot be read. It replaces a tab in preview, as a result does.
   *
   * @param error - the failure of the last attempt to fetch it; undefined if there was none
   */
  async show(ref: ResultRef, error: unknown, preserveFocus: boolean): Promise<void> {
    if (error !== undefined) this.#failures.set(resultKey(ref), { error, at: Date.now() });
    this.#update();
    await this.#open(ref, statusUri(ref, statusNames({ ref, action: this.#parts.knownAction(ref) })), preserveFocus);
  }

  async #open(ref: ResultRef, uri: Uri, preserveFocus: boolean): Promise<void> {
    const column = readingColumn();
    const where = { preserveFocus, preview: true, viewColumn: column };
    await this.#parts.companions.during(ref, { withErrors: false, replacesIn: column }, async () => {
      await commands.executeCommand('vscode.openWith', uri, 'default', where);
    });
  }

  /** Shows the page of a session with several commands, in place of the last opened result. */
  async showSession(ref: ResultRef, preserveFocus: boolean): Promise<void> {
    const action = this.#parts.knownAction(ref);
    const count = l10n.t('{0} commands', action?.commands.length ?? 0);
    await this.#open(
      ref,
      sessionUri(ref, [action === undefined ? ref.actionId : deviceOf(action), count]),
      preserveFocus,
    );
  }

  /** Shows the page of a record of the audit trail. */
  async showRecord(record: AuditRecord, preserveFocus: boolean): Promise<void> {
    const names = [auditKindWords(record.kind), record.device || record.deviceId || '–'];
    const where = { preserveFocus, preview: true, viewColumn: readingColumn() };
    await commands.executeCommand('vscode.openWith', recordUri(record, names), 'default', where);
  }

  /** Shows the page about what is new, in a tab of its own. */
  async showNews(news: News): Promise<void> {
    const title = l10n.t('What is new since {0}', formatShortUtc(news.since, news.asOf));
    const uri = newsUri(news.tenant.tenantId, news.since, [title, news.connection]);
    this.#news.set(uri.query, news);
    this.#update();
    await commands.executeCommand('vscode.openWith', uri, 'default', { preview: false, viewColumn: readingColumn() });
  }

  /** Returns the sources of the lines of a page about what is new that ranges touch, each once. */
  sourcesOf(document: TextDocument, ranges: readonly Range[]): readonly RowSource[] {
    const built = isNews(document.uri) ? this.#shown.get(document.uri.toString())?.built : undefined;
    return built?.text === document.getText() ? sourcesIn(built, ranges) : [];
  }

  /** Returns the state of a command, or of an action without commands, for a note; undefined if it is not loaded. */
  facts(ref: ResultRef): StatusFacts | undefined {
    const action = this.#parts.knownAction(ref);
    const command = action === undefined ? undefined : findCommand(action, ref.commandIndex);
    if (action === undefined || (command === undefined && action.commands.length > 0)) return undefined;
    return {
      device: deviceOf(action),
      script: command === undefined ? action.type : subjectOf(command),
      actionId: ref.actionId,
      commandIndex: ref.commandIndex,
      actionStatus: action.status,
      commandStatus: command?.commandStatus,
      createdAt: action.creationDateTimeUtc,
      deviceErrors: command?.errors ?? [],
      changedAt: action.lastUpdateDateTimeUtc ?? undefined,
      requestor: action.requestor,
      comment: action.requestorComment,
      isCertain:
        command === undefined || isCertain(resultOf(action, command), this.#failures.get(resultKey(ref))?.error),
    };
  }

  /** Returns the text of a page; also of a page that VS Code restored. */
  text(uri: Uri): string {
    const built = this.#build(uri);
    this.#shown.set(uri.toString(), { uri, built });
    return built?.text ?? '';
  }

  /** Returns the links of a page; none for any other document, and while a new text is on its way to the editor. */
  linksOf(document: TextDocument): readonly DocumentLink[] {
    // The page says how long something has taken, so that a page that is built now may have another text.
    const built = document.uri.scheme === STATUS_SCHEME ? this.#shown.get(document.uri.toString())?.built : undefined;
    return built?.text === document.getText() ? built.links : [];
  }

  dispose(): void {
    for (const disposable of this.#disposables) disposable.dispose();
  }

  #build(uri: Uri): LinkedText<RowSource> | undefined {
    if (isNews(uri)) return this.#buildNews(uri);
    const id = idOfRecord(uri);
    if (id !== undefined) return this.#buildRecord(id);
    const session = refOfSession(uri);
    if (session !== undefined)
      return buildSession(session, this.#parts.knownAction(session), (ref) => this.#parts.store.known(ref));
    const ref = refOfStatus(uri);
    if (ref === undefined) return undefined;
    const { store, noResults, knownAction } = this.#parts;
    const failure = this.#failures.get(resultKey(ref));
    const action = knownAction(ref);
    return buildStatus({
      ref,
      action,
      facts: store.known(ref),
      failure,
      reasons: noResults.ofCommand(ref, failure),
      record: noResults.recordOf(ref, action?.machineId ?? null),
    });
  }

  #buildNews({ query }: Uri): LinkedText<RowSource> {
    const news = this.#news.get(query);
    const { store, noResults, knownAction, ordered, saves, words } = this.#parts;
    // After it was closed, or after a restart, nothing of it is known. To ask again is a call, which takes a gesture.
    if (news === undefined) {
      return new LinkedText<RowSource>()
        .add(l10n.t('What this page showed is not kept.'))
        .add(' ')
        .link(l10n.t('Ask Again (2 calls)'), commandIds.showWhatIsNew, sinceOf(query))
        .end();
    }
    const action = (actionId: string): MachineAction | undefined =>
      knownAction({ ...news.tenant, actionId, commandIndex: 0 });
    const whyNone = (ref: ResultRef): string | undefined => {
      const reasons = noResults.ofCommand(ref);
      if (reasons === undefined || reasons[0]?.code === 'notFetched' || reasons[0]?.code === 'file') return undefined;
      return noResultSentence(reasons, undefined, []);
    };
    const isSaved = ({ id }: MachineAction): boolean => saves.hasSavedPackage({ ...news.tenant, actionId: id });
    const known = (ref: ResultRef): StoredFacts | undefined => store.known(ref);
    return buildNews(news, { action, known, whyNone, ordered: ordered(news.tenant), isSaved, words });
  }

  #buildRecord(id: RecordId): LinkedText<RowSource> {
    const { auditTrail } = this.#parts;
    const { opened } = auditTrail;
    const record = auditTrail.record(id);
    // After a restart no trail is open, and another one may have been opened since.
    if (opened === undefined || record === undefined)
      return new LinkedText<RowSource>().add(l10n.t('The audit trail of this record is not open any more.')).end();
    return buildAudit(opened, record, auditTrail.matches);
  }

  #update(): void {
    for (const { uri, built } of this.#shown.values()) {
      if (this.#build(uri)?.text !== built?.text) this.#parts.changed.fire(uri);
    }
  }
}

/** Returns the time in the address of a page about what is new, as the command takes it. */
function sinceOf(query: string): { readonly since: number } {
  return { since: Number(query.slice(query.indexOf('@') + 1)) };
}

/** Whether the state or Defender's own answer says that there is no result. After any other failure there may be one. */
function isCertain(result: CommandResult, error: unknown): boolean {
  if (result !== 'file' && result !== 'transcript') return true;
  return isLiveResponseError(error) && (error.code === 'noResult' || error.code === 'notFound');
}
