import { hostNameOf } from '../../base/devices.ts';
import type { ResultContext, ResultMaker } from '../../base/model.ts';
import { minute, plainTime } from '../../base/time.ts';
import { encodeTranscript, formatTable, latin1, lines } from './transcript.ts';
import type { ScriptRun } from './transcript.ts';

const linuxProcesses = [
  ['root', '/sbin/init splash'],
  ['root', '[kthreadd]'],
  ['root', '/lib/systemd/systemd-journald'],
  ['systemd+', '/lib/systemd/systemd-resolved'],
  ['root', '/usr/sbin/cron -f -P'],
  ['root', 'sshd: /usr/sbin/sshd -D [listener] 0 of 10-100 startups'],
  ['mdatp', '/opt/microsoft/mdatp/sbin/wdavdaemon edr'],
  ['www-data', 'nginx: worker process'],
  ['www-data', '/usr/bin/python3 /srv/app/manage.py runserver'],
  ['postgres', 'postgres: checkpointer'],
  ['www-data', '/tmp/.X11-unix/.cache/kworkerd --quiet'],
  ['root', 'ps -eo user,pid,ppid,pcpu,pmem,lstart,args'],
] as const;

/** Returns the output of `ps` on Linux, with one process in a suspicious place. */
export function linuxProcessList({ random, startedAt, device }: ResultContext): ScriptRun {
  return {
    output:
      lines(`host: ${hostNameOf(device)}   date: ${plainTime(startedAt)} UTC`) +
      formatTable(
        [
          { title: 'USER', width: 9 },
          { title: '    PID', width: 7, right: true },
          { title: '   PPID', width: 7, right: true },
          { title: '%CPU', width: 5, right: true },
          { title: 'STARTED', width: 19 },
          { title: 'COMMAND', width: 60 },
        ],
        linuxProcesses.map(([user, command], position) => [
          user,
          String(position < 2 ? position + 1 : random.int(300, 32_000)),
          String(position < 2 ? 0 : 1),
          (random.next() * 4).toFixed(1),
          plainTime(startedAt - random.int(5, 90_000) * minute),
          command,
        ]),
      ),
  };
}

/** Returns the output of `ss -tlpn` on Linux. */
export function linuxSockets({ random }: ResultContext): ScriptRun {
  return {
    output: formatTable(
      [
        { title: 'State', width: 8 },
        { title: 'Recv-Q', width: 6, right: true },
        { title: 'Local Address:Port', width: 24 },
        { title: 'Process', width: 40 },
      ],
      [
        ['LISTEN', '0', '0.0.0.0:22', `users:(("sshd",pid=${String(random.int(700, 990))},fd=3))`],
        ['LISTEN', '0', '127.0.0.53%lo:53', 'users:(("systemd-resolve",pid=611,fd=14))'],
        ['LISTEN', '0', '*:443', `users:(("nginx",pid=${String(random.int(1_000, 2_000))},fd=6))`],
        ['LISTEN', '0', '0.0.0.0:4444', `users:(("kworkerd",pid=${String(random.int(20_000, 30_000))},fd=5))`],
      ],
    ),
  };
}

/** Returns the output of a memory dump. The kernel's out-of-memory killer ended it. 137 is 128 + SIGKILL. */
export function killedMemoryDump(): ScriptRun {
  return {
    output: lines('Dumping /proc/kcore to /var/tmp/kcore.lime', '  512 MiB', ' 1024 MiB', ' 1536 MiB'),
    errors: lines('/tmp/mdatp-script.sh: line 14: 20117 Killed                  ./avml --compress /var/tmp/kcore.lime'),
    exitCode: 137,
  };
}

/** Number of lines in the errors of {@link linuxFind}, including the cut line. */
const findErrorLineCount = 250_000;

/**
 * Makes the result of a `find /` without privileges that was killed (exit code 137). It found nothing, and has a
 * quarter of a million error lines.
 *
 * Some names contain unusual characters that Linux allows in a file name. Latin-1 bytes reach the stored file
 * unchanged, and are not valid UTF-8. Other names contain a line feed or an escape sequence. The last line is cut.
 */
export const linuxFind: ResultMaker = ({ scriptName, random }) => {
  const complaints: string[] = [];
  // A name with a line feed spreads one error over two lines, so the loop counts lines.
  let lineCount = 0;
  while (lineCount < findErrorLineCount - 1) {
    const id = String(random.int(2, 32_767));
    const left = findErrorLineCount - 1 - lineCount;
    if (lineCount % 25_000 === 1_000 && left > 1) {
      complaints.push(`find: '/srv/share/weird${id}\nname': Permission denied`);
      lineCount += 2;
      continue;
    }
    if (lineCount % 10_000 === 500) {
      complaints.push(`find: '/srv/archiv/Gesch\u00e4ftsf\u00fchrung-${id}/Pr\u00fcf\u00adung': Permission denied`);
    } else if (lineCount % 50_000 === 7_000) {
      complaints.push(`find: '/srv/share/\u001b[31mred${id}\u001b[0m': Permission denied`);
    } else {
      complaints.push(`find: '/proc/${id}/task/${id}/fdinfo': Permission denied`);
    }
    lineCount += 1;
  }
  complaints.push("find: '/proc/31");
  return latin1(encodeTranscript({ scriptName, exitCode: 137, output: '', errors: complaints.join('\n') }));
};
