import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { ErrorLineCounter } from '../../src/evidence/text/errorLines.ts';
import { countErrorLines } from '../../src/evidence/text/textFacts.ts';
import { viewText } from '../../src/evidence/views/textViews.ts';

const OBJS = '<Objs Version="1.1.0.1" xmlns="http://schemas.microsoft.com/powershell/2004/04">';
const MARK = '#< CLIXML\r\n';
/** Nothing is left out: the tag that the cut goes through is shown unchanged. */
const CUT_TAG = '<Obj S="pro';
const OLD = 'Preparing modules for first use.';

interface Kind {
  readonly xml: string;
  /** Words that the view must show, in this order. */
  readonly words: readonly string[];
  readonly errorLines: number;
  readonly note?: string;
}

/** Records as PowerShell 5.1 and 7 write them ([MS-PSRP] 2.2.3). */
const KINDS: Readonly<Record<string, Kind>> = {
  error: {
    xml: '<S S="Error">Get-Item : &lt;no&gt; such file_x000D__x000A_</S><S S="Error">At line:1 char:1_x000D__x000A_</S><S S="Error">_x000D__x000A_</S>',
    words: ['Get-Item : <no> such file', 'At line:1 char:1'],
    errorLines: 2,
  },
  'error object': {
    xml: '<Obj S="Error" RefId="3"><TN RefId="1"><T>System.Management.Automation.ErrorRecord</T></TN><ToString>Access is denied</ToString><MS><B N="writeErrorStream">true</B></MS></Obj>',
    words: ['Access is denied'],
    errorLines: 1,
  },
  warning: {
    xml: '<S S="warning">Disk is nearly full_x000D__x000A_</S>',
    words: ['Disk is nearly full'],
    errorLines: 0,
  },
  verbose: { xml: '<S S="verbose">Loading module_x000A_</S>', words: ['Loading module'], errorLines: 0 },
  debug: { xml: '<S S="debug">x = 1_x000A_</S>', words: ['x = 1'], errorLines: 0 },
  information: {
    xml: '<Obj S="information" RefId="2"><TN RefId="1"><T>System.Management.Automation.InformationRecord</T></TN><ToString>said by Write-Host</ToString><Props><S N="Source">C:\\a.ps1</S><Obj N="MessageData" RefId="4"><ToString>x</ToString></Obj></Props></Obj>',
    words: ['said by Write-Host'],
    errorLines: 0,
  },
  progress: {
    xml: `<Obj S="progress" RefId="0"><TN RefId="0"><T>System.Management.Automation.PSCustomObject</T><T>System.Object</T></TN><MS><I64 N="SourceId">1</I64><PR N="Record"><AV>${OLD}</AV><AI>0</AI><Nil /><PI>-1</PI><PC>-1</PC><T>Completed</T><SR>-1</SR><SD> </SD></PR></MS></Obj>`,
    words: [],
    errorLines: 0,
    note: '[1 progress records not shown]',
  },
  output: {
    xml: '<S>an object of the pipeline</S><I32>42</I32>',
    words: ['an object of the pipeline', '42'],
    errorLines: 0,
  },
};

interface Arranged {
  readonly text: string;
  /** Native lines before and behind the record's words. */
  readonly before: readonly string[];
  readonly behind: readonly string[];
  /** Number of times that the record occurs. */
  readonly times: number;
}

const escaped = (xml: string): string =>
  xml.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('\r\n', '_x000D__x000A_');

const ARRANGEMENTS: Readonly<Record<string, (xml: string) => Arranged>> = {
  alone: (xml) => ({ text: `${MARK}${OBJS}${xml}</Objs>`, before: [], behind: [], times: 1 }),
  'native text before, between mark and document, and behind': (xml) => ({
    text: `first.exe: failed\r\n${MARK}second.exe: a < b\r\n${OBJS}${xml}</Objs>third.exe: failed\r\n`,
    before: ['first.exe: failed', 'second.exe: a < b'],
    behind: ['third.exe: failed'],
    times: 1,
  }),
  'native text between elements': (xml) => ({
    text: `${MARK}${OBJS}tool.exe: <html> failed\r\n${xml}tool.exe: done & gone\r\n</Objs>`,
    before: ['tool.exe: <html> failed'],
    behind: ['tool.exe: done & gone'],
    times: 1,
  }),
  'two documents': (xml) => ({
    text: `${MARK}${OBJS}${xml}</Objs>between\r\n${MARK}${OBJS}</Objs>\r\n${OBJS}</Objs>behind\n`,
    before: [],
    behind: ['between', 'behind'],
    times: 1,
  }),
  'a document inside a document': (xml) => ({
    text: `${MARK}${OBJS}outer\r\n${MARK}${OBJS}${xml}</Objs>\r\n</Objs>`,
    before: ['outer'],
    behind: [],
    times: 1,
  }),
  'a document in the error records of another': (xml) => ({
    text: `${MARK}${OBJS}<S S="Error">${escaped(MARK)}</S><S S="Error">${escaped(`${OBJS}${xml}</Objs>\r\n`)}</S></Objs>`,
    before: [],
    behind: [],
    times: 1,
  }),
  'cut off in a tag behind it': (xml) => ({
    text: `${MARK}${OBJS}${xml}${CUT_TAG}`,
    before: [],
    behind: [],
    times: 1,
  }),
};

