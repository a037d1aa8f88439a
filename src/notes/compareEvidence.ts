import { defangQuotation, refang } from '../evidence/defang.ts';
import { hashText } from '../evidence/hashText.ts';
import { cutSpans } from '../evidence/quotation.ts';
import { quotesSame } from '../evidence/readEvidence.ts';
import type { FoundEvidence } from '../evidence/readEvidence.ts';
import { measureText } from '../evidence/textFacts.ts';
import type { StoredFacts } from '../results/storedResult.ts';

/** How a citation stands to what is stored. `unknown` is everything that was not seen to match. */
export type Verdict = 'matching' | 'changed' | 'gone' | 'unknown';

/** What decided it. */
export type Finding =
  | 'hashAndQuote'
  | 'hashOnly'
  | 'fileHashDiffers'
  | 'textHashDiffers'
  | 'quoteDiffers'
  | 'noSuchLines'
  | 'noHash'
  | 'defanged'
  | 'noText';

export interface Comparison {
  readonly verdict: Verdict;
  readonly finding: Finding;
}

/**
 * Compares what a note says with what is stored. Nothing that the note leaves out counts for it.
 *
 * @param text - the text that is cited, or the view of it; undefined where the result has none
 */
export function compareEvidence(
  found: FoundEvidence,
  facts: Pick<StoredFacts, 'sha256' | 'raw' | 'transcript'>,
  text: string | undefined,
): Comparison {
  const changed = (finding: Finding): Comparison => ({ verdict: 'changed', finding });
  const unknown = (finding: Finding): Comparison => ({ verdict: 'unknown', finding });
  const { stream, view } = found.address;
  if (found.sha256 !== undefined && found.sha256 !== facts.sha256) return changed('fileHashDiffers');
  const stored = stream === 'raw' ? facts.raw : facts.transcript?.[stream];
  if (stored === undefined || text === undefined) return unknown('noText');
  // A view has lines and a hash of its own; it was made anew from what is stored.
  const known = view === undefined ? stored : { lines: measureText(text).lines, sha256: hashText(text) };
  if (found.textSha256 !== undefined && found.textSha256 !== known.sha256) return changed('textHashDiffers');
  if (found.spans.some(({ lastLine }) => lastLine > known.lines)) return changed('noSuchLines');
  const isQuoted = found.quoted !== undefined;
  const likeness = isQuoted ? compareQuote(found, text) : 'same';
  if (likeness === 'other') return changed('quoteDiffers');
  if (found.sha256 === undefined) return unknown('noHash');
  if (likeness === 'otherMarks') return unknown('defanged');
  return { verdict: 'matching', finding: isQuoted ? 'hashAndQuote' : 'hashOnly' };
}

/** `otherMarks`: the same words, but defanged in other places than this version would: by another one, or by hand. */
function compareQuote(found: FoundEvidence, text: string): 'same' | 'otherMarks' | 'other' {
  const quotation = cutSpans(text, found.spans);
  if (!found.defanged) return quotesSame(found, quotation) ? 'same' : 'other';
  if (quotesSame(found, defangQuotation(quotation))) return 'same';
  const unmarked = { form: found.form, quoted: refang(found.quoted ?? '') };
  return quotesSame(unmarked, { ...quotation, text: refang(quotation.text) }) ? 'otherMarks' : 'other';
}
