import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { defang, defangQuotation, refang } from '../../../../src/evidence/indicators/defang.ts';
import { cutQuotation, WHOLE_TEXT } from '../../../../src/evidence/text/quotation.ts';
import { readCorpus } from '../indicatorCorpus.ts';

suite('defanging', () => {
  test('addresses, domains, IPs and mail addresses', () => {
    const cases: [string, string, number][] = [
      ['http://evil.example/a.b?c', 'hxxp://evil[.]example/a.b?c', 1],
      ['HTTPS://evil.example', 'HXXPS://evil[.]example', 1],
      ['ftp://evil.example ftps://evil.example', 'fxp://evil[.]example fxps://evil[.]example', 2],
      ['wss://evil.example/x', 'wss://evil[.]example/x', 1],
      ['https:\\/\\/evil.example\\/x', 'hxxps:\\/\\/evil[.]example\\/x', 1],
      ['http://203.0.113.7:80/x', 'hxxp://203[.]0[.]113[.]7:80/x', 1],
      ['http://[2001:db8::7]/x', 'hxxp://[2001[:]db8[:][:]7]/x', 1],
      ['http://a.example/?to=https://b.example/c', 'hxxp://a[.]example/?to=hxxps://b[.]example/c', 1],
      ['http://localhost:1/', 'hxxp://localhost:1/', 1],
      ['evil.com 203.0.113.7 2001:db8::7', 'evil[.]com 203[.]0[.]113[.]7 2001[:]db8[:][:]7', 3],
      ['a.b@evil.com', 'a[.]b[@]evil[.]com', 1],
    ];
    for (const [text, defanged, count] of cases) assert.deepEqual(defang(text), { text: defanged, count });
  });

  test('paths, versions, file names and members stay', () => {
    const text =
      'C:\\Users\\evil.com\\a.exe \\\\evil.com\\share\\a /tmp/evil.com/x HKLM\\a\\evil.com svchost.exe 10.0.19041.1 System.Net Get-Item.Name v1.2.3.4';
    assert.deepEqual(defang(text), { text, count: 0 });
  });

  test('a text that was defanged stays as it is, and its marks can be taken away', () => {
    for (const part of ['tuned', 'heldOut'] as const) {
      const text = readCorpus(part).lines.join('\n');
      const { text: once, count } = defang(text);
      assert.ok(count > 20 || text === '');
      assert.deepEqual(defang(once), { text: once, count: 0 });
      assert.equal(refang(once), refang(text));
    }
  });

  test('a quotation says how many', () => {
    const quotation = cutQuotation('at evil.com\r\nand 203.0.113.7\n', [WHOLE_TEXT]);
    assert.deepEqual(defangQuotation(quotation), {
      ...quotation,
      text: 'at evil[.]com\nand 203[.]0[.]113[.]7',
      changes: [...quotation.changes, { kind: 'defanged', count: 2 }],
    });
    const plain = cutQuotation('nothing', [WHOLE_TEXT]);
    assert.equal(defangQuotation(plain), plain);
  });
});
