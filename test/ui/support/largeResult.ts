import { createHash } from 'node:crypto';
import { scenarioRef } from '../../../src/sample/data/catalogue.ts';

/** The command whose result is large here. */
export const LARGE = scenarioRef('exitOne');
/** Size of its file, and a little more. */
const BYTES = 300_000_000;
const WORDS = 'svchost.exe -k netsvcs C:\\\\Windows\\\\System32 S-1-5-18 started';

/** The file of a result that no editor opens whole. Each line begins with its number. */
export interface LargeFile {
  readonly bytes: Buffer;
  readonly sha256: string;
  readonly lines: number;
  /** Of the output as UTF-8. */
  readonly textSha256: string;
  /** The last line. */
  readonly last: string;
}

export function makeLargeFile(): LargeFile {
  const pieces: Buffer[] = [Buffer.from('{"script_name": "x.ps1", "exit_code": 1, "script_output": "')];
  const text = createHash('sha256');
  let size = 0;
  let lines = 0;
  let last = '';
  while (size < BYTES) {
    const block: string[] = [];
    for (let at = 0; at < 10_000; at++) block.push(`${++lines} ${WORDS}`);
    const piece = Buffer.from(`${lines > 10_000 ? '\\r\\n' : ''}${block.join('\\r\\n')}`);
    text.update(piece.toString('latin1').replaceAll('\\r\\n', '\r\n').replaceAll('\\\\', '\\'));
    pieces.push(piece);
    size += piece.length;
    last = (block.at(-1) ?? '').replaceAll('\\\\', '\\');
  }
  pieces.push(Buffer.from('", "script_errors": ""}'));
  const bytes = Buffer.concat(pieces);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  return { bytes, sha256, lines, textSha256: text.digest('hex'), last };
}
