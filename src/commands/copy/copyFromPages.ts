import { DataTransferItem, languages } from 'vscode';
import type { Disposable, Range, Uri } from 'vscode';
import { buildQuery, refOf } from '../../base/resultUri.ts';
import { RUN_SCHEME, STATUS_SCHEME } from '../../base/scheme.ts';
import { refOfStatus } from '../../documents/status/statusUri.ts';
import { COPIED_TYPE, describeSources } from '../../notes/copied.ts';
import type { NotePaste } from '../../notes/notePaste.ts';
import { MOST_SOURCES } from '../../notes/readCopied.ts';
import type { Services } from '../../services/services.ts';

/** Adds the sources of copied lines to Ctrl+C in overviews of runs, and in pages about commands without a result. */
export function copyFromPages(
  services: Pick<Services, 'runOverviews'>,
  paste: Pick<NotePaste, 'remember'>,
): readonly Disposable[] {
  return [STATUS_SCHEME, RUN_SCHEME].map((scheme) =>
    languages.registerDocumentPasteEditProvider(
      { scheme },
      {
        prepareDocumentPaste: (document, ranges, dataTransfer) => {
          const copied = describePage(services, document.uri, ranges);
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
  { runOverviews }: Pick<Services, 'runOverviews'>,
  uri: Uri,
  ranges: readonly Range[],
): string | undefined {
  const about = refOfStatus(uri);
  if (about !== undefined)
    return describeSources([{ query: buildQuery({ ...about, stream: 'output' }), isStatus: true }]);
  const sources = runOverviews.sourcesOf(uri, ranges);
  if (sources.length === 0 || sources.length > MOST_SOURCES) return undefined;
  const described = sources.map(({ ref, stream, line, isStatus }) => ({
    query: buildQuery({ ...refOf(ref), stream }),
    ...(line === undefined ? {} : { line }),
    ...(isStatus ? { isStatus: true as const } : {}),
  }));
  return describeSources(described, uri.query);
}
