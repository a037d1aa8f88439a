const GUID = '[\\da-f]{8}-[\\da-f]{4}-[\\da-f]{4}-[\\da-f]{4}-[\\da-f]{12}';
const FILE = `PSScript_Transcript_\\{${GUID}\\}\\.txt`;
const FOLDER = '[a-z]:\\\\[^\\r\\n\\0"<>|:*?]{1,200}\\\\';
const ENGLISH = 'Transcript started, output file is ';
/**
 * Characters of PowerShell's sentence before the path, in any language: no digits, and no signs of paths, tags or code.
 */
const WORDS = '[^\\p{Cc}\\d\\\\/<>|*?{}=$]';
/** Marks behind the path, and the verb of languages that end with it. */
const ENDING =
  '[\\p{Pf}\\p{Pe}"\'.\u3002 \\p{Script=Hangul}\\p{Script=Han}\\p{Script=Hiragana}\\p{Script=Katakana}]{0,20}';

/**
 * Matches the beginning of the line that the service's runner writes first, with the transcript's path. The sentence is
 * `$1`. Matches only the line as the service writes it: any other line is the script's own. The path is the same in
 * every language, and its sentence is in the system's language (docs: `Start-Transcript`; inferred for API runs).
 */
export const RUNNERS_PATH = new RegExp(
  `^(${ENGLISH}(?=${FOLDER}${FILE}(?:[\\r\\n\\0]|$))|${WORDS}{1,200}?(?=${FOLDER}PSScriptOutputs\\\\${FILE}${ENDING}(?:[\\r\\n\\0]|$)))${FOLDER}${FILE}`,
  'iu',
);

/** Whether a line is the one that the service's runner writes before the script's own output. */
export function isRunnersLine(line: string): boolean {
  // In English the sentence alone is enough: older runners wrote another path behind it.
  return line.startsWith(ENGLISH) || RUNNERS_PATH.test(line);
}
