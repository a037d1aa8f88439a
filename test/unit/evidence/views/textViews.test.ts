import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { upperHalfOf } from '../../../../src/evidence/readings/singleBytePages.ts';
import type { SingleBytePage } from '../../../../src/evidence/readings/singleBytePages.ts';
import { suggestReadings } from '../../../../src/evidence/readings/suggestReadings.ts';
import { readWithCodePage, viewText } from '../../../../src/evidence/views/textViews.ts';
import { describeView } from '../../../../src/evidence/views/viewWords.ts';
import { NAMED_VIEWS } from '../../../../src/base/textView.ts';

const bytesOf = (text: string, page: SingleBytePage): number[] =>
  Array.from(text, (letter) => (letter < '\u0080' ? letter.charCodeAt(0) : 0x80 + upperHalfOf(page).indexOf(letter)));
/** Returns a tool's bytes as read with the wrong code page. */
const misread = (text: string, written: SingleBytePage, read: SingleBytePage): string =>
  bytesOf(text, written)
    .map((byte) => (byte < 0x80 ? String.fromCharCode(byte) : upperHalfOf(read).charAt(byte - 0x80)))
    .join('');

suite('another reading of a text', () => {
  test('mojibake of each page becomes what was written, and all else stays', () => {
    assert.equal(viewText(`日本 ${misread('Größe café', 'cp850', 'windows1252')}\0`, 'cp850', []), '日本 Größe café\0');
    assert.equal(viewText(misread('─┼ é', 'cp437', 'windows1252'), 'cp437', []), '─┼ é');
    assert.equal(viewText(misread('Şifre İğne', 'cp857', 'windows1252'), 'cp857', []), 'Şifre İğne');
    assert.equal(viewText(misread('café', 'windows1252', 'cp850'), 'windows1252', []), 'café');
    assert.equal(viewText(misread('Şifre', 'windows1254', 'cp857'), 'windows1254', []), 'Şifre');
  });

  test('UTF-8 that was read as Windows-1252 is put together; what is no UTF-8 stays', () => {
    const wrong = new TextDecoder('windows-1252').decode(new TextEncoder().encode('Görev Adı – 日'));
    assert.equal(viewText(wrong, 'utf8', []), 'Görev Adı – 日');
    assert.equal(viewText('Görev ÃÃ é', 'utf8', []), 'Görev ÃÃ é');
  });

  test('bytes of a code page inside UTF-8 are read by it, valid UTF-8 is left alone', () => {
    const bytes = Uint8Array.from([...Buffer.from('Görev 日😀 '), ...bytesOf('Günü', 'windows1254'), 0xf0, 0x9f]);
    assert.equal(readWithCodePage(bytes, 'windows1254'), 'Görev 日😀 GünüğŸ');
    // Overlong forms and lone surrogates are not valid UTF-8.
    assert.equal(readWithCodePage(Uint8Array.of(0xc0, 0x80, 0xed, 0xa0, 0x80), 'cp437').length, 5);
  });

  test('pages of two bytes: what JSON took for a backslash and escaped is half of a letter', () => {
    // 表 ends with 5C, 能 in GBK with DC.
    const shiftJis = Uint8Array.from([...Buffer.from('{"a":"'), 0x95, 0x5c, 0x5c, 0x8e, 0xa6, 0xb1, 0x95, 0x5c, 0x22]);
    assert.equal(readWithCodePage(shiftJis, 'cp932'), '{"a":"表示ｱ表"');
    assert.equal(readWithCodePage(Uint8Array.of(0xc4, 0xdc, 0x20, 0xff, 0x81), 'cp936'), '能 \ufffd\ufffd');
  });

  test('a reading undoes one misreading or two, and what it cannot undo stays', () => {
    const twice = new TextDecoder('windows-1252').decode(Buffer.from(misread('Größe', 'cp850', 'windows1252'), 'utf8'));
    assert.equal(viewText(twice, 'utf8-as-windows1252.cp850-as-windows1252', []), 'Größe');
    assert.equal(viewText('a ├ñ 日 ├', 'utf8-as-cp850', []), 'a ä 日 ├');
    assert.equal(viewText('─î├í', 'utf8-as-cp437', []), 'Čá');
    assert.equal(viewText('ΓÇ£', 'utf8-as-cp437', []), '“');
  });

  test('an encoding that cannot hold a character of a line, and one that is not known, change nothing', () => {
    assert.equal(viewText('Grö\nGrö\ud800', 'cp850-as-utf8', []), 'Gr├Â\nGrö\ud800');
    assert.equal(viewText('Größe', 'utf8-as-klingon', []), 'Größe');
  });

  test('UTF-16 with a NUL behind every letter loses the NULs, and nothing else does', () => {
    const wide = Array.from('Windows Resource\r\n', (letter) => `${letter}\0`).join('');
    assert.equal(viewText(`--- sfc ---\n${wide}end\0\0`, 'utf16', []), '--- sfc ---\nWindows Resource\r\nend\0\0');
    assert.equal(viewText('a\0b', 'utf16', []), 'a\0b');
    assert.equal(viewText('\0\0\0', 'utf16', []), '\0\0\0');
    assert.equal(viewText('K\x001\u0001s\0a\0', 'utf16', []), 'Kısa');
    assert.equal(viewText('', 'utf16', []), '');
  });

  test('CLIXML becomes the texts of its streams; what is no text is counted', () => {
    const xml =
      'before\n#< CLIXML\r\n<Objs Version="1.1.0.1" xmlns="x"><Obj S="progress" RefId="0"><TN><T>P</T></TN><MS>' +
      '<PR N="Record"><AV>Preparing</AV></PR></MS></Obj><S S="Error">Get-Item : &lt;no&gt; &amp;lt;_x000D__x000A_</S>' +
      '<S S="Warning">w</S></Objs>after';
    assert.equal(viewText(xml, 'clixml', []), 'before\nGet-Item : <no> &lt;\r\nw[1 progress records not shown]\nafter');
    const open = '#< CLIXML\n<Objs><S S="Error">x</S>';
    assert.equal(viewText(open, 'clixml', []), 'x[CLIXML is cut off here]\n');
  });

  test('a normalised view drops the names it is given, and keeps the lines', () => {
    const text = 'DC1 at 2026-11-23 21:04:41\npid 12\n\0';
    assert.equal(viewText(text, 'normalised', ['dc1']), '<host> at <time>\npid <pid>\n');
    assert.equal(viewText(text, 'normalised.host.pids', ['dc1']), '<host> at 2026-11-23 21:04:41\npid <pid>\n');
    assert.equal(viewText(text, 'normalised.none', ['dc1']), text.slice(0, -1));
    assert.equal(describeView('normalised.host.pids'), 'normalised (host, pids)');
    assert.equal(describeView('normalised.none'), 'normalised (no rules)');
  });

  test('every view has words for tab and note', () => {
    for (const view of NAMED_VIEWS) assert.match(describeView(view), /^(?:as \S|normalised$)/u);
  });

  test('UTF-16: quotation marks and dashes around letters belong to it, an ESC before a blank does not', () => {
    assert.equal(viewText('a\0b\0\x14\x20', 'utf16', []), 'ab—');
    assert.equal(viewText('\x1c\x20H\0i\0', 'utf16', []), '“Hi');
    assert.equal(viewText('ab\x1b\x20H\0i\0', 'utf16', []), 'ab\x1b Hi');
    // Its LF became CR LF. The CR is not thrown away.
    assert.equal(viewText('a\0b\0\r\n\0c\0d\0', 'utf16', []), 'ab\r\ncd');
  });

  test('a reading is named by what it undoes, the last step first', () => {
    assert.equal(describeView('utf8-as-cp850'), 'as UTF-8 read as CP850');
    assert.equal(
      describeView('utf8-as-cp850.utf8-as-windows1252'),
      'as UTF-8 read as Windows-1252, then UTF-8 read as CP850',
    );
  });

  test('suggestions show the line that changes, and none is made for plain ASCII', () => {
    const example = (text: string): string | undefined => suggestReadings(text, 1)[0]?.example;
    const wide = Array.from('Hello World and more text\r\n', (letter) => `${letter}\0`).join('');
    assert.equal(example(wide.repeat(3)), 'Hello World and more text');
    assert.equal(example(`${'a'.repeat(300)} GrÃ¶ÃŸe fÃ¼r`), `${'a'.repeat(17)} Größe für`);
    assert.equal(example('a'.repeat(5000)), undefined);
  });

  test('CLIXML whose ends are missing or too many: what was printed is shown', () => {
    const shown = (inner: string): string => viewText(`#< CLIXML\n<Objs>${inner}`, 'clixml', []);
    assert.equal(shown('<S S="Error">a<S S="Error">b</S></Objs>'), 'ab');
    assert.equal(shown('<S S="Output">a<S>b</S></Objs>'), 'ab');
    assert.equal(shown('<Obj S="Error"><ToString>t<S>u</S></ToString></Obj></Objs>'), 't\n');
    assert.equal(shown('</S></Objs>x'), 'x');
    assert.equal(shown('<S S="Error">x</S></Objs>#<'), 'x#<');
  });
});
