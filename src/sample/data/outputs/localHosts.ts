import { hostNameOf } from '../../base/devices.ts';
import type { ResultContext } from '../../base/model.ts';
import { lines } from './transcript.ts';
import type { ScriptRun } from './transcript.ts';

/** Characters that a Windows-1252 reader shows for letters of CP850. */
const CP850_AS_1252: Readonly<Record<string, string>> = {
  ä: '\u201e',
  ö: '\u201d',
  ü: '\u0081',
  ß: '\u00e1',
  Ä: '\u017d',
  Ö: '\u2122',
  Ü: '\u0161',
};

/** Returns the output of `systeminfo` on a German Windows. Its console output (CP850) was read as Windows-1252. */
export function germanSystemInfo({ device }: ResultContext): ScriptRun {
  const output = lines(
    '',
    `Hostname:                                      ${hostNameOf(device)}`,
    'Betriebssystemname:                            Microsoft Windows 11 Pro',
    'Betriebssystemhersteller:                      Microsoft Corporation',
    'Registrierter Eigentümer:                      Jürgen Groß',
    'Systemhersteller:                              Fabrikam Geräte AG',
    'Zeitzone:                                      (UTC+01:00) Amsterdam, Berlin, Wien, Zürich',
    'Verfügbarer physischer Speicher:               9.412 MB',
    'Domäne:                                        fabrikam.example',
    'Hotfix(es):                                    2 Hotfix(e) installiert.',
    '                                               [01]: KB5034765',
    '                                               [02]: Überprüfung ausstehend',
  );
  return {
    language: 'German',
    output: output.replaceAll(/[äöüßÄÖÜ]/gu, (letter) => CP850_AS_1252[letter] ?? letter),
  };
}

/** Returns the output of `netstat -ano` on a Russian Windows, in valid UTF-8. */
export function russianNetstat(): ScriptRun {
  return {
    language: 'Russian',
    output: lines(
      '',
      'Активные подключения',
      '',
      '  Имя    Локальный адрес        Внешний адрес          Состояние       PID',
      '  TCP    0.0.0.0:135            0.0.0.0:0              LISTENING       1044',
      '  TCP    10.20.4.31:49731       203.0.113.58:443       ESTABLISHED     6120',
      '  TCP    10.20.4.31:49740       198.51.100.7:8443      TIME_WAIT       0',
      '  UDP    0.0.0.0:5353           *:*                                    2388',
      '',
      'Готово: 4 строки',
    ),
  };
}

/** Returns the output of `ipconfig /all` on a Turkish Windows, in valid UTF-8. */
export function turkishIpconfig({ device }: ResultContext): ScriptRun {
  return {
    language: 'Turkish',
    output: lines(
      '',
      'Windows IP Yapılandırması',
      '',
      `   Ana Bilgisayar Adı . . . . . . . : ${hostNameOf(device)}`,
      '   Birincil DNS Soneki. . . . . . . : fabrikam.example',
      '   Düğüm Türü . . . . . . . . . . . : Karma',
      '   IP Yönlendirme Etkin . . . . . . : Hayır',
      '',
      'Kablosuz LAN bağdaştırıcısı Wi-Fi:',
      '',
      '   Açıklama . . . . . . . . . . . . : İşyeri Kablosuz Ağı',
      '   IPv4 Adresi. . . . . . . . . . . : 10.20.7.18(Tercih Edilen)',
      '   Alt Ağ Maskesi . . . . . . . . . : 255.255.255.0',
      '   Varsayılan Ağ Geçidi . . . . . . : 10.20.7.1',
    ),
  };
}

/**
 * Returns the output of a script that succeeded. A child PowerShell wrote only its progress to the error stream, as
 * CLIXML.
 */
export function progressOnly(): ScriptRun {
  const record = (id: number, activity: string): string =>
    `<Obj S="progress" RefId="${String(id)}"><TN RefId="${String(id)}"><T>System.Management.Automation.PSCustomObject</T><T>System.Object</T></TN><MS><I64 N="SourceId">1</I64><PR N="Record"><AV>${activity}</AV><AI>0</AI><Nil /><PI>-1</PI><PC>-1</PC><T>Completed</T><SR>-1</SR><SD> </SD></PR></MS></Obj>`;
  return {
    output: lines('Modules checked : 42', 'Modules updated : 0'),
    errors: `#< CLIXML\n<Objs Version="1.1.0.1" xmlns="http://schemas.microsoft.com/powershell/2004/04">${record(0, 'Preparing modules for first use.')}${record(1, 'Checking for updates.')}</Objs>`,
  };
}
