import type { ScriptRun } from './transcript.ts';

/** Number of times that {@link scannerLog} redraws its progress line, with a carriage return and no line feed. */
const progressUpdateCount = 3_000;

const escape = '\u001b';
const bell = '\u0007';

/**
 * Returns a scanner's log as a terminal would receive it: colors, 3,000 progress updates by `\r` alone, backspaces,
 * cursor movements. It also contains three OSC sequences that affect the reader: 8 (a link whose text is another
 * address), 52 (writes the clipboard) and 0 (sets the window's title). Their content is harmless.
 */
export function scannerLog(): ScriptRun {
  const progress = Array.from({ length: progressUpdateCount }, (_, step) => {
    const done = String(Math.floor(((step + 1) * 100) / progressUpdateCount)).padStart(3);
    return `\r[${'|/-\\'.charAt(step % 4)}] ${done}% ${String(step + 1).padStart(4, '0')}/${String(progressUpdateCount)} files`;
  }).join('');
  return {
    output: [
      `${escape}]0;Scan finished: no threats found${bell}`,
      `${escape}[1;36mfabscan 4.2.0${escape}[0m  rules: 1 284\n`,
      progress,
      `\r${escape}[2K${escape}[32mScan complete${escape}[0m\n`,
      `${escape}[1;31m[MATCH]${escape}[0m C:\\Users\\Public\\update.ps1  rule ${escape}[4mEncodedCommand_Generic${escape}[24m\n`,
      `${escape}[33m[WARN ]${escape}[0m C:\\Windows\\Temp\\a.bin  entropy 7.99\n`,
      'Threats: 12\b\b 1\b0\n',
      `first line\nsecond line${escape}[1A${escape}[11Dthis overwrites the first line${escape}[1B\n`,
      `Report: ${escape}]8;;https://collect.attacker.example/?host=1${escape}\\https://security.fabrikam.example/report${escape}]8;;${escape}\\\n`,
      `${escape}]52;c;ZWNobyB0aGlzIGNhbWUgZnJvbSBhIGRldmljZQ==${bell}`,
      `${escape}[?25h${escape}[0mbye\n`,
    ].join(''),
    errors: `${escape}[31mfabscan: 3 files could not be opened${escape}[0m\n`,
    exitCode: 1,
  };
}
