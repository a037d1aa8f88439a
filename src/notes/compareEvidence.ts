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
 * Relation of a citation to the stored result. `reformatted`: the quotation differs only in changes that an editor or a
 * formatter makes by itself. `unknown`: a match was not established.
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
 * Compares a note's claims with the stored result. Without the hash of the file, or without a quotation of the cited
 * lines, the verdict is never `matching`.
 *
 * @param text - the cited text, or the view of it; undefined if the result has no such text
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
  // A view has its own lines and hash. `text` is the view, made again from the stored text.
  const known = view === undefined ? stored : { lines: measureText(text).lines, sha256: hashText(text) };
  if (found.textSha256 !== undefined && found.textSha256 !== known.sha256) return changed('textHashDiffers');
  if (found.spans.some(({ lastLine }) => lastLine > known.lines)) return changed('noSuchLines');
  const likeness = compareQuote(found, text);
  if (likeness === 'other' && found.isCertain) return changed('quoteDiffers');
  if (found.sha256 === undefined) return unknown('noHash');
  switch (likeness) {
    case 'same':
      // Without spans, nothing is quoted that could match.
      return { verdict: 'matching', finding: found.spans.length === 0 ? 'hashOnly' : 'hashAndQuote' };
    case 'blanksAtLineEnds':
    case 'tabs':
    case 'indentation':
      return { verdict: 'reformatted', finding: likeness };
    case 'otherMarks':
      return unknown('defanged');
    case 'other':
      return unknown('otherQuote');
    case 'none':
      // A citation of a complete result contains no quotation.
      return found.spans.length === 0 && found.isBare
        ? { verdict: 'matching', finding: 'hashOnly' }
        : unknown('quoteNotFound');
  }
}

/**
 * Compares a quotation with the lines that it cites. `otherMarks`: the texts differ only in the places that are
 * defanged, because another version or a person defanged the quotation. `none`: the note contains no quotation for the
 * citation, or the quotation was not found.
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
