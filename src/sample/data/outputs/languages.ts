import type { ScriptRun } from './transcript.ts';
import { lines } from './transcript.ts';

/**
 * Returns the output of `schtasks` on a Turkish Windows. An attacker who knows Unicode has chosen the names of the
 * tasks.
 *
 * The first headings are mojibake (UTF-8 read as a code page). The rows below them contain U+FFFD (a code page read as
 * UTF-8). The device sent both: they are not faults of this extension. Then follow pairs of names that look alike and
 * are not equal: İ/I, ı/i, Cyrillic А. U+202E reverses a part of one name. Some readers treat U+2028 and U+0085 as line
 * ends. Japanese and emoji come last, and the emoji are surrogate pairs.
 */
export function turkishTasks(): ScriptRun {
  return {
    output: lines(
      '',
      'Klas\u00c3\u00b6r: \\',
      'G\u00c3\u00b6rev Ad\u00c4\u00b1                              Sonraki \u00c3\u2021al\u00c4\u00b1\u00c5\u0178ma Zaman\u00c4\u00b1   Durum',
      '===================================== ========================= ===============',
      'G\ufffdncelleme Denetimi                 24.11.2026 03:00:00       Haz\ufffdr',
      'Yede\ufffdi \ufffdal\ufffdt\ufffdr                       24.11.2026 01:30:00       \ufffdal\ufffd\ufffd\ufffdyor',
      '',
      'Klasör: \\Fabrikam',
      'Görev Adı                              Sonraki Çalışma Zamanı   Durum',
      '===================================== ========================= ===============',
      'İstanbul Envanteri                    24.11.2026 09:00:00       Hazır',
      'Istanbul Envanteri                    24.11.2026 09:00:00       Hazır',
      'ıişlem-günlüğü                        Yok                       Devre dışı',
      'Adobe Update                          24.11.2026 10:15:00       Hazır',
      '\u0410dobe Update                          24.11.2026 10:15:00       Hazır',
      'rapor\u202etxt.exe                       Yok                       Hazır',
      'Satır\u2028ayırıcı                        Yok                       Hazır',
      'Sonraki\u0085satır                         Yok                       Hazır',
      '資産棚卸し（大阪）                      24.11.2026 18:00:00       Hazır',
      'バックアップ確認 ☑️                      24.11.2026 22:00:00       Hazır',
      'nöbet 👩🏽‍💻 🇹🇷 😀                          24.11.2026 23:45:00       Hazır',
      '',
      'Toplam: 11 görev',
    ),
    errors: lines(
      'HATA: Sistem belirtilen dosyay\ufffd bulam\ufffdyor.',
      'UYARI: \\Fabrikam\\Eski görevi okunamad\u00c4\u00b1.',
    ),
  };
}

/** Returns the output of `Get-LocalUser` and a list of folders on a Japanese Windows, in valid UTF-8. */
export function japaneseProfile(): ScriptRun {
  return {
    output: lines(
      'ユーザー名      有効   最終ログオン',
      '--------------- ------ -------------------',
      '田中 健二       True   2026/11/20 08:14:09',
      '佐藤 美咲       True   2026/11/19 17:52:31',
      'Administrator   False',
      '',
      'C:\\Users\\田中 健二\\デスクトップ\\請求書（11月）.xlsx.lnk',
    ),
  };
}
