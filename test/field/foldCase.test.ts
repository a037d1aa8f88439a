import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { foldedPattern } from '../../src/evidence/text/foldCase.ts';
import { toPredicate } from '../../src/actions/actionFilter.ts';
import type { ActionFilter } from '../../src/actions/actionFilter.ts';
import { findHits, toPattern } from '../../src/worker/findHits.ts';
import type { FoundLines } from '../../src/worker/findHits.ts';
import type { MachineAction } from '../../src/defender/schema.ts';

/** A search text, and a text that it must match. */
const PAIRS: readonly (readonly [id: string, wanted: string, text: string])[] = [
  ['WB5', 'istanbul', 'İSTANBUL'],
  ['WB5', 'ısparta', 'ISPARTA'],
  ['WB5', 'strasse', 'straße'],
  ['WB5', 'straße', 'STRASSE'],
  ['Turkish, typed in capitals', 'İSTANBUL', 'istanbul'],
  ['Turkish, typed in capitals', 'ISPARTA', 'ısparta'],
  ['Turkish, changed by an English rule', 'ısparta', 'isparta'],
  ['Turkish, changed by an English rule', 'istanbul', 'ISTANBUL'],
  ['Turkish, the dot set apart', 'istanbul', 'i\u0307stanbul'],
  ['Turkish, the dot set apart', 'İSTANBUL'.toLowerCase(), 'İSTANBUL'],
  ['Turkish, several', 'diyarbakır', 'DİYARBAKIR'],
  ['Turkish, other letters', 'çığ öğün şüphe', 'ÇIĞ ÖĞÜN ŞÜPHE'],
  ['German, the capital ẞ', 'strasse', 'STRAẞE'],
  ['German, three s', 'grussschreiben', 'Grußschreiben'],
  ['German, three s', 'kongressstrasse', 'KONGRESSSTRASSE'],
  ['German, three s', 'kongreßstraße', 'Kongressstraße'],
  ['German, umlauts', 'ÄRGER', 'ärger'],
  ['Greek, the s at the end', 'ΟΔΟΣ', 'οδος'],
  ['signs are no pattern', 'c:\\win (1)[a]{2}|$i?*+^', 'C:\\WIN (1)[A]{2}|$İ?*+^'],
  ['characters beyond the first plane', '𐐨i', '𐐀I'],
];

/** Search texts, and texts that they must not match. */
const OTHERS: readonly (readonly [wanted: string, text: string])[] = [
  ['strase', 'straße'],
  ['strassse', 'straße'],
  ['a.b', 'axb'],
  ['u', 'ü'],
  ['istanbul', 'stanbul'],
  ['i', 'j'],
];

suite('case in Turkish and German (WB5)', () => {
  for (const [id, wanted, text] of PAIRS) {
    test(`${id}: ${wanted} finds ${text}`, () => {
      const line = `ss İ ${text} ı`;
      const found = search(wanted, `first\n${line}\n`);
      assert.equal(found.hits.length, 1);
      const [hit] = found.hits;
      assert.equal(hit?.text.slice(hit.at, hit.at + hit.length), text, 'the place is right');
      assert.equal(hit.column, 'ss İ '.length + 1);
      for (const filter of filtersFor(wanted)) assert.ok(passes(filter, line), JSON.stringify(filter));
    });
  }

  for (const [wanted, text] of OTHERS) {
    test(`${wanted} does not find ${text}`, () => {
      assert.equal(search(wanted, text).hits.length, 0);
      for (const filter of filtersFor(wanted)) assert.ok(!passes(filter, text), JSON.stringify(filter));
    });
  }

  test('with the case as it is, and in a regular expression, nothing is folded', () => {
    assert.equal(search('istanbul', 'İSTANBUL', { matchCase: true }).hits.length, 0);
    assert.equal(search('istanbul', 'istanbul', { matchCase: true }).hits.length, 1);
    assert.equal(search('^i.t', 'İSTANBUL', { isRegExp: true }).hits.length, 0);
  });

  test('long rows of one letter are looked for in one pass', { timeout: 60_000 }, () => {
    for (const letter of ['s', 'i', 'ß', 'İ', '\u0307']) {
      search(letter.repeat(300), letter.repeat(500_000));
      assert.equal(foldedPattern(letter.repeat(40)).test(letter.repeat(40)), true);
    }
  });
});

function search(
  text: string,
  inText: string,
  options: { readonly matchCase?: boolean; readonly isRegExp?: boolean } = {},
): FoundLines {
  const found: FoundLines = { hits: [], more: 0, lastLine: 0 };
  findHits(toPattern({ text, isRegExp: false, matchCase: false, ...options }), 'output', inText, 10, found);
  return found;
}

function filtersFor(wanted: string): readonly ActionFilter[] {
  return [
    { script: wanted },
    { comment: wanted },
    { requestor: { name: wanted, isWhole: false } },
    { device: { name: wanted } },
  ];
}

function passes(filter: ActionFilter, text: string): boolean {
  const action = {
    type: 'LiveResponse',
    computerDnsName: text,
    requestor: text,
    requestorComment: text,
    commands: [
      {
        index: 0,
        command: { type: 'RunScript', params: [{ key: 'ScriptName', value: text }] },
        commandStatus: 'Completed',
      },
    ],
  } as unknown as MachineAction;
  return toPredicate(filter, 0)(action);
}
