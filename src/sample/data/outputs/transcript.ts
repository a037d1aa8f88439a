import type { ResultContext, ResultMaker } from '../../base/model.ts';

/** Output, errors and exit code of a script, before the service wraps them. */
export interface ScriptRun {
  readonly output: string;
  readonly errors?: string;
  readonly exitCode?: number;
  /** Language of the device's Windows, and therefore of the transcript's line. English by default. */
  readonly language?: keyof typeof TRANSCRIPT_WORDS;
}

/** PowerShell's sentence before the transcript's path, in the languages of Windows. */
const TRANSCRIPT_WORDS = {
  English: 'Transcript started, output file is ',
  German: 'Die Aufzeichnung wurde gestartet. Die Ausgabedatei ist ',
  Russian: 'Транскрибирование запущено, выходной файл: ',
  Turkish: 'Döküm başlatıldı, çıktı dosyası: ',
} as const;

/**
 * A script's run with the script's name and the exit code. The stored result may contain wrong values for both on
 * purpose.
 */
export interface Transcript {
  readonly scriptName: string;
  readonly exitCode: number | undefined;
  readonly output: string;
  readonly errors: string;
}

const encoder = new TextEncoder();

/** Encodes a text as UTF-8 without a BOM. */
export function utf8(text: string): Uint8Array<ArrayBuffer> {
  return encoder.encode(text);
}

/** Encodes each code unit as one byte. Units above U+007F become bytes that are not valid UTF-8. */
export function latin1(text: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(text.length);
  for (let position = 0; position < text.length; position += 1) {
    bytes[position] = text.charCodeAt(position);
  }
  return bytes;
}

/**
 * Encodes the JSON that the service stores: one line, this order of keys, `", "` and `": "`, no newline at its end
 * (api-facts §3).
 */
export function encodeTranscript(transcript: Transcript): string {
  const parts = [`"script_name": ${JSON.stringify(transcript.scriptName)}`];
  if (transcript.exitCode !== undefined) {
    parts.push(`"exit_code": ${String(transcript.exitCode)}`);
  }
  parts.push(
    `"script_output": ${JSON.stringify(transcript.output)}`,
    `"script_errors": ${JSON.stringify(transcript.errors)}`,
  );
  return `{${parts.join(', ')}}`;
}

/**
 * Returns the first line of every Windows output (api-facts §3). The file names of the script and of the transcript on
 * the device contain its GUID.
 */
function transcriptLine(guid: string, { language = 'English' }: ScriptRun): string {
  return `${TRANSCRIPT_WORDS[language]}C:\\ProgramData\\Microsoft\\Windows Defender Advanced Threat Protection\\Temp\\PSScriptOutputs\\PSScript_Transcript_{${guid.toUpperCase()}}.txt`;
}

/**
 * Wraps a script's run as the service does. On Windows, the transcript's line comes before the output, and a NUL comes
 * after it.
 */
export function toTranscript(context: ResultContext, run: ScriptRun): Transcript {
  const windows = context.device.platform === 'Windows';
  return {
    scriptName: context.scriptName,
    exitCode: run.exitCode ?? 0,
    output: windows ? `${transcriptLine(context.random.guid(), run)}\n${run.output}\u0000` : run.output,
    errors: run.errors ?? '',
  };
}

/** Creates the maker of a well-formed result. The result contains what `script` returns. */
export function scriptResult(script: (context: ResultContext) => ScriptRun): ResultMaker {
  return (context) => utf8(encodeTranscript(toTranscript(context, script(context))));
}

/** Joins lines. Each line ends with `\n`. */
export function lines(...parts: readonly string[]): string {
  return parts.map((part) => `${part}\n`).join('');
}

/** One column of a table printed in the console. */
export interface Column {
  readonly title: string;
  readonly width: number;
  readonly right?: boolean;
}

/** Formats a table as `Format-Table` prints it: titles, dashes, rows, columns separated by one space. */
export function formatTable(columns: readonly Column[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string =>
    columns
      .map((column, position) => {
        const cell = cells[position] ?? '';
        return column.right === true ? cell.padStart(column.width) : cell.padEnd(column.width);
      })
      .join(' ')
      .trimEnd();
  const dashes = columns.map((column) => '-'.repeat(column.title.length));
  return lines('', line(columns.map((column) => column.title)), line(dashes), ...rows.map(line), '');
}
