import type { Range } from '../../base/places.ts';
import { window } from 'vscode';
import { activeAddress } from '../../documents/resultUris.ts';
import { toWholeRanges } from '../../evidence/text/textParts.ts';
import { resultKey } from '../../base/resultUri.ts';
import type { ResultStream } from '../../base/resultUri.ts';
import type { Target } from './targets.ts';

/**
 * Returns the selection in the active document as positions in the complete text. Undefined if the active document does
 * not show the target.
 */
export function selectedRanges(
  target: Target,
  stream: ResultStream = target.stream ?? 'output',
): readonly Range[] | undefined {
  if (target.quotes !== undefined) return target.quotes;
  const editor = window.activeTextEditor;
  const active = activeAddress();
  if (editor === undefined || active === undefined) return undefined;
  if (resultKey(active) !== resultKey(target.ref) || active.stream !== stream || active.view !== target.view)
    return undefined;
  const selections = editor.selections.filter((selection) => !selection.isEmpty);
  return selections.length === 0 ? undefined : toWholeRanges(active, selections);
}
