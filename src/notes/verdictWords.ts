import { l10n } from 'vscode';
import type { FailureCode } from '../base/failures.ts';
import type { Finding, Verdict } from './compareEvidence.ts';
import type { SavedFileComparison } from './savedFiles.ts';

/** Failures after which a cited text cannot be compared. The other citations of a note still can. */
export const CANNOT_BE_READ: ReadonlySet<FailureCode> = new Set(['textTooLarge', 'analysisStopped']);

/** Returns the verdict as a heading. */
export function verdictWord(verdict: Verdict): string {
  const words: Record<Verdict, string> = {
    matching: l10n.t('MATCHING'),
    reformatted: l10n.t('REFORMATTED'),
    changed: l10n.t('CHANGED'),
    gone: l10n.t('GONE'),
    unknown: l10n.t('UNKNOWN'),
  };
  return words[verdict];
}

/** Returns a sentence about what was compared and what the comparison found. */
export function findingSentence(finding: Finding): string {
  const sentences: Record<Finding, string> = {
    hashAndQuote: l10n.t('File hash and quoted text match the stored result.'),
    hashOnly: l10n.t('The hash of the file is that of the stored result. Nothing is quoted beside the link.'),
    blanksAtLineEnds: l10n.t(
      'The hash of the file is right. The quoted text differs in blanks at line ends only: an editor takes them away.',
    ),
    tabs: l10n.t(
      'The hash of the file is right. The quoted text differs in tabs only: they were made blanks, or blanks tabs.',
    ),
    indentation: l10n.t(
      'The hash of the file is right. The quoted text differs in its indentation only, as lists and block quotes change it.',
    ),
    fileHashDiffers: l10n.t('The hash of the file in the note is not that of the stored result.'),
    textHashDiffers: l10n.t('The hash of the text in the note is not that of the stored result.'),
    quoteDiffers: l10n.t('The text in the note is not what the stored result has there.'),
    noSuchLines: l10n.t('The stored result does not have that many lines.'),
    noHash: l10n.t('The note has no hash of the file, so nothing proves which file it means.'),
    quoteNotFound: l10n.t(
      'The hash of the file is right. No quotation of the cited lines was found beside the link, so no text was compared.',
    ),
    otherQuote: l10n.t(
      'The hash of the file is right. What is quoted near the link is not what the cited lines say, and may belong to something else: compare it by eye.',
    ),
    defanged: l10n.t(
      'The hash of the file is right. The quotation is defanged in other places than this version would: compare it by eye.',
    ),
    noText: l10n.t('The stored result has no such text.'),
  };
  return sentences[finding];
}

/** Returns a sentence about a saved file that a note names by its size and hash. */
export function savedFileSentence({ finding, file }: Omit<SavedFileComparison, 'verdict'>): string {
  const sentences: Record<SavedFileComparison['finding'], string> = {
    sameFile: l10n.t('{0} has this size and SHA-256.', file),
    sameGzip: l10n.t('{0} has this size and SHA-256, and so has the file in it.', file),
    otherInside: l10n.t('{0} has this size and SHA-256, but the file in it is another one.', file),
    otherFile: l10n.t('{0} has this size, and another SHA-256.', file),
    noSuchFile: l10n.t(
      'No file with this size and SHA-256 is in the folder of the note or of the workspace. Put it there, and check again.',
    ),
    noFileHash: l10n.t('The line is not as it was written: its sizes and hashes are not read.'),
  };
  return sentences[finding];
}
