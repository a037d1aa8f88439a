import { RESULT_SCHEME } from '../base/scheme.ts';

/**
 * Whether `files.associations` could name a language for our documents. A pattern that ends in a literal file ending
 * other than `.lr-…` cannot match one. Every other pattern is taken for one that does: a false alarm costs one more
 * reading of a document.
 */
export function associatesOurs(associations: unknown): boolean {
  if (typeof associations !== 'object' || associations === null) return false;
  return Object.entries(associations).some(([pattern, language]) => {
    if (typeof language === 'string' && language.startsWith(`${RESULT_SCHEME}-`)) return false;
    const ending = /\.([\w-]+)$/u.exec(pattern)?.[1];
    return ending === undefined || ending.toLowerCase().startsWith('lr-');
  });
}
