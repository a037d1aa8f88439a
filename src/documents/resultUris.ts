import { TabInputText, TabInputTextDiff, Uri, window } from 'vscode';
import type { Tab } from 'vscode';
import type { URI } from 'vscode-uri';
import { describeView } from '../evidence/views/viewWords.ts';
import { buildResultUri, parseResultUri, refOf, resultKey } from '../base/resultUri.ts';
import type { ResultAddress, ResultRef, ResultStream } from '../base/resultUri.ts';
import type { StoredFacts } from '../model/storedResult.ts';

/** The same address, as VS Code's own class. */
function toVsCodeUri(uri: URI): Uri {
  return Uri.from({ scheme: uri.scheme, path: uri.path, query: uri.query });
}

/** The address of a document of a stored result. */
export function documentUri(facts: StoredFacts, stream: ResultStream, shown: ShownText = {}): Uri {
  const { view, part, partWords } = shown;
  const address = { ...refOf(facts.ref), stream, view, part };
  // What is shown otherwise than it came says so in its tab. English for good, as the other marks: paths are kept.
  const marks = [...(view === undefined ? [] : [describeView(view)]), ...(partWords === undefined ? [] : [partWords])];
  return toVsCodeUri(buildResultUri(address, facts.name, marks));
}

/** What a document shows of a text, where that is not all of it as it was received. */
export interface ShownText extends Pick<ResultAddress, 'view' | 'part'> {
  /** `lines 250001–500000 of 1200000` */
  readonly partWords?: string | undefined;
}

/** What a tab shows, where it shows a document of ours. */
export function addressOfTab(tab: Tab | undefined): ResultAddress | undefined {
  return tab?.input instanceof TabInputText ? parseResultUri(tab.input.uri) : undefined;
}

/** What the active editor shows, where it shows a document of ours. */
export function activeAddress(): ResultAddress | undefined {
  return addressOfTab(window.tabGroups.activeTabGroup.activeTab);
}

/** Closes the tabs of these documents, comparisons with one of them too. The focus stays where it is. */
export async function closeTabs(isMeant: (uri: Uri) => boolean): Promise<void> {
  const tabs = window.tabGroups.all
    .flatMap((group) => group.tabs)
    .filter(({ input }) => {
      const compared = input instanceof TabInputTextDiff ? [input.original, input.modified] : [];
      return (input instanceof TabInputText ? [input.uri] : compared).some(isMeant);
    });
  if (tabs.length > 0) await window.tabGroups.close(tabs, true);
}

/** The tabs of a result's stream, in all groups. */
export function tabsOf(ref: ResultRef, stream: ResultStream): Tab[] {
  const key = resultKey(ref);
  return window.tabGroups.all
    .flatMap((group) => group.tabs)
    .filter((tab) => {
      const address = addressOfTab(tab);
      return address?.stream === stream && resultKey(address) === key;
    });
}
