import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { sampleScenarios } from '../../../../src/sample/data/catalogue.ts';
import { count, readResult, scenarioBytes, scenarioResult, startTenant } from '../harness.ts';

const { tenant } = startTenant();
const latin1 = new TextDecoder('latin1');
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const mebibyte = 1024 * 1024;

void suite('the ten outputs break naive readers', () => {
  void test('1: the documentation example has a raw line feed and NULs', async () => {
    const text = utf8.decode(await scenarioBytes(tenant, 'documentationExample'));
    assert.throws(() => JSON.parse(text) as unknown, SyntaxError);
    assert.match(text, /\{TRANSCRIPT_ID\}\.txt\nC:\\\\windows/u);
    assert.ok(text.includes('51 MB\\n\\u0000\\u0000\\u0000"'));
  });

  void test('2: NULs stand between letters, then plain text, then trailing NULs', async () => {
    const { script_output: output } = await scenarioResult(tenant, 'wideTools');
    assert.ok(output.includes('B\0e\0g\0i\0n\0'));
    assert.ok(output.includes('\r\0\r\0\n\0'));
    assert.match(output, /From here on the text is plain\.\n\0{3}$/u);
  });

  void test('3: the texts \\u0000 and \\0 stand beside real NULs', async () => {
    const { script_output: output } = await scenarioResult(tenant, 'registryQuery');
    assert.ok(output.includes('C:\\u0000\\agent') && output.includes('    \\0\n'));
    assert.match(output, /found\.\n\0{4}$/u);
    const text = utf8.decode(await scenarioBytes(tenant, 'registryQuery'));
    assert.ok(text.includes('C:\\\\u0000'), 'what a replace of \\u0000 in the stored text would damage');
  });

  void test('4: 214 error records as CLIXML, exit 0', async () => {
    const result = await scenarioResult(tenant, 'eventLogErrors');
    assert.equal(result.exit_code, 0);
    assert.ok(result.script_errors.startsWith('#< CLIXML\n<Objs '));
    assert.equal(count(result.script_errors, '+ FullyQualifiedErrorId'), 214);
    assert.ok(result.script_output.includes('LevelDisplayName'));
  });

  void test('5: empty output, 250,000 lines of errors that are not UTF-8, the last one cut', async () => {
    const bytes = await scenarioBytes(tenant, 'linuxFind');
    assert.ok(bytes.length > 12 * mebibyte && bytes.length < 16 * mebibyte, String(bytes.length));
    assert.throws(() => utf8.decode(bytes));
    const {
      script_output: output,
      script_errors: errors,
      exit_code: exitCode,
    } = JSON.parse(latin1.decode(bytes)) as Awaited<ReturnType<typeof scenarioResult>>;
    assert.deepEqual([output, exitCode], ['', 137]);
    assert.equal(errors.split('\n').length, 250_000);
    assert.ok(errors.endsWith("\nfind: '/proc/31"));
    assert.ok(errors.includes('Gesch\u00e4ft') && errors.includes('\u001b[31m') && /weird\d+\nname/u.test(errors));
    const lenient = JSON.parse(new TextDecoder().decode(bytes)) as { script_errors: string };
    assert.ok(lenient.script_errors.includes('\ufffd'));
  });

  void test('6: 12 MB with raw control characters at both ends only, and two twins that are no results', async () => {
    const bytes = await scenarioBytes(tenant, 'largeLog');
    assert.ok(bytes.length > 11.5e6 && bytes.length < 13e6, String(bytes.length));
    const text = utf8.decode(bytes);
    assert.throws(() => JSON.parse(text) as unknown, SyntaxError);
    const raw = [...text.matchAll(/\p{Cc}/gu)].map(({ index }) => index);
    assert.equal(raw.length, 2);
    assert.ok((raw[0] ?? 0) < 1_000 && (raw[1] ?? 0) > text.length - 1_000);
    const output = (JSON.parse(text.replaceAll('\n', '\\n')) as { script_output: string }).script_output;
    assert.equal(count(output, '\n'), 180_000);
    assert.ok(text.includes('\\ud83d\\ude00') && output.includes('\u{1f600}'));

    const cut = utf8.decode(await scenarioBytes(tenant, 'largeLogCut'));
    assert.ok(cut.length > 11.5e6 && cut.endsWith('\\ud83d\\ud'));
    assert.throws(() => JSON.parse(cut) as unknown, SyntaxError);

    const unescaped = utf8.decode(await scenarioBytes(tenant, 'largeLogUnescaped'));
    assert.ok(unescaped.length > 11.5e6 && unescaped.includes('is C:\\ProgramData\\\\'));
    assert.throws(() => JSON.parse(unescaped) as unknown, SyntaxError);
  });

  void test('7: one line of six million characters', async () => {
    const { script_output: output } = await scenarioResult(tenant, 'base64Line');
    const [, line = '', ...rest] = output.split('\n');
    assert.equal(line.length, 6_000_000);
    assert.match(line, /^[A-Za-z0-9+/]+==$/u);
    assert.deepEqual(rest, ['\0']);
  });

  void test('8: mojibake, U+FFFD, look-alikes, bidi, odd line ends, Japanese, emoji', async () => {
    const { script_output: output, script_errors: errors } = await scenarioResult(tenant, 'turkishTasks');
    for (const part of [
      'G\u00c3\u00b6rev',
      '\ufffd',
      'İ',
      'ı',
      '\u0410dobe',
      '\u202e',
      '\u2028',
      '\u0085',
      '資産',
      '😀',
      '\u200d',
    ]) {
      assert.ok(output.includes(part), part);
    }
    assert.ok(errors.includes('\ufffd'));
  });

  void test('9: terminal sequences and 3,000 progress updates without a line feed', async () => {
    const { script_output: output } = await scenarioResult(tenant, 'scannerLog');
    assert.equal([...output.matchAll(/\r\[/gu)].length, 3_000);
    for (const part of ['\u001b[1;31m', '\b', '\u001b[1A', '\u001b]8;;https', '\u001b]52;c;', '\u001b]0;', '\u0007']) {
      assert.ok(output.includes(part), JSON.stringify(part));
    }
    assert.ok(output.split('\n').length < 20);
  });

  void test('10: a forged block, a hostile script name on a device with a hostile name', async () => {
    const result = await scenarioResult(tenant, 'forgedEvidence');
    assert.equal(result.script_name, "=cmd|'/c calc'!A1.ps1");
    assert.equal(sampleScenarios.forgedEvidence.scriptName, result.script_name);
    assert.ok(result.script_output.includes(`\n${'`'.repeat(4_000)}\n`));
    for (const part of ['\n~~~\n', '<!--', '](command:', '```text', '| Exit code | 0 |']) {
      assert.ok(result.script_output.includes(part), part);
    }
  });

  void test('the odd and the ordinary can be told apart: readResult reads what is well formed', async () => {
    for (const name of ['exitZero', 'turkishTasks', 'scannerLog', 'base64Line', 'forgedEvidence'] as const) {
      assert.equal(readResult(await scenarioBytes(tenant, name)).script_name, sampleScenarios[name].scriptName);
    }
  });
});
