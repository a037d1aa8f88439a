import type { ResultContext, ResultMaker } from '../../base/model.ts';
import { minute, plainTime, second } from '../../base/time.ts';
import { encodeTranscript, toTranscript, utf8 } from './transcript.ts';

/** Number of line feeds in the decoded output of {@link largeLog}. */
const largeLineCount = 180_000;

const emojiEscape = String.raw`\ud83d\ude00`;

/**
 * Returns about 12 MB of log as valid JSON. Its last line contains an emoji, written as an escaped surrogate pair.
 *
 * The lines are plain ASCII, so they are written directly as JSON. The date and minute are formatted once for 60 lines.
 * The usual way would block the extension host for most of a second.
 */
function logText(context: ResultContext): string {
  const { random, startedAt } = context;
  const start = Math.floor(startedAt / minute) * minute - largeLineCount * second;
  const parts: string[] = [];
  let prefix = '';
  // The transcript's line is the first of the 180,000 lines. The line with the emoji is the last.
  for (let line = 0; line < largeLineCount - 2; line += 1) {
    if (line % 60 === 0) {
      prefix = plainTime(start + line * second).slice(0, 17);
    }
    const time = prefix + String(line % 60).padStart(2, '0');
    const source = `10.20.${String(line % 32)}.${String(line % 250)}`;
    parts.push(
      `${time} ${String(random.int(4_600, 4_799))} Logon type ${String(line % 11)} from ${source} record=${String(line + 2)}`,
    );
  }
  const lastLine = 'last event: user note says "all good 😀" and the log ends here\n';
  const shell = encodeTranscript(toTranscript(context, { output: lastLine })).replace('😀', emojiEscape);
  const at = shell.indexOf('last event');
  return `${shell.slice(0, at)}${parts.join('\\n')}\\n${shell.slice(at)}`;
}

/**
 * Makes a result of 12 MB and 180,000 lines. Raw control characters are only near the two ends of the output's string.
 * A repair must find them and read the text between them only once.
 */
export const largeLog: ResultMaker = (context) => {
  const text = logText(context);
  const first = text.indexOf('.txt\\n') + 4;
  const last = text.lastIndexOf('\\n\\u0000');
  return utf8(`${text.slice(0, first)}\n${text.slice(first + 2, last)}\n${text.slice(last + 2)}`);
};

/**
 * Makes the second version, which stops in the middle of an escaped surrogate pair. It is truncated, so it is not a
 * valid result.
 */
export const largeLogCut: ResultMaker = (context) => {
  const text = logText(context);
  return utf8(text.slice(0, text.lastIndexOf(emojiEscape) + '\\ud83d\\ud'.length));
};

/**
 * Makes the third version, with `C:\ProgramData` unescaped. `\P` is not an escape of JSON, so this is not a valid
 * result either.
 */
export const largeLogUnescaped: ResultMaker = (context) =>
  utf8(logText(context).replace('C:\\\\ProgramData', 'C:\\ProgramData'));

/** Number of characters in the only line of {@link base64Line}. */
const base64Length = 6_000_000;

/** Makes the output of `[Convert]::ToBase64String` for a file: one line of six million characters. */
export const base64Line: ResultMaker = (context) => {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
  // A block of random characters is repeated and rotated. This gives a text of any length quickly.
  const block = Array.from({ length: 4_096 }, () => alphabet.charAt(context.random.int(0, 63))).join('');
  const rows = Array.from(
    { length: Math.ceil(base64Length / block.length) },
    (_, row) => block.slice(row % 4_096) + block.slice(0, row % 4_096),
  );
  const output = `${rows.join('').slice(0, base64Length - 2)}==\n`;
  return utf8(encodeTranscript(toTranscript(context, { output })));
};
