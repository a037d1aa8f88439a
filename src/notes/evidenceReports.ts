import { DocumentLink, l10n, languages, Range, Uri, ViewColumn, window, workspace } from 'vscode';
import type { Disposable } from 'vscode';
import { formatUtc } from '../messages/format.ts';
import { oneLine } from '../platform/remoteText.ts';
import { citationCommand } from './backLinks.ts';
import type { Verdict } from './compareEvidence.ts';
import { verdictWord } from './verdictWords.ts';

/** Outcome of the check of one citation, in words. */
export interface ReportEntry {
  readonly verdict: Verdict;
  /** Line in the note, from 0. */
  readonly line: number;
  /** The citation's link and the words that show it; undefined if the citation cannot be read. */
  readonly place: { readonly link: string; readonly words: string } | undefined;
  /** Device and script, if they are known. This is remote text. */
  readonly names: readonly string[];
  readonly sentence: string;
}

interface Report {
  readonly text: string;
  readonly links: readonly DocumentLink[];
}

const SCHEME = 'live-response-report';
/** Order of the entries: first those that a reader must look at. */
const URGENCY: readonly Verdict[] = ['changed', 'gone', 'unknown', 'reformatted', 'matching'];
const VERDICTS: readonly Verdict[] = ['matching', 'reformatted', 'changed', 'gone', 'unknown'];

/** Reports on notes. They are read-only documents. A report is deleted when its document is closed. */
export class EvidenceReports implements Disposable {
  readonly #reports = new Map<string, Report>();
  readonly #disposables: readonly Disposable[];
  #last = 0;

  constructor() {
    this.#disposables = [
      workspace.registerTextDocumentContentProvider(SCHEME, {
        provideTextDocumentContent: (uri) => this.#reports.get(uri.toString())?.text,
      }),
      languages.registerDocumentLinkProvider(
        { scheme: SCHEME },
        { provideDocumentLinks: ({ uri }) => [...(this.#reports.get(uri.toString())?.links ?? [])] },
      ),
      workspace.onDidCloseTextDocument(({ uri }) => {
        this.#reports.delete(uri.toString());
      }),
    ];
  }

  /** Shows a report beside the note. */
  async show(note: Uri, checkedAt: number, entries: readonly ReportEntry[]): Promise<void> {
    const title = l10n.t('Evidence in {0}', safe(note.path.split('/').at(-1) ?? ''));
    const report = buildReport(note, `${title} · ${formatUtc(checkedAt)}`, entries);
    await this.#show(title, report, ViewColumn.Beside);
  }

  /** Shows a report without links. The caller has broken every address in its lines. */
  async showText(title: string, lines: readonly string[]): Promise<void> {
    await this.#show(safe(title), { text: lines.join('\n'), links: [] }, ViewColumn.Active);
  }

  async #show(title: string, report: Report, viewColumn: ViewColumn): Promise<void> {
    this.#last++;
    const uri = Uri.from({
      scheme: SCHEME,
      path: `/${title.replaceAll('/', '\u2215')}.lr-report`,
      query: `${this.#last}`,
    });
    this.#reports.set(uri.toString(), report);
    const document = await workspace.openTextDocument(uri);
    await window.showTextDocument(document, { viewColumn, preview: true });
  }

  dispose(): void {
    for (const disposable of this.#disposables) disposable.dispose();
  }
}

function buildReport(note: Uri, title: string, entries: readonly ReportEntry[]): Report {
  const counts = VERDICTS.flatMap((verdict) => {
    const count = entries.filter((entry) => entry.verdict === verdict).length;
    // The verdict `reformatted` is rare, so a count of zero is left out.
    return count === 0 && verdict === 'reformatted' ? [] : [`${count} ${verdictWord(verdict)}`];
  });
  const limits = l10n.t('Compared are quoted lines and file hashes; titles, devices, exit codes and times are not.');
  const lines = [title, counts.join(' · '), limits, ''];
  const links: DocumentLink[] = [];
  const byUrgency = entries.toSorted((one, other) => URGENCY.indexOf(one.verdict) - URGENCY.indexOf(other.verdict));
  for (const { verdict, line, place, names, sentence } of byUrgency) {
    let text = `${verdictWord(verdict)} · `;
    const append = (words: string, target: Uri): void => {
      links.push(
        new DocumentLink(new Range(lines.length, text.length, lines.length, text.length + words.length), target),
      );
      text += words;
    };
    append(l10n.t('line {0}', line + 1), note.with({ fragment: `L${line + 1}` }));
    if (place !== undefined) {
      text += ' · ';
      append(place.words, citationCommand(place.link));
    }
    lines.push([text, ...names.map(safe)].join(' · '), `    ${safe(sentence)}`, '');
  }
  return { text: lines.join('\n'), links };
}

/** Breaks every address in a text of a device or a server, because the editor would turn the address into a link. */
function safe(text: string): string {
  return oneLine(text).replaceAll(':/', ':\u2215');
}
