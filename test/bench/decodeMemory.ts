// A process of its own that decodes one file: `node decodeMemory.ts FILE`. Reports the most memory that decoding took
// besides the file's own bytes.
import { readFileSync } from 'node:fs';
import { decodeResult } from '../../src/evidence/decode/decode.ts';

const [file = ''] = process.argv.slice(2);
// Loads and compiles everything before the file is read.
decodeResult(Buffer.from('{"script_output":"\n","script_errors":""}'));
const empty = process.memoryUsage.rss();
const bytes = readFileSync(file);
const { transcript } = decodeResult(bytes);
const peak = process.resourceUsage().maxRSS * 1024 - empty - bytes.length;
if (transcript === undefined) throw new Error(`${file} is no result.`);
console.log(JSON.stringify({ peak }));
