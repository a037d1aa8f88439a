import type { ResultContext, ResultMaker } from '../../base/model.ts';

/** What a script wrote and how it ended, before the service wraps it. */
export interface ScriptRun {
  readonly output: string;
  readonly errors?: string;
  readonly exitCode?: number;
  /** Of the device's Windows, which the transcript's line is written in. Without it: English. */
  readonly language?: keyof typeof TRANSCRIPT_WORDS;
}

/** PowerShell's sentence before the transcript's path, in the languages of Windows. */
const TRANSCRIPT_WORDS = {
  English: 'Transcript started, output file is ',
  German: 'Die Aufzeichnung wurde gestartet. Die Ausgabedatei ist ',
  Russian: 'Транскрибирование запущено, выходной файл: ',
  Turkish: 'Döküm başlatıldı, çıktı dosyası: ',
} as const;

/** The same with the names and the exit code that the wrapped form may get wrong on purpose. */
export interface Transcript {
  readonly scriptName: string;
  readonly exitCode: number | undefined;
  readonly output: string;
  readonly errors: string;
}

const encoder = new TextEncoder();

/** UTF-8 without a BOM. */
export function utf8(text: string): Uint8Array<ArrayBuffer> {
  return encoder.encode(text);
}

/** One byte for one unit: the units above U+007F become bytes that are not UTF-8. */
export function latin1(text: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(text.length);
  for (let position = 0; position < text.length; position += 1) {
    bytes[position] = text.charCodeAt(position);
  }
  return bytes;
}

/** The JSON the service stores: one line, this key order, `", "` and `": "`, no newline at its end (api-facts §3). */
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
 * The first line of every Windows output (api-facts §3): its GUID names the script and the transcript on the device.
 */
function transcriptLine(guid: string, { language = 'English' }: ScriptRun): string {
  return `${TRANSCRIPT_WORDS[language]}C:\\ProgramData\\Microsoft\\Windows Defender Advanced Threat Protection\\Temp\\PSScriptOutputs\\PSScript_Transcript_{${guid.toUpperCase()}}.txt`;
}

/** A script's run as the service wraps it: on Windows with the transcript's line before and a NUL after the output. */
export function toTranscript(context: ResultContext, run: ScriptRun): Transcript {
  const windows = context.device.platform === 'Windows';
  return {
    scriptName: context.scriptName,
    exitCode: run.exitCode ?? 0,
    output: windows ? `${transcriptLine(context.random.guid(), run)}\n${run.output}\u0000` : run.output,
    errors: run.errors ?? '',
  };
}

/** A well-formed result of a script that prints what `script` returns. */
export function scriptResult(script: (context: ResultContext) => ScriptRun): ResultMaker {
  return (context) => utf8(encodeTranscript(toTranscript(context, script(context))));
}

/** Lines, each ended by `\n`. */
export function lines(...parts: readonly string[]): string {
  return parts.map((part) => `${part}\n`).join('');
}

/** One column of a table printed in the console. */
export interface Column {
  readonly title: string;
  readonly width: number;
  readonly right?: boolean;
}

/** A table as `Format-Table` prints it: titles, dashes, rows, columns parted by one blank. */
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
