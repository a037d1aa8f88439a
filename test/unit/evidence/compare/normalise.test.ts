import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { normalise, normaliseSteps, usualRules } from '../../../../src/evidence/compare/normalise.ts';
import { normalisedView, normaliseRulesOf, parseTextView } from '../../../../src/base/textView.ts';
import { ownPattern } from '../../../../src/base/normaliseRules.ts';
import { parseCitation } from '../../../../src/evidence/blocks/citation.ts';
import { describeView } from '../../../../src/evidence/views/viewWords.ts';
import type { NormaliseRule, NormaliseRules } from '../../../../src/base/normaliseRules.ts';

const none: NormaliseRules = { host: false, times: false, pids: false, guids: false, numbers: false };
const only = (rule: NormaliseRule): NormaliseRules => ({ ...none, [rule]: true });

const transcript = (guid: string): string =>
  `Transcript started, output file is C:\\ProgramData\\Microsoft\\Windows Defender Advanced Threat Protection\\Temp\\PSScriptOutputs\\PSScript_Transcript_{${guid}}.txt`;
const guid = '0C8B6F2E-3D11-4B07-9E60-5A1B2C3D4E5F';
const otherGuid = '11111111-2222-3333-4444-555555555555';

suite('normalising a text', () => {
  test('the transcript line and trailing NULs never count, and the line stays a line', () => {
    const one = normalise(`${transcript(guid)}\nok\n\0\0`, none, []);
    assert.equal(one, 'Transcript started, output file is <transcript>\nok\n');
    assert.equal(one, normalise(`${transcript(otherGuid)}\nok\n`, none, []));
    assert.equal(normalise(`${transcript(guid)}\0`, none, []), normalise(transcript(otherGuid), none, []));
  });

  test('a line that only resembles it is a difference, and so is one further down', () => {
    for (const odd of [
      transcript(guid).replace('}.txt', '}.txt; calc.exe'),
      transcript(guid).replace('PSScript_', 'Other_'),
      `x\n${transcript(guid)}`,
    ]) {
      assert.equal(normalise(odd, none, []), odd);
    }
  });

  test('NULs inside stay', () => {
    assert.equal(normalise('a\0b\0', none, []), 'a\0b');
  });

  test('all numbers, with the blanks of their column: lines of a table that differ in sizes alone are equal', () => {
    const one = normalise('   512    12.5  4711 svchost 0x7ff <n>', only('numbers'), []);
    const other = normalise(' 99999   1,234.25     9 svchost 0x12 <n>', only('numbers'), []);
    assert.equal(one.replaceAll(/[.,] <n> /gu, ''), other.replaceAll(/[.,] <n> /gu, ''));
    assert.ok(one.includes('svchost') && one.includes('<\\n>'), one);
    assert.notEqual(normalise('1 a', only('numbers'), []), normalise('1 b', only('numbers'), []));
    assert.equal(normalise('1\n2', only('numbers'), []).split('\n').length, 2, 'lines keep their numbers');
  });

  test('the word of a view means what it meant before there were numbers', () => {
    const plain = { host: true, times: true, pids: true, guids: true, numbers: false };
    assert.deepEqual(normaliseRulesOf('normalised'), plain);
    assert.equal(normalisedView(plain), 'normalised');
    for (const rules of [none, only('numbers'), { ...plain, numbers: true }, { ...plain, host: false }]) {
      assert.deepEqual(normaliseRulesOf(normalisedView(rules)), rules);
    }
  });

  test('an expression of the user: in any case, line by line, before the other rules', () => {
    const own = (expression: string): NormaliseRules => ({ ...none, own: expression });
    assert.equal(
      normalise('Session 0x1f, SESSION abc\nsession', own(String.raw`session \w+`), []),
      '<own>, <own>\nsession',
    );
    assert.equal(normalise('a1\r\nb2\rc3', own('[^x]+'), []), '<own>\r\n<own>\r<own>', 'no match crosses a line end');
    assert.equal(normalise('<own> 7', own('7'), []), '<\\own> <own>', 'a device cannot write the placeholder');
    assert.equal(normalise('<own> 7', none, []), '<own> 7');
    assert.equal(normalise('<host> 7', own('<host>'), []), '<own> 7', 'it sees the text as received');
    assert.equal(normalise('at 2026-11-22 x', { ...own(String.raw`\d{4}-\d\d`), times: true }, []), 'at <own>-22 x');
    assert.equal(normalise('abc', own('(?=b)'), []), 'abc', 'an empty match replaces nothing');
    assert.equal(normalise('$& b', own('b'), []), '$& <own>');
  });

  test('reading an address never runs the expression in it: it can take for ever, also on an empty text', () => {
    for (const expression of [String.raw`(?:a?|b?){64}\b`, String.raw`${'(^|$)'.repeat(39)}\b`, '(x+x+)+y']) {
      const view = normalisedView({ ...none, own: expression });
      const link = `live-response:/?cloud=commercial&tenant=${otherGuid}&action=${otherGuid}&index=0&stream=output&view=${view}#L1`;
      assert.equal(parseCitation(link)?.address.view, view);
    }
  });

  test('only an expression that can be one is taken', () => {
    for (const bad of ['', '(', 'a'.repeat(201), 'a\nb', String.raw`\p{Nope}`]) {
      assert.equal(ownPattern(bad), undefined, bad);
      const view = `normalised.own-${Buffer.from(bad).toString('base64url')}`;
      assert.equal(parseTextView(view), undefined, view);
    }
    for (const good of ['x', String.raw`\bhandle \d+`, 'ı|İ', '/[.]~', 'a'.repeat(200)]) {
      assert.notEqual(ownPattern(good), undefined, good);
      const view = normalisedView({ ...none, host: true, own: good });
      assert.match(view, /^normalised\.host\.own-[\w-]+$/u);
      assert.deepEqual(normaliseRulesOf(view), { ...none, host: true, own: good });
      assert.equal(parseTextView(view), view);
      assert.equal(parseTextView(`${view}=`), undefined, 'only one spelling');
    }
    assert.equal(describeView(normalisedView({ ...none, own: String.raw`\]\(command:x\)` })), 'normalised (own)');
  });

  test('without a choice nothing else is replaced', () => {
    const text = `ws-1 ${guid} 2026-11-22 20:03:12Z PID: 4711`;
    assert.equal(normalise(text, none, ['ws-1']), text);
  });

  test('the names are whole words in any case, the longest first, and no patterns', () => {
    const names = ['ws-1', 'ws-1.example.com'];
    assert.equal(
      normalise('Host: WS-1\nws-1.example.com, \\\\ws-1\\c$ ws-10 ws-1-old aws-1 Äws-1', only('host'), names),
      'Host: <host>\n<host>, \\\\<host>\\c$ ws-10 ws-1-old aws-1 Äws-1',
    );
    assert.equal(normalise('a.b axb', only('host'), ['a.b', '', 'x(']), '<host> axb');
    assert.equal(normalise('text', only('host'), ['']), 'text');
  });

  test('GUIDs, in braces and bare, and nothing longer', () => {
    assert.equal(normalise(`{${guid}} ${guid.toLowerCase()} f${guid}`, only('guids'), []), `{<guid>} <guid> f${guid}`);
  });

  test('dates and times as scripts print them', () => {
    for (const time of [
      '2026-11-22T20:03:12Z',
      '2026-11-22T20:03:12.1234567Z',
      '2026-11-22T20:03:12+01:00',
      '2026-11-22 20:03:12Z',
      '2026-11-22 20:03',
      '2026-11-22',
      '11/22/2026 8:03:12 PM',
      '22.11.2026 20:03:12',
      '22.11.2026',
      '20:03:12',
      '8:03:12 am',
      '2026-11-22 20:03:12 UTC',
    ]) {
      assert.equal(normalise(`at ${time} x`, only('times'), []), 'at <time> x', time);
    }
  });

  test('addresses, versions and counts are no times', () => {
    const text = '10.0.22631.4460 192.168.1.20 fe80::1:22 127.0.0.1:8080 12:34 1.2.2026.7 1/2 00:15:5D:01:02:03';
    assert.equal(normalise(text, only('times'), []), text);
  });

  test('process ids where they are named as such', () => {
    assert.equal(
      normalise('PID: 1 pid=22 (PID 333) "ProcessId":4444 Process ID : 5 PPID 6 ParentProcessId=7', only('pids'), []),
      'PID: <pid> pid=<pid> (PID <pid>) "ProcessId":<pid> Process ID : <pid> PPID <pid> ParentProcessId=<pid>',
    );
    const text = 'rapid 4, pid x, 4711 pids 3';
    assert.equal(normalise(text, only('pids'), []), text);
  });

  test('lines keep their number, whatever is replaced', () => {
    const text = `${transcript(guid)}\r\nws-1\r2026-11-22\n20:03:12\npid\n4\n`;
    const count = (one: string): number => one.split(/\r\n|\r|\n/u).length;
    assert.equal(count(normalise(text, usualRules, ['ws-1'])), count(text));
  });

  test('each choice has a step that can be shown', () => {
    const steps = new Set<string>(normaliseSteps.map(({ rule }) => rule));
    for (const rule of Object.keys(usualRules)) assert.ok(steps.has(rule), rule);
  });

  test('a hostile text cannot make a pattern slow', () => {
    const evil = [
      '1'.repeat(200_000),
      '1-'.repeat(100_000),
      'pid '.repeat(50_000),
      '\0'.repeat(200_000) + 'x',
      'a-'.repeat(100_000),
    ];
    for (const text of evil) {
      const start = performance.now();
      normalise(text, usualRules, ['a-a-a']);
      assert.ok(performance.now() - start < 60_000, text.slice(0, 8));
    }
  });

  test('an expression that is none changes nothing', () => {
    assert.equal(normalise('a(b', { ...only('guids'), own: '(' }, []), 'a(b');
  });

  test('a day and a month before a time of day, in the calendar alone', () => {
    const stays = ['30. Feb 09:00', '30. Feb 9:00', '31 Feb 2026', '13/13/2026', '8:03:12/5', '1.2.2026 20:03:12/5'];
    for (const text of stays) assert.equal(normalise(`x ${text} y`, only('times'), []), `x ${text} y`);
    // German `ls -l` prints such times. An hour of two digits is no year.
    for (const time of ['14. Mär 9:05', '14. Mär 09:05', '29. Feb 09:05', '14 Mar 09:05:12', '14-Mar-26 09:05'])
      assert.equal(normalise(`x ${time} y`, only('times'), []), 'x <time> y', time);
  });

  test('the name of a day behind a date belongs to it, if the date is certain', () => {
    assert.equal(normalise('x 2026-11-23 Mon y', only('times'), []), 'x <time> y');
    assert.equal(normalise('x 23.11.2026 (Mo) 10:00 y', only('times'), []), 'x <time> y');
    assert.equal(normalise('x 23.11.26 Mon y', only('times'), []), 'x 23.11.26 Mon y');
  });
});
