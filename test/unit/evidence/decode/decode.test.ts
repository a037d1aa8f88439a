import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { changeOf, decode, DOCUMENTATION_EXAMPLE, resultJson, transcriptOf } from '../results.ts';

suite('reading the JSON of a result', () => {
  test('a well-formed result gives its texts unchanged and reports no change', () => {
    const decoded = decode(
      '{"script_name": "collect.ps1", "exit_code": 7, "script_output": "  a\\r\\nb\\n\\u0000", "script_errors": "no\\n"}',
    );
    assert.deepEqual(decoded, {
      transcript: {
        scriptName: 'collect.ps1',
        exitCode: 7,
        output: '  a\r\nb\n\0',
        errors: 'no\n',
        otherKeys: {},
      },
      rejection: undefined,
      changes: [],
      encoding: 'utf-8',
    });
  });

  test("the documentation's own example opens, and its raw line feed is reported with its place", () => {
    const { transcript, changes } = decode(DOCUMENTATION_EXAMPLE);
    assert.equal(transcript?.scriptName, 'minidump.ps1');
    assert.equal(transcript.exitCode, 0);
    assert.equal(
      transcript.output,
      'Transcript started, output file is C:\\ProgramData\\Microsoft\\Windows Defender Advanced Threat Protection' +
        '\\Temp\\PSScriptOutputs\\PSScript_Transcript_{TRANSCRIPT_ID}.txt\n' +
        'C:\\windows\\TEMP\\OfficeClickToRun.dmp.zip\n51 MB\n\0\0\0',
    );
    const firstOffset = DOCUMENTATION_EXAMPLE.indexOf('.txt\n') + 4;
    assert.deepEqual(changes, [{ kind: 'controlCharactersEscaped', count: 1, firstOffset }]);
  });

  test('raw control characters inside strings are read as themselves, counted, and placed', () => {
    const file = resultJson('a\u0000b\u001b[0m\t\r\n\u001f');
    assert.equal(transcriptOf(file).output, 'a\u0000b\u001b[0m\t\r\n\u001f');
    assert.deepEqual(changeOf(file, 'controlCharactersEscaped'), {
      kind: 'controlCharactersEscaped',
      count: 6,
      firstOffset: file.indexOf('\u0000'),
    });
  });

  test('the literal text \\u0000 stays text beside real NULs', () => {
    const file = resultJson(String.raw`C:\\u0000\\0 \\\\u0000\u0000\u0000`);
    assert.equal(transcriptOf(file).output, 'C:\\u0000\\0 \\\\u0000\0\0');
    assert.deepEqual(decode(file).changes, []);
  });

  test('the literal text \\u0000 stays text also where a raw control character has to be escaped', () => {
    const file = resultJson('C:\\\\u0000\nend\\u0000');
    assert.equal(transcriptOf(file).output, 'C:\\u0000\nend\0');
  });

  for (const length of [1, 20, 43, 60]) {
    test(`a file that was cut off after ${length} units is refused and not completed`, () => {
      const file = resultJson('a line\\nanother line', '"exit_code": 0').slice(0, length);
      assert.deepEqual(decode(file).rejection, { reason: 'truncated', offset: length });
      assert.equal(decode(file).transcript, undefined);
    });
  }

  test('a file that was cut off in the middle of an escaped surrogate pair is refused', () => {
    const file = resultJson('face \\ud83d\\ude00', '');
    for (let length = file.indexOf('\\ud83d') + 1; length <= file.indexOf('\\ude00') + 6; length++) {
      assert.equal(decode(file.slice(0, length)).rejection?.reason, 'truncated', file.slice(0, length));
    }
  });

  test('a file that was cut off is refused also where it holds raw control characters', () => {
    assert.equal(decode(resultJson('a\nb').slice(0, -20)).rejection?.reason, 'truncated');
  });

  test('an unescaped Windows path is refused and not guessed at', () => {
    const { transcript, rejection } = decode(resultJson('C:\\ProgramData'));
    assert.equal(transcript, undefined);
    assert.equal(rejection?.reason, 'notJson');
  });

  test('a control character behind a backslash is refused and not guessed at', () => {
    assert.equal(decode(resultJson('a\\\nb')).rejection?.reason, 'notJson');
  });

  test('no bytes at all are refused as empty', () => {
    assert.deepEqual(decode(new Uint8Array()).rejection, { reason: 'empty' });
  });

  for (const [what, file] of [
    ['a list', '[{"script_output": "a"}]'],
    ['a number', '42'],
    ['null', 'null'],
    ['a text', '"script_output"'],
    ['other JSON', '{"error": {"code": "NotFound", "message": "no"}}'],
    ['a result without texts', '{"script_name": "a.ps1", "exit_code": 0}'],
  ] as const) {
    test(`${what} is JSON but no transcript`, () => {
      assert.deepEqual(decode(file).rejection, { reason: 'notATranscript' });
    });
  }

  test('a page of HTML is not JSON', () => {
    assert.equal(decode('<!DOCTYPE html><title>Sign in</title>').rejection?.reason, 'notJson');
  });

  test('a sentence with an opening brace or quote is not JSON, and not a result that was cut off', () => {
    assert.equal(decode('if (x) { throw').rejection?.reason, 'notJson');
    assert.equal(decode('5" disk').rejection?.reason, 'notJson');
  });

  test('bytes of an archive are binary', () => {
    assert.deepEqual(decode(Uint8Array.of(0x50, 0x4b, 5, 6, ...new Uint8Array(18))).rejection, { reason: 'binary' });
  });

  test('bytes of an archive are binary also where they hold a quote or a brace', () => {
    for (const odd of ['"', '{', '[']) {
      const bytes = Buffer.concat([Buffer.from([0x50, 0x4b, 3, 4, 0, 0, 1, 2]), Buffer.from(odd), Buffer.alloc(30)]);
      assert.equal(decode(bytes).rejection?.reason, 'binary', odd);
    }
  });
});

