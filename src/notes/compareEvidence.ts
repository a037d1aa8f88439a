import { defangQuotation, refang } from '../evidence/indicators/defang.ts';
import { hashText } from '../base/hashText.ts';
import { compareTexts } from '../evidence/blocks/likeness.ts';
import type { Likeness } from '../evidence/blocks/likeness.ts';
import { cutSpans } from '../evidence/text/quotation.ts';
import { textIn } from '../evidence/blocks/readEvidence.ts';
import type { FoundEvidence } from '../evidence/blocks/readEvidence.ts';
import { measureText } from '../evidence/text/textFacts.ts';
import type { StoredFacts } from '../model/storedResult.ts';

/**
 * Relation of a citation to what is stored. `reformatted`: the quotation differs only in what an editor or a formatter
 * changes by itself. `unknown`: everything that was not seen to match.
 */
export type Verdict = 'matching' | 'reformatted' | 'changed' | 'gone' | 'unknown';

/** The reason for the verdict. */
export type Finding =
  | 'hashAndQuote'
  | 'hashOnly'
  | 'blanksAtLineEnds'
  | 'tabs'
  | 'indentation'
  | 'fileHashDiffers'
  | 'textHashDiffers'
  | 'quoteDiffers'
  | 'noSuchLines'
  | 'noHash'
  | 'quoteNotFound'
  | 'otherQuote'
  | 'defanged'
  | 'noText';

export interface Comparison {
  readonly verdict: Verdict;
  readonly finding: Finding;
}

/**
 * Compares a note's claims with what is stored. Anything that the note leaves out never counts in its favor.
 *
 * @param text - the cited text, or the view of it; undefined where the result has none
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
  // A view has its own lines and hash; it was created again from what is stored.
  const known = view === undefined ? stored : { lines: measureText(text).lines, sha256: hashText(text) };
  if (found.textSha256 !== undefined && found.textSha256 !== known.sha256) return changed('textHashDiffers');
  if (found.spans.some(({ lastLine }) => lastLine > known.lines)) return changed('noSuchLines');
  const likeness = compareQuote(found, text);
  if (likeness === 'other' && found.isCertain) return changed('quoteDiffers');
  if (found.sha256 === undefined) return unknown('noHash');
  switch (likeness) {
    case 'same':
      return { verdict: 'matching', finding: 'hashAndQuote' };
    case 'blanksAtLineEnds':
    case 'tabs':
    case 'indentation':
      return { verdict: 'reformatted', finding: likeness };
    case 'otherMarks':
      return unknown('defanged');
    case 'other':
      return unknown('otherQuote');
    case 'none':
      // A citation of a whole result has no quotation.
      return found.spans.length === 0 && found.isBare
        ? { verdict: 'matching', finding: 'hashOnly' }
        : unknown('quoteNotFound');
  }
}

/**
 * Compares a quotation with the lines that it cites. `otherMarks`: the words are the same but defanged in other places
 * than this version would choose, by another version or by hand. `none`: the note has no quotation there, or it was not
 * found.
 */
function compareQuote(found: FoundEvidence, text: string): Likeness | 'otherMarks' | 'none' {
  const { quoted, form } = found;
  if (quoted === undefined) return 'none';
  const quotation = cutSpans(text, found.spans);
  if (!found.defanged) return compareTexts(quoted, textIn(form, quotation));
  const likeness = compareTexts(quoted, textIn(form, defangQuotation(quotation)));
  if (likeness !== 'other') return likeness;
  return refang(quoted) === refang(textIn(form, quotation)) ? 'otherMarks' : 'other';
}
