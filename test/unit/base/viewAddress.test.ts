import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { buildCitation, parseCitation } from '../../../src/evidence/blocks/citation.ts';
import { buildQuery, buildResultUri, parseResultUri, wholeAddress } from '../../../src/base/resultUri.ts';
import { NAMED_VIEWS } from '../../../src/base/textView.ts';
import type { ResultAddress } from '../../../src/base/resultUri.ts';
import { readCopied } from '../../../src/notes/readCopied.ts';
import { describeCopied } from '../../../src/notes/copied.ts';

const ADDRESS: ResultAddress = {
  cloud: 'commercial',
  tenantId: '0b1c2d3e-4f50-4617-8829-3a4b5c6d7e8f',
  actionId: '988cc94e-7a8f-4b28-ab65-54970c5d5018',
  commandIndex: 2,
  stream: 'output',
};
const NAME = { connection: 'Contoso', device: 'dc1', script: 'x.ps1', createdAt: '2026-11-23T21:04:41.1Z' };

/** Views whose names consist of other names. */
const MADE_VIEWS = [
  'utf8-as-cp850',
  'utf8-as-windows1252.utf8-as-cp850',
  'normalised.host.pids',
  'normalised.none',
] as const;

suite('addresses of views and parts', () => {
  test('each comes back as it was, and says in its tab what it is', () => {
    for (const view of [undefined, ...NAMED_VIEWS, ...MADE_VIEWS]) {
      for (const part of [undefined, 'whole', { line: 250_001, column: 1 }, { line: 1, column: 16 }] as const) {
        const address = { ...ADDRESS, ...(view && { view }), ...(part && { part }) };
        assert.deepEqual(parseResultUri(buildResultUri(address, NAME)), address);
      }
    }
    const uri = buildResultUri({ ...ADDRESS, view: 'cp850' }, NAME, ['as CP850', 'lines 1/2']);
    assert.equal(uri.path, '/Contoso/as CP850 · lines 1∕2 · dc1 · x.ps1 · 2026-11-23T2104Z.lr-output');
    assert.equal(uri.query, `${buildQuery(ADDRESS)}&view=cp850`);
  });

  test('any other form is no address of ours', () => {
    const query = buildQuery(ADDRESS);
    for (const odd of [
      '&view=',
      '&view=utf7',
      '&view=utf8-as-utf8',
      '&view=utf8-as-cp1',
      '&view=utf8-as-cp850.',
      '&view=normalised.pids.host',
      '&view=normalised.host.times.pids.guids',
      '&view=normalised.x',
      '&part=L1',
      '&part=L0',
      '&part=L2C1',
      '&part=x',
      '&part=L2&view=utf8',
    ]) {
      assert.equal(parseResultUri({ scheme: 'live-response', query: query + odd }), undefined, odd);
    }
  });

  test('a citation names the view and never the part: lines are those of the whole', () => {
    const spans = [{ firstLine: 250_004, lastLine: 250_004 }];
    const link = buildCitation({ address: { ...ADDRESS, view: 'utf16', part: { line: 250_001, column: 1 } }, spans });
    assert.match(link, /&stream=output&view=utf16#L250004$/u);
    assert.deepEqual(parseCitation(link), { address: { ...ADDRESS, view: 'utf16' }, spans });
    assert.equal(parseCitation(link.replace('#', '&part=L250001#')), undefined);
  });

  test('what is copied from a part is read as lines of the whole', () => {
    const address: ResultAddress = { ...ADDRESS, part: { line: 250_001, column: 1 } };
    const range = { start: { line: 3, character: 0 }, end: { line: 4, character: 2 } };
    assert.deepEqual(readCopied(describeCopied(buildQuery(address), [range])), {
      texts: [
        {
          address: wholeAddress(address),
          ranges: [{ start: { line: 250_003, character: 0 }, end: { line: 250_004, character: 2 } }],
        },
      ],
      statuses: [],
      run: undefined,
    });
  });
});
