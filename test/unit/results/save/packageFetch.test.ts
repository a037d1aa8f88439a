import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { MemorySink } from '../../../../src/defender/download/downloadSink.ts';
import type { ResultFetcher } from '../../../../src/defender/download/resultFetcher.ts';
import { preparePackage } from '../../../../src/results/save/packageFetch.ts';
import { patience } from '../../defender/expected.ts';
import { action, ACTION_ID, TENANT } from '../fixtures.ts';

const FACTS = { size: 4, sha256: '2d71', receivedAt: 7, answeredAt: 5, promisedName: undefined, blob: {} };
const unused = (): never => {
  throw new Error('not part of fetching a package');
};

/** Returns whether a package is a zip whose download brought these bytes, and began anew after each but the last. */
async function isZip(...attempts: readonly string[]): Promise<boolean> {
  const kept = new MemorySink();
  const fetchPackageInto: ResultFetcher['fetchPackageInto'] = (sink) => async () => {
    for (const [at, text] of attempts.entries()) {
      if (at > 0) await sink.clear();
      for (const letter of text) await sink.append(Buffer.from(letter, 'latin1'));
    }
    return FACTS;
  };
  const source = {
    connectionName: 'Contoso',
    account: () => Promise.resolve(undefined),
    knownAction: () => action({ type: 'CollectInvestigationPackage' }),
    receivedAction: () => undefined,
    toolVersion: '0.1.0',
    fetchAction: unused,
    fetchResult: unused,
    fetchInto: unused,
    fetchPackageInto,
  };
  const fetch = preparePackage({ ...TENANT, actionId: ACTION_ID }, kept, () => Promise.resolve(source));
  const saved = await fetch(patience(), { maxBytes: 100 });
  assert.equal(Buffer.from(kept.bytes()).toString('latin1'), attempts.at(-1));
  return saved.isZip;
}

suite('an investigation package', () => {
  test('is a zip by its first bytes, in however many pieces they come', async () => {
    assert.equal(await isZip('PK\u0003\u0004 and more'), true);
    assert.equal(await isZip('PK\u0003'), false);
    assert.equal(await isZip('<html>'), false);
  });

  test('whose download begins anew is judged by the bytes that stay', async () => {
    assert.equal(await isZip('<ht', 'PK\u0003\u0004'), true);
    assert.equal(await isZip('PK\u0003\u0004', '<html>'), false);
  });
});
