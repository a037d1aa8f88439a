import assert from 'node:assert/strict';
import { decodeResult } from '../../../src/evidence/decode/decode.ts';
import type { DecodedResult } from '../../../src/evidence/decode/decode.ts';
import type { DecodeChange, DecodeChangeKind, Transcript } from '../../../src/evidence/decode/transcript.ts';

/**
 * The result printed in Microsoft's documentation, byte for byte. It is not valid JSON: a string contains a raw line
 * feed.
 */
export const DOCUMENTATION_EXAMPLE = String.raw`{
    "script_name": "minidump.ps1",
    "exit_code": 0,
    "script_output": "Transcript started, output file is C:\\ProgramData\\Microsoft\\Windows Defender Advanced Threat Protection\\Temp\\PSScriptOutputs\\PSScript_Transcript_{TRANSCRIPT_ID}.txt
C:\\windows\\TEMP\\OfficeClickToRun.dmp.zip\n51 MB\n\u0000\u0000\u0000",
    "script_errors":""
}
`;

/** Returns a result file as the service writes it. The texts are inserted unescaped. */
export function resultJson(output: string, rest = '"exit_code": 0, "script_errors": ""'): string {
  return `{"script_name": "a.ps1", "script_output": "${output}", ${rest}}`;
}

/** Decodes a text, or bytes. */
export function decode(file: string | Uint8Array): DecodedResult {
  return decodeResult(typeof file === 'string' ? Buffer.from(file) : file);
}

/** Returns the transcript of a file that must be a result. */
export function transcriptOf(file: string | Uint8Array): Transcript {
  const { transcript, rejection } = decode(file);
  assert.ok(transcript, `refused: ${JSON.stringify(rejection)}`);
  return transcript;
}

/** Returns the change of this kind, where it was reported. */
export function changeOf(file: string | Uint8Array, kind: DecodeChangeKind): DecodeChange | undefined {
  return decode(file).changes.find((change) => change.kind === kind);
}

/** Encodes a text as UTF-16, with lone surrogates unchanged. */
export function utf16(text: string, order: 'le' | 'be', mark = false): Buffer {
  const bytes = Buffer.from(mark ? `\ufeff${text}` : text, 'utf16le');
  return order === 'le' ? bytes : bytes.swap16();
}
