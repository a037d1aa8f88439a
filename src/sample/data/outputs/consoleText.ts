import { hostNameOf } from '../../base/devices.ts';
import type { ResultContext } from '../../base/model.ts';
import { minute, plainTime, second } from '../../base/time.ts';
import { formatTable, lines } from './transcript.ts';
import type { ScriptRun } from './transcript.ts';

/** Converts a text to UTF-16 that was read as bytes: a NUL follows each unit. */
function asUtf16Bytes(text: string): string {
  return text.replaceAll(/./gsu, '$&\u0000');
}

/**
 * Returns the output of three tools that write UTF-16 into a UTF-8 console (`sfc`, `wsl`, `autorunsc`). One tool uses
 * `\r\r\n`. Plain text follows. The NULs are **between** the letters. Three more NULs end the output.
 */
export function wideTools({ device, startedAt }: ResultContext): ScriptRun {
  return {
    output: [
      lines('--- sfc /verifyonly ---'),
      asUtf16Bytes(
        '\r\r\nBeginning system scan.  This process will take some time.\r\r\n\r\r\nBeginning verification phase of system scan.\r\r\n',
      ),
      asUtf16Bytes(
        'Verification 37% complete.\rVerification 100% complete.\r\r\nWindows Resource Protection did not find any integrity violations.\r\r\n',
      ),
      lines('', '--- wsl --list --verbose ---'),
      asUtf16Bytes('  NAME      STATE           VERSION\r\n* Ubuntu    Stopped         2\r\n'),
      lines('', '--- autorunsc -a l -nobanner ---'),
      asUtf16Bytes(
        'HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Run\r\n   SecurityHealth\r\n     %windir%\\system32\\SecurityHealthSystray.exe\r\n',
      ),
      lines('', `Finished on ${hostNameOf(device)} at ${plainTime(startedAt)}`, 'From here on the text is plain.'),
      '\u0000\u0000',
    ].join(''),
  };
}

/**
 * Returns the output of `reg query` for values whose text is `\u0000` and `\0`. If a reader removes `\u0000` from the
 * stored JSON, it destroys `C:\u0000`. Such a reader also leaves `\0`, with which `reg query` writes the real NULs of
 * REG_MULTI_SZ.
 */
export function registryQuery(): ScriptRun {
  return {
    output:
      lines(
        '',
        'HKEY_LOCAL_MACHINE\\SOFTWARE\\Fabrikam\\Agent',
        '    InstallDir      REG_SZ          C:\\u0000\\agent',
        '    Separator       REG_SZ          \\0',
        '    Pattern         REG_SZ          ^[\\u0000-\\u001f]+$',
        '    Servers         REG_MULTI_SZ    c2-a.fabrikam.example\\0c2-b.fabrikam.example\\0',
        '    Raw             REG_BINARY      5C007500300030003000300000',
        '    Enabled         REG_DWORD       0x1',
        '',
        'End of search: 6 match(es) found.',
      ) + '\u0000\u0000\u0000',
  };
}

/** Number of error records in {@link eventLogErrors}. */
const eventErrorCount = 214;

/**
 * Returns the output of `Get-WinEvent | Format-Table` in a child PowerShell, which writes its errors as CLIXML: 214
 * error records, exit code 0.
 */
export function eventLogErrors({ random, startedAt }: ResultContext): ScriptRun {
  const rows = Array.from({ length: 60 }, (_, position) => [
    plainTime(startedAt - position * 7 * minute - random.int(0, 59) * second),
    String(random.pick([4624, 4625, 4634, 4648, 4672, 4688])),
    'Information',
    random.pick([
      'An account was successfully logged on....',
      'An account failed to log on....',
      'A new process has been created....',
    ]),
  ]);
  const records = Array.from({ length: eventErrorCount }, (_, position) => {
    const said = [
      `Get-WinEvent : Could not retrieve information about the Security log. Error: The description for event ${String(5_000 + position)} cannot be found.`,
      'At C:\\ProgramData\\Microsoft\\Windows Defender Advanced Threat Protection\\Downloads\\recent-events.ps1:17 char:3',
      '+   Get-WinEvent -LogName Security -MaxEvents 500 |',
      '    + CategoryInfo          : NotSpecified: (:) [Get-WinEvent], EventLogException',
      '    + FullyQualifiedErrorId : System.Diagnostics.Eventing.Reader.EventLogException,Microsoft.PowerShell.Commands.GetWinEventCommand',
    ];
    return said
      .map((line) => `<S S="Error">${line.replaceAll('&', '&amp;').replaceAll('<', '&lt;')}_x000D__x000A_</S>`)
      .join('');
  });
  return {
    output: formatTable(
      [
        { title: 'TimeCreated', width: 19 },
        { title: '  Id', width: 5, right: true },
        { title: 'LevelDisplayName', width: 16 },
        { title: 'Message', width: 44 },
      ],
      rows,
    ),
    errors: `#< CLIXML\n<Objs Version="1.1.0.1" xmlns="http://schemas.microsoft.com/powershell/2004/04">${records.join('')}</Objs>`,
  };
}

/**
 * Returns an output with 214 lines of errors in plain text. The exit code is still 0, because PowerShell continued
 * after each error.
 */
export function deniedShares({ random }: ResultContext): ScriptRun {
  const errors = Array.from(
    { length: eventErrorCount },
    (_, position) =>
      `Get-Acl : Attempted to perform an unauthorized operation on '\\\\fs02\\projects\\${String(2019 + (position % 8))}\\P-${String(random.int(1000, 9999))}'.`,
  );
  return {
    output: lines('Share inventory of \\\\fs02', 'Folders read   : 1866', 'Folders denied : 214'),
    errors: lines(...errors),
  };
}
