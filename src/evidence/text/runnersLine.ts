const GUID = '[\\da-f]{8}-[\\da-f]{4}-[\\da-f]{4}-[\\da-f]{4}-[\\da-f]{12}';
const FILE = `PSScript_Transcript_\\{${GUID}\\}\\.txt`;
const FOLDER = '[a-z]:\\\\[^\\r\\n\\0"<>|:*?]{1,200}\\\\';
const ENGLISH = 'Transcript started, output file is ';
/**
 * Characters of PowerShell's sentence before the path, in any language. Digits and the special characters of paths,
 * tags or code are not among them.
 */
const WORDS = '[^\\p{Cc}\\d\\\\/<>|*?{}=$]';
/** Punctuation after the path, and the verb in languages whose sentence ends with it. */
const ENDING =
  '[\\p{Pf}\\p{Pe}"\'.\u3002 \\p{Script=Hangul}\\p{Script=Han}\\p{Script=Hiragana}\\p{Script=Katakana}]{0,20}';

/**
 * Matches the beginning of the first line that Defender's script runner writes on the device, with the transcript's
 * path. The sentence is `$1`. Any other line is the script's own, so only the exact line of the script runner matches.
 * The path is the same in every language. The sentence is in the system's language (docs: `Start-Transcript`; inferred
 * for API runs).
 */
export const RUNNERS_PATH = new RegExp(
  `^(${ENGLISH}(?=${FOLDER}${FILE}(?:[\\r\\n\\0]|$))|${WORDS}{1,200}?(?=${FOLDER}PSScriptOutputs\\\\${FILE}${ENDING}(?:[\\r\\n\\0]|$)))${FOLDER}${FILE}`,
  'iu',
);

/** Whether Defender's script runner wrote the line before the script's own output. */
export function isRunnersLine(line: string): boolean {
  // An English sentence is enough without the path, because older script runners wrote another path after it.
  return line.startsWith(ENGLISH) || RUNNERS_PATH.test(line);
}
