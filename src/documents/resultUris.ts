import { TabInputCustom, TabInputText, TabInputTextDiff, Uri, window } from 'vscode';
import type { Tab } from 'vscode';
import type { URI } from 'vscode-uri';
import { describeView } from '../evidence/views/viewWords.ts';
import { buildResultUri, parseResultUri, refOf, resultKey } from '../base/resultUri.ts';
import type { ResultAddress, ResultRef, ResultStream } from '../base/resultUri.ts';
import { TABLE_VIEW } from '../platform/viewIds.ts';
import { findCommand, subjectOf } from '../model/machineAction.ts';
import type { StoredFacts } from '../model/storedResult.ts';

/** Converts an address to VS Code's own class. */
function toVsCodeUri(uri: URI): Uri {
  return Uri.from({ scheme: uri.scheme, path: uri.path, query: uri.query });
}

/** Returns the address of a document of a stored result. */
export function documentUri(facts: StoredFacts, stream: ResultStream, shown: ShownText = {}): Uri {
  const { view, part, partWords } = shown;
  const address = { ...refOf(facts.ref), stream, view, part };
  // The tab's title shows when the text differs from the text as received. Like other marks in the title, these marks
  // are English, because VS Code stores the paths.
  const marks = [...(view === undefined ? [] : [describeView(view)]), ...(partWords === undefined ? [] : [partWords])];
  return toVsCodeUri(buildResultUri(address, { ...facts.name, script: scriptOfTab(facts) }, marks));
}

/** Returns the script for the tab, with the command index if the action runs the script more than once. */
function scriptOfTab({ action, name, ref }: StoredFacts): string {
  const own = findCommand(action, ref.commandIndex);
  const same = action.commands.filter((command) => own !== undefined && subjectOf(command) === subjectOf(own));
  return same.length > 1 ? `${name.script} #${ref.commandIndex.toString()}` : name.script;
}

/** View or part of a text that a document shows. Both are undefined for the complete text as received. */
export interface ShownText extends Pick<ResultAddress, 'view' | 'part'> {
  /** Position of the part for the tab's title, e.g. `lines 250001–500000 of 1200000`. */
  readonly partWords?: string | undefined;
}

/** Returns the address of a tab; undefined unless it shows a result document. */
export function addressOfTab(tab: Tab | undefined): ResultAddress | undefined {
  return tab?.input instanceof TabInputText ? parseResultUri(tab.input.uri) : undefined;
}

/** Returns the address of the active tab; undefined unless it shows a result as a document or as a table. */
export function activeAddress(): ResultAddress | undefined {
  const table = activeTableUri();
  return table === undefined ? addressOfTab(window.tabGroups.activeTabGroup.activeTab) : parseResultUri(table);
}

/** Returns the address of the result or run that the active tab shows as a table. */
export function activeTableUri(): Uri | undefined {
  const input = window.tabGroups.activeTabGroup.activeTab?.input;
  return input instanceof TabInputCustom && input.viewType === TABLE_VIEW ? input.uri : undefined;
}

/** Returns the addresses of both sides of the active comparison of results; undefined for any other tab. */
export function comparedAddresses(): readonly [ResultAddress, ResultAddress] | undefined {
  const input = window.tabGroups.activeTabGroup.activeTab?.input;
  if (!(input instanceof TabInputTextDiff)) return undefined;
  const [one, other] = [parseResultUri(input.original), parseResultUri(input.modified)];
  return one === undefined || other === undefined ? undefined : [one, other];
}

/** Closes the tabs that show one of these documents, and the comparisons that contain one. The focus does not move. */
export async function closeTabs(isMeant: (uri: Uri) => boolean): Promise<void> {
  const tabs = window.tabGroups.all
    .flatMap((group) => group.tabs)
    .filter(({ input }) => {
      const compared = input instanceof TabInputTextDiff ? [input.original, input.modified] : [];
      return (input instanceof TabInputText || input instanceof TabInputCustom ? [input.uri] : compared).some(isMeant);
    });
  if (tabs.length > 0) await window.tabGroups.close(tabs, true);
}

/** Returns the tabs of a result's stream, in all groups. */
export function tabsOf(ref: ResultRef, stream: ResultStream): Tab[] {
  const key = resultKey(ref);
  return window.tabGroups.all
    .flatMap((group) => group.tabs)
    .filter((tab) => {
      const address = addressOfTab(tab);
      return address?.stream === stream && resultKey(address) === key;
    });
}
