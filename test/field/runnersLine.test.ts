import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { normalise, usualRules } from '../../src/evidence/compare/normalise.ts';
import { outlineLines } from '../../src/evidence/outline/outline.ts';
import { isRunnersLine } from '../../src/evidence/text/runnersLine.ts';
import { explainEmptiness } from '../../src/results/emptiness.ts';
import type { StoredFacts } from '../../src/model/storedResult.ts';

const FOLDER = 'C:\\ProgramData\\Microsoft\\Windows Defender Advanced Threat Protection\\Temp\\PSScriptOutputs';
const path = (digit: string): string =>
  `${FOLDER}\\PSScript_Transcript_{${digit.repeat(8)}-0000-4000-8000-${digit.repeat(12)}}.txt`;

/** PowerShell's sentence around the path, in languages of Windows. */
const SENTENCES: Readonly<Record<string, readonly [before: string, behind: string]>> = {
  English: ['Transcript started, output file is ', ''],
  'L1: German': ['Die Aufzeichnung wurde gestartet. Die Ausgabedatei ist ', ''],
  'L1: German, with a stop': ['Die Aufzeichnung wurde gestartet. Die Ausgabedatei ist "', '".'],
  'L1: French': ['Transcription démarrée, le fichier de sortie est ', ''],
  'L1: Turkish': ['Döküm başlatıldı, çıktı dosyası: ', ''],
  'L1: Spanish': ['Transcripción iniciada; el archivo de salida es ', ''],
  Italian: ['Trascrizione avviata. Il file di output è ', ''],
  Portuguese: ['Transcrição iniciada, o arquivo de saída é ', ''],
  Polish: ['Transkrypcja została uruchomiona, plik wyjściowy: ', ''],
  Russian: ['Транскрибирование запущено, выходной файл: ', ''],
  Japanese: ['トランスクリプトが開始されました。出力ファイルは ', ' です'],
  Chinese: ['已启动脚本,输出文件为 ', ''],
  Korean: ['기록이 시작되었습니다. 출력 파일은 ', '입니다.'],
  'French, read by another code page': ['Transcription dÃ©marrÃ©e, le fichier de sortie est ', ''],
  'German with characters that were lost': ['Die Aufzeichnung f\ufffdr den Host: ', ''],
};

/** Lines of a script's own. */
const OTHERS: readonly string[] = [
  '',
  path('1'),
  `-a---- 23.11.2026 21:04 512 ${path('1')}`,
  `{"path": "${path('1')}"}`,
  `Copy-Item $source ${path('1')}`,
  `Die Ausgabedatei ist ${path('1').replace('PSScriptOutputs', 'Other')}`,
  `Die Ausgabedatei ist ${path('1').replace('.txt', '.log')}`,
  `Die Ausgabedatei ist ${path('1')} = 7`,
  'Die Aufzeichnung wurde gestartet. Die Ausgabedatei ist C:\\a.txt',
];

suite("PowerShell's line about its transcript, in the languages of Windows (L1)", () => {
  for (const [language, [before, behind]] of Object.entries(SENTENCES)) {
    test(language, () => {
      const line = `${before}${path('1')}${behind}`;
      assert.ok(isRunnersLine(line));
      for (const rest of ['', '\n', '\r\n', '\r\n\0\0\0']) assert.equal(emptiness(line + rest), 'transcriptLineOnly');
      assert.equal(emptiness(`${line}\r\nx`), 'notEmpty');
      const other = `${before}${path('2')}${behind}`;
      const normalised = normalise(`${line}\r\nok\r\n`, usualRules, []);
      assert.equal(normalised, `${before}<transcript>${behind}\r\nok\r\n`);
      assert.equal(normalise(`${other}\r\nok\r\n`, usualRules, []), normalised);
      const json = '{"a": {"b": 1}, "c": [1, 2]}'.split(' ');
      assert.deepEqual(outlineLines([line, ...json]), outlineLines(['Transcript started, output file is x', ...json]));
      assert.ok(outlineLines([line, ...json]));
    });
  }

  test("what only names the path is the script's own", () => {
    for (const line of OTHERS) {
      assert.equal(isRunnersLine(line), false, line);
      assert.ok(
        !normalise(line, { host: false, times: false, pids: false, guids: false, numbers: false }, []).includes(
          '<transcript>',
        ),
      );
      if (line !== '') assert.equal(emptiness(line), 'notEmpty', line);
    }
  });

  test('a hostile first line is read at once', { timeout: 60_000 }, () => {
    for (const piece of ['a', 'C:\\', `C:\\a\\PSScriptOutputs\\PSScript_Transcript_{`, path('1'), ' ']) {
      const line = piece.repeat(3_000_000 / piece.length);
      assert.equal(isRunnersLine(line), false);
      normalise(line, usualRules, []);
    }
  });
});

function emptiness(text: string): string {
  const facts = { transcript: {} } as unknown as StoredFacts;
  return explainEmptiness(undefined, 0, facts, 'output', text);
}
