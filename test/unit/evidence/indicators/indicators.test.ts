import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { isInColumn } from '../../../../src/evidence/indicators/columns.ts';
import { isMailHost } from '../../../../src/evidence/indicators/hostNames.ts';
import { collectIndicators, countCuts } from '../../../../src/evidence/indicators/indicators.ts';
import { isTellingIPv4 } from '../../../../src/evidence/indicators/ipAddresses.ts';
import { mergeIndicators } from '../../../../src/evidence/indicators/mergeIndicators.ts';
import { readCorpus, scoreCorpus, scoreKinds } from '../indicatorCorpus.ts';

/** Returns the indicators as `kind value`. */
function found(text: string): string[] {
  return collectIndicators(text).map(({ kind, value }) => `${kind} ${value}`);
}

suite('indicators', () => {
  for (const part of ['tuned', 'heldOut'] as const) {
    test(`of the labelled corpus, ${part}: what is found is right, and nearly all is found`, () => {
      const { precision, recall, wrong, missed } = scoreCorpus(part);
      assert.ok(precision >= 0.98, wrong.join('\n'));
      assert.ok(recall >= 0.95, missed.join('\n'));
      for (const [kind, score] of scoreKinds(part)) {
        const ofKind = [...wrong, ...missed].filter((one) => one.split(' ')[1] === kind);
        assert.ok(score.precision >= 0.9 && score.recall >= 0.9, ofKind.join('\n'));
      }
    });
  }

  test('the corpus has 400 lines, 130 of them held out', () => {
    const tuned = readCorpus('tuned').lines.filter((line) => line !== '').length;
    const heldOut = readCorpus('heldOut').lines.filter((line) => line !== '').length;
    assert.ok(tuned + heldOut >= 400 && heldOut >= 130, `${tuned} and ${heldOut}`);
  });

  test('files, versions, members and types are none', () => {
    const none = [
      'svchost.exe 10.0.19041.1 System.Collections Get-Item.Name',
      'ntdll.dll setup.py run.sh a.zip README.md lib.so.6 command.com ASP.NET java.net $x.com',
      'Version=4.0.0.0 v1.2.3.4 Chrome/131.0.2.5 1.2.3.4.5 01.2.3.4 256.1.1.1 1.2.3',
      '127.0.0.1 0.0.0.0 255.255.255.0 224.0.0.251 ::1 :: 12:30:45 00:15:5d:0a:11:2f std::vector a::b',
      'http://localhost:8080/ http://127.0.0.1/x https://[::1]/ xmlns="http://www.w3.org/2001/XMLSchema"',
      'd41d8cd98f00b204e9800998ecf8427 00000000000000000000000000000000 12345678901234567890123456789012',
      '/c /tmp /dev/null /api/v1/x C: D:\\ \\\\srv \\\\.\\pipe\\x HKLM',
      'user@localhost anna@dc1 @example.com',
      'user.email obj.name this.id done.to foo.com(1) a.com::b',
    ];
    for (const text of none) assert.deepEqual(found(text), [], text);
  });

  test('an address has its host with it, without account, port and the end of the sentence', () => {
    assert.deepEqual(found('(see https://u:p@evil.example:8443/a_(b)?q=1#f).'), [
      'url https://u:p@evil.example:8443/a_(b)?q=1#f',
      'domain evil.example',
    ]);
    assert.deepEqual(found('http://[2001:db8::7]/x'), ['url http://[2001:db8::7]/x', 'ipv6 2001:db8::7']);
    assert.deepEqual(found('http://dc1/x'), ['url http://dc1/x']);
    assert.deepEqual(found('www.evil.sh and evil.sh'), ['domain www.evil.sh']);
  });

  test('paths end where their names do', () => {
    const cases: [string, string[]][] = [
      ['run "C:\\Program Files\\a b\\c.exe" -x', ['C:\\Program Files\\a b\\c.exe']],
      ['run C:\\Program Files\\a b\\c.exe -x D:\\y', ['C:\\Program Files\\a b\\c.exe', 'D:\\y']],
      ['C:\\a.exe \\\\srv\\share\\b.txt', ['C:\\a.exe', '\\\\srv\\share\\b.txt']],
      ['copied C:\\a\\b.txt to E:\\.', ['C:\\a\\b.txt']],
      ["'C:\\a b.exe --quiet'", ['C:\\a b.exe']],
      ['PATH=/usr/bin/x:/opt/y/z.', ['/usr/bin/x', '/opt/y/z']],
    ];
    for (const [line, paths] of cases) {
      assert.deepEqual(
        found(line).filter((one) => one.startsWith('path')),
        paths.map((path) => `path ${path}`),
        line,
      );
    }
  });

  test('a column of versions holds no addresses, until the table ends', () => {
    const table = 'Name    Version     Vendor\nGit     2.43.0.1    x\n\nGit     2.43.0.1    x';
    assert.deepEqual(collectIndicators(table), [{ kind: 'ipv4', value: '2.43.0.1', count: 1, firstLine: 4 }]);
  });

  test('each is there once, with its count and its first line, whatever ends a line', () => {
    const text = 'a\rEVIL.COM\r\nx evil.com\n/tmp/A /tmp/a\nC:\\X c:\\x';
    assert.deepEqual(collectIndicators(text), [
      { kind: 'domain', value: 'EVIL.COM', count: 2, firstLine: 2 },
      { kind: 'path', value: '/tmp/A', count: 1, firstLine: 4 },
      { kind: 'path', value: '/tmp/a', count: 1, firstLine: 4 },
      { kind: 'path', value: 'C:\\X', count: 2, firstLine: 5 },
    ]);
  });

  test('in a selection only, with the lines of the whole text', () => {
    const text = 'one.com\ntwo.com\nthree.com x four.com';
    const ranges = [
      { start: { line: 1, character: 0 }, end: { line: 2, character: 0 } },
      { start: { line: 2, character: 12 }, end: { line: 2, character: 20 } },
    ];
    assert.deepEqual(
      collectIndicators(text, ranges).map(({ value, firstLine }) => [value, firstLine]),
      [
        ['two.com', 2],
        ['four.com', 3],
      ],
    );
  });

  test('of several texts: counts are added, the first place is kept', () => {
    const [one] = collectIndicators('a.com');
    assert.ok(one !== undefined);
    const merged = mergeIndicators([[{ ...one, source: 0 }], [{ ...one, value: 'A.com', firstLine: 7, source: 1 }]]);
    assert.deepEqual(merged, [{ kind: 'domain', value: 'a.com', count: 2, firstLine: 1, source: 0 }]);
  });

  test('a control character ends an address; white space before arguments is no part of a path', () => {
    const values = (text: string): string[] => collectIndicators(text).map(({ value }) => value);
    assert.deepEqual(values('http://evil.example/a\u0001b'), ['http://evil.example/a', 'evil.example']);
    assert.deepEqual(values('"C:\\Temp\\a b.exe  /x"'), ['C:\\Temp\\a b.exe']);
  });

  test('a cell far to the right is in no column: the separators before it are not counted', () => {
    const column = { separator: ',', index: 1, start: 2, end: 9 };
    const isIn = (line: string): boolean => isInColumn(line, { start: line.length - 7, end: line.length }, [column]);
    assert.deepEqual([isIn('a,1.2.3.4'), isIn(`${'a'.repeat(3000)},1.2.3.4`)], [true, false]);
  });

  test('a name longer than any host is none, and three numbers are no address', () => {
    assert.ok(isMailHost('a.evil.com'));
    assert.ok(!isMailHost(`${'a.'.repeat(200)}com`));
    assert.deepEqual([isTellingIPv4('203.0.113.7', false), isTellingIPv4('203.0.113', true)], [true, false]);
  });

  test('the places where a long word was cut are counted in a selection, too', () => {
    const text = `${'x'.repeat(70_000)}\nshort\n${'y'.repeat(70_000)}`;
    const cuts = (first: number, last: number): number =>
      countCuts(text, [{ start: { line: first, character: 0 }, end: { line: last, character: 0 } }]);
    assert.deepEqual([countCuts(text), cuts(0, 1), cuts(1, 2)], [2, 1, 0]);
  });
});
