import { TabInputText, Uri, window } from 'vscode';
import type { Tab } from 'vscode';
import type { URI } from 'vscode-uri';
import { buildResultUri, parseResultUri, resultKey } from '../evidence/uri.ts';
import type { ResultAddress, ResultRef, ResultStream } from '../evidence/uri.ts';
import type { StoredFacts } from '../results/storedResult.ts';

/** The same address, as VS Code's own class. */
function toVsCodeUri(uri: URI): Uri {
  return Uri.from({ scheme: uri.scheme, path: uri.path, query: uri.query });
}

/** The address of a document of a stored result. */
export function documentUri(facts: StoredFacts, stream: ResultStream): Uri {
  return toVsCodeUri(buildResultUri({ ...facts.ref, stream }, facts.name));
}

/** What a tab shows, where it shows a document of ours. */
export function addressOfTab(tab: Tab | undefined): ResultAddress | undefined {
  return tab?.input instanceof TabInputText ? parseResultUri(tab.input.uri) : undefined;
}

/** What the active editor shows, where it shows a document of ours. */
export function activeAddress(): ResultAddress | undefined {
  return addressOfTab(window.tabGroups.activeTabGroup.activeTab);
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
