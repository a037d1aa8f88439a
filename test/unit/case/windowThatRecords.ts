import { spawnSync } from 'node:child_process';
import { writeSync } from 'node:fs';
import { RecordWriter } from '../../../src/case/record/recordWriter.ts';
import { fetched } from './scene.ts';

// A process of its own, which killed.test.ts kills or limits. Prints a line for each step that was acknowledged. With
// `lift`, the limit of its files is lifted when a write fails, as if somebody made room.
const [, , folder = '', caseId = '', writer = '', first = '0', lift] = process.argv;
const record = new RecordWriter({ folder, caseId, writer, toolVersion: '9.9.9', now: Date.now });
let left = 5;
for (let number = Number(first); lift === undefined || left > 0; number++) {
  try {
    await record.append(fetched(number));
    writeSync(1, `${number}\n`);
    if (left < 5) left--;
  } catch (error) {
    if (lift === undefined || left < 5) throw error;
    left--;
    spawnSync('prlimit', ['--pid', process.pid.toString(), '--fsize=unlimited']);
  }
}
