import type { ResultMaker } from '../../base/model.ts';
import { utf8 } from './transcript.ts';

/**
 * Makes the result that is printed in Microsoft's documentation of the result link. It keeps everything that matters to
 * a reader: the indentation, a raw line feed inside a JSON string, three NULs, and `":""` without a space. `JSON.parse`
 * refuses it (api-facts §3).
 */
export const documentationExample: ResultMaker = () =>
  utf8(String.raw`{
    "script_name": "minidump.ps1",
    "exit_code": 0,
    "script_output": "Transcript started, output file is C:\\ProgramData\\Microsoft\\Windows Defender Advanced Threat Protection\\Temp\\PSScriptOutputs\\PSScript_Transcript_{TRANSCRIPT_ID}.txt
C:\\windows\\TEMP\\OfficeClickToRun.dmp.zip\n51 MB\n\u0000\u0000\u0000",
    "script_errors":""
}`);
