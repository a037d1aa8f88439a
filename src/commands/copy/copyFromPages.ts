import { DataTransferItem, l10n, languages } from 'vscode';
import type { Disposable, Range, TextDocument } from 'vscode';
import { buildQuery, refOf } from '../../base/resultUri.ts';
import { RUN_SCHEME, STATUS_SCHEME } from '../../base/scheme.ts';
import { rulesInUse } from '../../documents/runOverview/overviewHead.ts';
import { refOfStatus } from '../../documents/status/statusUri.ts';
import { COPIED_TYPE, describeSources } from '../../notes/copied.ts';
import type { NotePaste } from '../../notes/notePaste.ts';
import { MOST_SOURCES } from '../../notes/readCopied.ts';
import { notify } from '../../platform/show/notifications.ts';
import type { Services } from '../../services/services.ts';

/** Adds the sources of copied lines to Ctrl+C in overviews of runs, and in pages about commands and changes. */
export function copyFromPages(
  services: Pick<Services, 'runOverviews' | 'statusPages'>,
  paste: Pick<NotePaste, 'remember'>,
): readonly Disposable[] {
  return [STATUS_SCHEME, RUN_SCHEME].map((scheme) =>
    languages.registerDocumentPasteEditProvider(
      { scheme },
      {
        prepareDocumentPaste: (document, ranges, dataTransfer) => {
          const copied = describePage(services, document, ranges);
          if (copied === undefined) return;
          dataTransfer.set(COPIED_TYPE, new DataTransferItem(copied));
          void paste.remember(document, ranges, copied);
        },
      },
      { providedPasteEditKinds: [], copyMimeTypes: [COPIED_TYPE] },
    ),
  );
}

/** Describes what was copied from a page; undefined if none of its lines has a source, or too many have one. */
function describePage(
  { runOverviews, statusPages }: Pick<Services, 'runOverviews' | 'statusPages'>,
  document: TextDocument,
  ranges: readonly Range[],
): string | undefined {
  const { uri } = document;
  const about = refOfStatus(uri);
  // A word of a page is wanted as it is.
  if (ranges.every((range) => isPartOfLine(document, range))) return undefined;
  if (about !== undefined)
    return describeSources([{ query: buildQuery({ ...about, stream: 'output' }), isStatus: true }]);
  const isRun = uri.scheme === RUN_SCHEME;
  const sources = isRun ? runOverviews.sourcesOf(document, ranges) : statusPages.sourcesOf(document, ranges);
  if (sources.length > MOST_SOURCES) {
    void notify(
      'warning',
      l10n.t('{0} lines were copied without their source. Copy at most {1} at once.', sources.length, MOST_SOURCES),
    );
  }
  if (sources.length === 0 || sources.length > MOST_SOURCES) return undefined;
  const described = sources.map(({ ref, stream, line, isStatus }) => ({
    query: buildQuery({ ...refOf(ref), stream }),
    ...(line === undefined ? {} : { line }),
    ...(isStatus ? { isStatus: true as const } : {}),
  }));
  if (!isRun) return describeSources(described);
  const { rules, most } = runOverviews.rules;
  return describeSources(described, { key: uri.query, most, ignored: rulesInUse({ rules, most }) });
}

/** Whether a range is inside one line, without its beginning or its end. */
function isPartOfLine(document: TextDocument, { start, end, isSingleLine }: Range): boolean {
  if (!isSingleLine) return false;
  const { range, firstNonWhitespaceCharacterIndex } = document.lineAt(start.line);
  return start.character > firstNonWhitespaceCharacterIndex || end.character < range.end.character;
}