suite('reading the keys of a result', () => {
  test('the old names of keys are read and reported', () => {
    const file = '{"name": "old.ps1", "exit_code": 1, "script_output": "o", "script_error": "e"}';
    const { scriptName, errors, otherKeys } = transcriptOf(file);
    assert.deepEqual({ scriptName, errors, otherKeys }, { scriptName: 'old.ps1', errors: 'e', otherKeys: {} });
    assert.deepEqual(changeOf(file, 'oldKey'), { kind: 'oldKey', count: 2, keys: ['name', 'script_error'] });
    assert.equal(changeOf(file, 'missingKey'), undefined);
  });

  test('where a key has both its names, the text under the old one is not lost', () => {
    const transcript = transcriptOf(
      '{"script_output": "o", "script_errors": "", "script_error": "kept?", "name": "n"}',
    );
    assert.equal(transcript.errors, '');
    assert.deepEqual(transcript.otherKeys, { script_error: 'kept?' });
  });

  test('a key that stands twice is reported, however it is written: the last one is read', () => {
    const file =
      '{"script_output": "first", "exit_code": 1, "script_name": "a\\"b\\\\", "\\u0073cript_output":"second" , "exit_code" :0,"script_errors":"{\\"exit_code\\": 7, ", "exit_code": 2}';
    const { output, exitCode } = transcriptOf(file);
    assert.deepEqual({ output, exitCode }, { output: 'second', exitCode: 2 });
    assert.deepEqual(changeOf(file, 'duplicateKey'), {
      kind: 'duplicateKey',
      count: 3,
      keys: ['script_output', 'exit_code'],
    });
  });

  test('a key that stands twice is reported also where raw control characters had to be escaped', () => {
    const file = '{"script_output": "a\nb", "script_errors": "", "script_errors": "c"}';
    assert.deepEqual(changeOf(file, 'duplicateKey')?.keys, ['script_errors']);
    assert.equal(changeOf(file, 'controlCharactersEscaped')?.count, 1);
  });

  test('keys inside of other values, and words that only look like keys, are no duplicates', () => {
    const file =
      '{"script_output": "\\", \\"script_output\\": \\"", "more": {"more": 1, "script_output": [{"more": 1}, "more", "more"]}, "script_errors": "more"}';
    assert.equal(changeOf(file, 'duplicateKey'), undefined);
    assert.deepEqual(decode('["a", "a"]').changes, []);
  });

  for (const [what, file] of [
    ['100 million brackets that open', '['.repeat(100_000_000)],
    ['brackets that open and close', `{"script_output":"","x":${'['.repeat(30_000)}${']'.repeat(30_000)}}`],
    ['objects in objects', `${'{"a":'.repeat(20_000)}1${'}'.repeat(20_000)}`],
    ['millions of values', `{"script_output":"","x":[${'[],'.repeat(1_100_000)}1]}`],
    ['millions of keys', `{"script_output":"",${'"a":1,'.repeat(1_100_000)}"b":1}`],
  ] as const) {
    test(`${what} are refused before they are parsed`, () => {
      const start = performance.now();
      assert.deepEqual(decode(file), {
        transcript: undefined,
        rejection: { reason: 'tooNested' },
        changes: [],
        encoding: 'utf-8',
      });
      // JSON.parse alone takes longer for most of them, and a text of 100 MB at least has to be decoded.
      assert.ok(performance.now() - start < 60_000);
    });
  }

  test('what is nested as deeply as nothing real is still read', () => {
    const file = resultJson('', `"exit_code": 0, "script_errors": "", "x": ${'['.repeat(9000)}${']'.repeat(9000)}`);
    assert.equal(transcriptOf(file).exitCode, 0);
  });

  test('a text with a million commas is a text', () => {
    assert.equal(decode(`{"script_output": "${',['.repeat(1_500_000)}", "script_errors": ""}`).rejection, undefined);
    assert.equal(decode('a,b\n'.repeat(1_500_000)).rejection?.reason, 'notJson');
  });

  for (const [what, json, exitCode] of [
    ['zero', '0', 0],
    ['a negative number', '-1073741510', -1073741510],
    ['a number near 2^32', '4294967295', 4294967295],
    ['a number above 255', '323', 323],
  ] as const) {
    test(`an exit code may be ${what}`, () => {
      const file = resultJson('', `"exit_code": ${json}, "script_errors": ""`);
      assert.equal(transcriptOf(file).exitCode, exitCode);
      assert.deepEqual(decode(file).changes, []);
    });
  }

  for (const json of ['"0"', '0.5', 'true', '[0]', '{}', '1e400', '12345678901234567890']) {
    test(`an exit code written ${json} is unknown, never a number, and reported`, () => {
      const file = resultJson('', `"exit_code": ${json}, "script_errors": ""`);
      assert.equal(transcriptOf(file).exitCode, undefined);
      assert.deepEqual(changeOf(file, 'exitCodeNotANumber')?.keys, ['exit_code']);
    });
  }

  test('a missing exit code is unknown and not zero, and so is null', () => {
    for (const rest of ['"script_errors": ""', '"exit_code": null, "script_errors": ""']) {
      const file = resultJson('x', rest);
      assert.equal(transcriptOf(file).exitCode, undefined);
      assert.deepEqual(changeOf(file, 'missingKey'), { kind: 'missingKey', count: 1, keys: ['exit_code'] });
    }
  });

  test('one text alone is a result with a gap, which is reported', () => {
    const file = '{"script_errors": "only"}';
    const { output, errors, scriptName } = transcriptOf(file);
    assert.deepEqual({ output, errors, scriptName }, { output: '', errors: 'only', scriptName: undefined });
    assert.deepEqual(changeOf(file, 'missingKey')?.keys, ['script_name', 'script_output', 'exit_code']);
  });

  test('a text that is something else is not replaced by an empty one without a word', () => {
    const file = '{"script_name": "a.ps1", "exit_code": 0, "script_output": ["a", "b"], "script_errors": "e"}';
    const { transcript, changes } = decode(file);
    assert.equal(transcript?.output, '');
    assert.ok(changes.some(({ keys }) => keys?.includes('script_output')));
    assert.deepEqual(transcript.otherKeys, { script_output: ['a', 'b'] });
  });

  test('keys that this version does not know are kept as they were and named', () => {
    const file =
      '{"script_output": "", "script_errors": "", "__proto__": {"a": 1}, "run_as": "SYSTEM", "toString": null}';
    const { otherKeys } = transcriptOf(file);
    assert.deepEqual(Object.keys(otherKeys), ['__proto__', 'run_as', 'toString']);
    assert.deepEqual(Object.getOwnPropertyDescriptor(otherKeys, '__proto__')?.value, { a: 1 });
    assert.deepEqual(changeOf(file, 'unknownKey'), {
      kind: 'unknownKey',
      count: 3,
      keys: ['__proto__', 'run_as', 'toString'],
    });
  });
});