suite('CLIXML: record kinds and arrangements (X1, X2)', () => {
  for (const [name, kind] of Object.entries(KINDS)) {
    for (const [how, arrange] of Object.entries(ARRANGEMENTS)) {
      test(`${name}, ${how}`, () => {
        const { text, before, behind, times } = arrange(kind.xml);
        const view = viewText(text, 'clixml', []);
        let at = 0;
        for (const words of [...before, ...Array.from({ length: times }, () => kind.words).flat(), ...behind]) {
          const found = view.indexOf(words, at);
          assert.ok(found >= 0, `${JSON.stringify(words)} is not in ${JSON.stringify(view.slice(at))}`);
          at = found + words.length;
        }
        if (kind.note !== undefined) assert.ok(view.includes(kind.note), view);
        assert.doesNotMatch(view.replace(CUT_TAG, ''), /<(?:S|Obj|Objs|TN|MS)[ >]|_x000|<\/|CLIXML(?! is cut)/u);
        assert.equal(countErrorLines(text), kind.errorLines + before.length + behind.length);
        for (const size of [1, 2, 3, 7, 50])
          assert.equal(countInStretches(text, size), countErrorLines(text), `by ${size}`);
      });
    }
  }
});

suite('CLIXML as it is met (X1, X2)', () => {
  test('X1: progress, warning and verbose records only are no error lines', () => {
    for (const name of ['progress', 'warning', 'verbose', 'debug', 'information']) {
      assert.equal(countErrorLines(`${MARK}${OBJS}${KINDS[name]?.xml ?? ''}</Objs>`), 0, name);
    }
    const all = Object.entries(KINDS).filter(([, { errorLines }]) => errorLines === 0);
    assert.equal(countErrorLines(`${MARK}${OBJS}${all.map(([, { xml }]) => xml).join('')}</Objs>\r\n\0\0\0`), 0);
    assert.equal(countErrorLines(`${MARK}${OBJS}${KINDS['progress']?.xml ?? ''}`), 0, 'cut off');
  });

  test('X2: text around is shown in its place and counted', () => {
    const text = `${MARK}net.exe: error 5\r\n${OBJS}${KINDS['progress']?.xml ?? ''}reg.exe: no\r\n<S S="Error">last_x000D__x000A_</S></Objs>`;
    const view = 'net.exe: error 5\r\nreg.exe: no\r\nlast\r\n[1 progress records not shown]\n';
    assert.equal(viewText(text, 'clixml', []), view);
    assert.equal(countErrorLines(text), 3);
  });

  test('an error record is as many lines as its text has', () => {
    assert.equal(countErrorLines(`${MARK}${OBJS}<S S="Error">a_x000D__x000A_b_x000A__x000A_</S></Objs>`), 2);
    assert.equal(countErrorLines(`${MARK}${OBJS}<S S="Error">a</S><S S="Error">b</S></Objs>`), 2);
    assert.equal(countErrorLines(`${MARK}${OBJS}<Obj S="Error" RefId="0"></Obj></Objs>`), 1);
  });

  test('a document that is cut off is read up to the cut, which is said', () => {
    const cut = (rest: string): string => viewText(`${MARK}${OBJS}<S S="Error">a &amp; b</S>${rest}`, 'clixml', []);
    assert.equal(cut(''), 'a & b[CLIXML is cut off here]\n');
    assert.equal(cut('<S S="Error">half of'), 'a & bhalf of[CLIXML is cut off here]\n');
    assert.equal(cut('<S S="Err'), 'a & b<S S="Err[CLIXML is cut off here]\n');
    assert.equal(cut('5 < 6'), 'a & b5 < 6[CLIXML is cut off here]\n');
  });

  test('a mark without a document is text', () => {
    for (const text of ['#< CLIXML', '#< CLIXML\r\nplain', 'say #< CLIXML twice #< CLIXML', '<S S="Error">x</S>', '']) {
      assert.equal(viewText(text, 'clixml', []), text);
    }
    assert.equal(countErrorLines('#< CLIXML\nplain'), 2);
    assert.equal(countErrorLines('say #< CLIXML twice'), 1);
  });

  test('many marks, tags and levels are read in one pass', { timeout: 60_000 }, () => {
    for (const piece of [
      '#< CLIXML',
      '<Objs ',
      '<Objs>',
      '<S S="Error">',
      '<Obj S="a"><TN>',
      '<S S="E" ',
      '<',
      '&',
      '_x00',
      '</Objs>',
    ]) {
      const text = `${MARK}${OBJS}${piece.repeat(2_000_000 / piece.length)}`;
      viewText(text, 'clixml', []);
      countErrorLines(text);
    }
  });
});

function countInStretches(text: string, size: number): number {
  const counter = new ErrorLineCounter();
  for (let at = 0; at < text.length;) {
    // Cuts as the reader does: never within a line end.
    const end = text.startsWith('\r\n', at + size - 1) ? at + size + 1 : at + size;
    counter.add(text.slice(at, end));
    at = end;
  }
  return counter.count();
}
