import { Hover } from 'vscode';
import type { Position, TextDocument } from 'vscode';
import { describeView } from '../evidence/views/viewWords.ts';
import { parseResultUri } from '../base/resultUri.ts';
import { hoverOfLines } from '../platform/show/hovers.ts';
import type { ResultStore } from '../results/resultStore.ts';
import { factLines } from './factLines.ts';
import { remarksOn } from './remarks.ts';

/**
 * Returns the facts about a result, for the hover on the first line of its document. Reads the store, never the
 * network.
 */
export async function hoverFacts(
  store: ResultStore,
  { uri }: TextDocument,
  { line }: Position,
): Promise<Hover | undefined> {
  const address = line === 0 ? parseResultUri(uri) : undefined;
  const facts = address === undefined ? undefined : await store.facts(address);
  if (address === undefined || facts === undefined) return undefined;
  const view = address.view === undefined ? [] : [describeView(address.view)];
  return new Hover(hoverOfLines([...view, ...factLines(facts), ...remarksOn(facts)]));
}
