import { RESULT_SCHEME } from '../evidence/scheme.ts';

/**
 * Whether `files.associations` could name a language for our documents. Patterns that end in a plain file ending of
 * others cannot; whatever else they say is taken as if it did, for a document that is read twice harms nobody.
 */
export function associatesOurs(associations: unknown): boolean {
  if (typeof associations !== 'object' || associations === null) return false;
  return Object.entries(associations).some(([pattern, language]) => {
    if (typeof language === 'string' && language.startsWith(`${RESULT_SCHEME}-`)) return false;
    const ending = /\.([\w-]+)$/u.exec(pattern)?.[1];
    return ending === undefined || ending.toLowerCase().startsWith('lr-');
  });
}
