import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { toFactsJson } from '../../src/commands/save/resultFacts.ts';
import type { DownloadFacts } from '../../src/defender/download/download.ts';
import { buildCompactBlock, buildFullBlock } from '../../src/evidence/blocks/evidenceBlock.ts';
import { cutQuotation, WHOLE_TEXT } from '../../src/evidence/text/quotation.ts';
import { findEvidence } from '../../src/evidence/blocks/readEvidence.ts';
import { toEvidenceSource } from '../../src/results/evidenceSource.ts';
import { describeOpened } from '../../src/results/openedResult.ts';
import { describeReceived } from '../../src/results/receivedFacts.ts';
import type { ResultSource } from '../../src/results/resultSource.ts';
import { createHandlers } from '../../src/worker/handlers/handlers.ts';
import { action, received, ref, resultFile } from '../unit/results/fixtures.ts';

const UNKNOWN = { lengthUnknown: true } as const;
const FACTS: DownloadFacts = {
  size: 4,
  sha256: '2d71',
  receivedAt: 2,
  answeredAt: 1,
  promisedName: undefined,
  blob: {},
};

suite('a result whose length no host stated', () => {
  test('it travels from the download into what is stored, and a known length leaves no key', async () => {
    const source = { connectionName: 'Contoso', toolVersion: '1', account: () => Promise.resolve('a') };
    const describe = (facts: DownloadFacts): Promise<object> =>
      describeReceived(source as unknown as ResultSource, ref(), action(), facts);
    assert.equal('lengthUnknown' in (await describe(FACTS)), false);
    assert.deepEqual(await describe({ ...FACTS, ...UNKNOWN }), { ...(await describe(FACTS)), ...UNKNOWN });
    assert.equal(createHandlers().put(received(UNKNOWN), resultFile('a')).lengthUnknown, true);
  });

  test('it travels from a pasted link as well', () => {
    const opened = { kind: 'link', name: 'h', sha256: '2d71', size: 4, openedAt: 1, factsJson: undefined } as const;
    assert.equal(describeOpened({ ...opened, ...UNKNOWN }).facts.lengthUnknown, true);
    assert.equal('lengthUnknown' in describeOpened(opened).facts, false);
  });

  test('every block that quotes it and its facts file say so', () => {
    const [facts, known] = [UNKNOWN, {}].map((change) => createHandlers().put(received(change), resultFile('a')));
    assert.ok(facts !== undefined && known !== undefined);
    const [source, other] = [facts, known].map((one) => toEvidenceSource(one, 'output', '1'));
    assert.ok(source !== undefined && other !== undefined);
    const quotation = cutQuotation('a\nb\n', [WHOLE_TEXT]);
    for (const build of [buildCompactBlock, buildFullBlock]) {
      assert.match(build(source, quotation), /length of the file unknown/u);
      assert.doesNotMatch(build(other, quotation), /length of the file/u);
      // Both blocks are read back alike.
      assert.equal(findEvidence(build(source, quotation)).length, findEvidence(build(other, quotation)).length);
    }
    assert.match(toFactsJson(facts, undefined, '1'), /"lengthUnknown": true/u);
    assert.doesNotMatch(toFactsJson(known, undefined, '1'), /lengthUnknown/u);
  });
});
