import type { ResultContext, ResultMaker } from '../../base/model.ts';
import { gzipStored } from './gzip.ts';
import { encodeTranscript, latin1, lines, toTranscript, utf8 } from './transcript.ts';
import type { ScriptRun } from './transcript.ts';

type Script = (context: ResultContext) => ScriptRun;

/** Creates the maker of a result without `exit_code`. A reader must not show the unknown exit code as zero. */
export function withoutExitCode(script: Script): ResultMaker {
  return (context) => utf8(encodeTranscript({ ...toTranscript(context, script(context)), exitCode: undefined }));
}

/** Creates the maker of a result with the names of older services: `name` and `script_error` (api-facts §3). */
export function withOldNames(script: Script): ResultMaker {
  return (context) => {
    const { scriptName, exitCode, output, errors } = toTranscript(context, script(context));
    return utf8(
      `{"name": ${JSON.stringify(scriptName)}, "exit_code": ${String(exitCode)}, "script_output": ${JSON.stringify(output)}, "script_error": ${JSON.stringify(errors)}}`,
    );
  };
}

/** Creates the maker of a result whose script name differs from the command's script name. */
export function namedAs(scriptName: string, script: Script): ResultMaker {
  return (context) => utf8(encodeTranscript({ ...toTranscript(context, script(context)), scriptName }));
}

/** Creates the maker of a result that is stored gzip-compressed. */
export function compressed(make: ResultMaker): ResultMaker {
  return (context) => gzipStored(make(context));
}

/** Creates the maker of a result that is stored as UTF-16, little endian, with its BOM. */
export function asUtf16(script: Script): ResultMaker {
  return (context) => {
    const text = `\ufeff${encodeTranscript(toTranscript(context, script(context)))}`;
    const bytes = new Uint8Array(text.length * 2);
    const view = new DataView(bytes.buffer);
    for (let position = 0; position < text.length; position += 1) {
      view.setUint16(position * 2, text.charCodeAt(position), true);
    }
    return bytes;
  };
}

/** Creates the maker of a result whose output is empty: the service did not even add the transcript's line. */
export function bare(errors: string, exitCode: number): ResultMaker {
  return ({ scriptName }) => utf8(encodeTranscript({ scriptName, exitCode, output: '', errors }));
}

/**
 * Makes the result of a script file that did not match its hash: exit code 323 (api-facts §3). We wrote the error text.
 */
export const tampered = bare('Script file hash does not match the expected hash. The script was not executed.\n', 323);

/** Creates the maker of a result that is cut after `share` of its bytes. */
export function cutAt(share: number, make: ResultMaker): ResultMaker {
  return (context) => {
    const bytes = make(context);
    return bytes.subarray(0, Math.floor(bytes.length * share));
  };
}

/** Creates the maker of a collected file: gzip with the original path in its FNAME (api-facts §3). */
export function collectedFile(path: string, content: (context: ResultContext) => Uint8Array): ResultMaker {
  return (context) => gzipStored(content(context), path);
}

/** Returns about 200 kB of CSV. The file needs more than one stored block of gzip. */
export function triageFile({ random }: ResultContext): Uint8Array {
  const rows = Array.from(
    { length: 2_400 },
    (_, row) => `${String(row)},${random.hex(40)},C:\\Windows\\System32\\drivers\\d${String(row)}.sys`,
  );
  return utf8(lines('row,sha1,path', ...rows));
}

/** Returns some lines of a Linux authentication log. One name is in Latin-1. */
export function authLog({ random }: ResultContext): Uint8Array {
  return latin1(
    lines(
      ...Array.from(
        { length: 120 },
        (_, row) =>
          `Nov 22 03:${String(row % 60).padStart(2, '0')}:11 web01 sshd[${String(random.int(900, 32_000))}]: Failed password for invalid user ${row === 60 ? 'j\u00fcrgen' : 'admin'} from 203.0.113.${String(random.int(2, 250))} port ${String(random.int(1_025, 65_000))} ssh2`,
      ),
    ),
  );
}

/** Returns the shortest ZIP archive, which is empty. It replaces a memory dump of tens of megabytes. */
export function emptyZip(): Uint8Array {
  return Uint8Array.of(0x50, 0x4b, 5, 6, ...new Uint8Array(18));
}
