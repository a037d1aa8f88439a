import type { Span } from '../../../../src/base/places.ts';
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import {
  buildCitation,
  buildOutsideAddress,
  describeSpan,
  parseCitation,
  parseOutsideAddress,
} from '../../../../src/evidence/blocks/citation.ts';
import { findReferences } from '../../../../src/evidence/references/findReferences.ts';
import { evidenceSource } from '../sources.ts';

const { address } = evidenceSource();
const IDS =
  'live-response:/?cloud=commercial&tenant=0b1c2d3e-4f50-4617-8829-3a4b5c6d7e8f' +
  '&action=988cc94e-7a8f-4b28-ab65-54970c5d5018&index=0&stream=output';

const FORMS: readonly (readonly [Span, fragment: string, words: string])[] = [
  [{ firstLine: 5, lastLine: 5 }, 'L5', 'line 5'],
  [{ firstLine: 5, lastLine: 9 }, 'L5-L9', 'lines 5–9'],
  [{ firstLine: 5, lastLine: 5, columns: { first: 3, last: 10, block: false } }, 'L5C3-L5C10', 'line 5 columns 3–10'],
  [
    { firstLine: 5, lastLine: 9, columns: { first: 3, last: 0, block: false } },
    'L5C3-L9C0',
    'line 5 column 3 – line 9 column 0',
  ],
  [
    { firstLine: 5, lastLine: 9, columns: { first: 3, last: 10, block: true } },
    'L5-L9C3-C10',
    'lines 5–9 columns 3–10',
  ],
];

suite('citations', () => {
  for (const [span, fragment, words] of FORMS) {
    test(`${words} is ${fragment}, there and back`, () => {
      assert.equal(buildCitation({ address, spans: [span] }), `${IDS}#${fragment}`);
      assert.deepEqual(parseCitation(`${IDS}#${fragment}`), { address, spans: [span] });
      assert.equal(describeSpan(span), words);
    });
  }

  test('several stretches, and none: the result as a whole', () => {
    const spans = FORMS.slice(0, 1).map(([span]) => span);
    const two = { address, spans: [...spans, { firstLine: 7, lastLine: 8 }] };
    assert.equal(buildCitation(two), `${IDS}#L5,L7-L8`);
    assert.deepEqual(parseCitation(`${IDS}#L5,L7-L8`), two);
    assert.deepEqual(parseCitation(IDS), { address, spans: [] });
  });

  test('whatever nobody could have built is none', () => {
    for (const odd of [
      '#',
      '#L0',
      '#L05',
      '#L9-L5',
      '#L5-L5',
      '#L5,',
      '#L5,L5',
      '#L9,L5',
      '#L5-L9,L9C1-L9C2',
      '#x',
      '#L5C0-L5C1',
    ]) {
      assert.equal(parseCitation(IDS + odd), undefined, odd);
    }
    for (const odd of [IDS.replace(':/?', ':/x?'), IDS.replace('index=0', 'index=00'), `${IDS}&x=1`, `x${IDS}`, '']) {
      assert.equal(parseCitation(odd), undefined, odd);
    }
    const long = Array.from({ length: 10_001 }, (_, at) => `L${at * 2 + 1}`).join(',');
    assert.equal(parseCitation(`${IDS}#${long}`), undefined);
  });

  test('the address from outside: there and back, and nothing else', () => {
    const uri = (link: string): { path: string; query: string; fragment: string } => {
      const { pathname: path, search, hash } = new URL(link);
      return { path, query: search.slice(1), fragment: hash.slice(1) };
    };
    for (const [span, fragment] of FORMS) {
      const link = buildOutsideAddress({ address, spans: [span] });
      assert.ok(link.startsWith('vscode://live-response-results.live-response-results/result?cloud='), link);
      assert.ok(link.endsWith(`&at=${fragment}`), link);
      assert.deepEqual(parseOutsideAddress(uri(link)), { address, spans: [span] });
    }
    const whole = buildOutsideAddress({ address, spans: [] }, 'vscode-insiders');
    assert.deepEqual(parseOutsideAddress(uri(whole)), { address, spans: [] });
    for (const odd of [
      `${whole}#L5`,
      `${whole}&at=`,
      `${whole}&at=L0`,
      `${whole}&at=L5&at=L6`,
      `${whole}&x=1`,
      whole.replace('/result', '/Result'),
      whole.replace('/result', '/result/'),
      whole.replace('index=0', 'index=-1'),
      whole.replace('cloud=commercial', 'cloud=other'),
      whole.replace(/\?.*/u, ''),
    ]) {
      assert.equal(parseOutsideAddress(uri(odd)), undefined, odd);
    }
  });

  test('a pasted citation names its action', () => {
    const [found] = findReferences(`see ${IDS}#L5-L9.`);
    assert.deepEqual(found, { actionId: address.actionId, commandIndex: 0 });
  });

  test('several stretches of one line: each begins behind the one before', () => {
    const count = (fragment: string): number | undefined => parseCitation(`${IDS}#${fragment}`)?.spans.length;
    assert.equal(count('L5C3-L5C10,L5C20-L5C30'), 2);
    for (const overlapping of ['L5C3-L5C10,L5C5-L5C30', 'L5C3-L5C10,L5', 'L5,L5C3-L5C9'])
      assert.equal(count(overlapping), undefined, overlapping);
  });
});
