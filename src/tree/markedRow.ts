import { l10n } from 'vscode';
import type { TreeItem } from 'vscode';
import type { ResultRef } from '../base/resultUri.ts';
import { remarksWords, tagsWords } from '../messages/runWords.ts';
import { addToRow, setRowCheck } from '../platform/show/rows.ts';
import type { TreeSource } from './treeSource.ts';

/**
 * Adds the marks of a row's results to the row: a check box for "reviewed", its tags, and how many remarks there are. A
 * box that nobody can change would look like one that can: the word stands in its place.
 */
export function markRow(
  item: TreeItem,
  refs: readonly ResultRef[],
  { marks: marksOf, marksAreFixed = false }: Pick<TreeSource, 'marks' | 'marksAreFixed'>,
): void {
  if (refs.length === 0 || marksOf === undefined) return;
  const all = refs.map(marksOf);
  const tags = tagsWords([...new Set(all.flatMap((marks) => marks.tags))]);
  const remarks = all.reduce((total, marks) => total + marks.remarks.length, 0);
  const isReviewed = all.every((marks) => marks.isReviewed);
  const words = remarks === 0 ? [] : [remarksWords(remarks)];
  const state = isReviewed ? l10n.t('reviewed') : l10n.t('not reviewed');
  // Tags are the team's own words, and short: a narrow side bar shows only the beginning.
  if (marksAreFixed && isReviewed) addToRow(item, { first: [state, ...tags], last: words });
  else addToRow(item, { first: tags, last: words, spoken: state });
  if (!marksAreFixed) setRowCheck(item, isReviewed, l10n.t('Reviewed'));
}
