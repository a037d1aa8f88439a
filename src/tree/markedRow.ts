import { l10n } from 'vscode';
import type { TreeItem } from 'vscode';
import type { ResultRef } from '../base/resultUri.ts';
import type { ResultMarks } from '../case/marks/mergeMarks.ts';
import { remarksWords, tagsWords } from '../messages/runWords.ts';
import { addToRow, setRowCheck } from '../platform/show/rows.ts';

/** Adds the marks of a row's results to the row: a check box for "reviewed", its tags, and how many remarks there are. */
export function markRow(item: TreeItem, refs: readonly ResultRef[], marksOf: (ref: ResultRef) => ResultMarks): void {
  if (refs.length === 0) return;
  const all = refs.map(marksOf);
  const tags = tagsWords([...new Set(all.flatMap((marks) => marks.tags))]);
  const remarks = all.reduce((total, marks) => total + marks.remarks.length, 0);
  const isReviewed = all.every((marks) => marks.isReviewed);
  const words = remarks === 0 ? [] : [remarksWords(remarks)];
  // Tags are the team's own words, and short: a narrow side bar shows only the beginning.
  addToRow(item, { first: tags, last: words, spoken: isReviewed ? l10n.t('reviewed') : l10n.t('not reviewed') });
  setRowCheck(item, isReviewed, l10n.t('Reviewed'));
}
