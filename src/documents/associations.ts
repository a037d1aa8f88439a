import { RESULT_SCHEME } from '../base/scheme.ts';

/**
 * Whether `files.associations` could set a language for result documents. A pattern that ends in a literal file ending
 * other than `.lr-…` cannot match a result document. Every other pattern counts as a match. A wrong match costs only
 * one more read of a document.
 */
export function associatesOurs(associations: unknown): boolean {
  if (typeof associations !== 'object' || associations === null) return false;
  return Object.entries(associations).some(([pattern, language]) => {
    if (typeof language === 'string' && language.startsWith(`${RESULT_SCHEME}-`)) return false;
    const ending = /\.([\w-]+)$/u.exec(pattern)?.[1];
    return ending === undefined || ending.toLowerCase().startsWith('lr-');
  });
}
