import assert from 'node:assert/strict';
import { before, suite, test } from 'node:test';
import { loadSource } from '../../../scripts/manifest.ts';
import type { policyPage } from '../../../src/messages/policy/policyPage.ts';
import type { refusedPolicy } from '../../../src/messages/policy/policyWords.ts';
import type { Settings } from '../../../src/platform/config.ts';
import type { Policy } from '../../../src/policy/policy.ts';
import { FAKE, fakeVscode, GIVEN, OWN } from './fakeVscode.ts';
import { policyOf, WRITABLE } from './policyOf.ts';

suite('settings behind the managed ones', () => {
  let config: { readonly Settings: typeof Settings };
  let page: { readonly policyPage: typeof policyPage };
  let words: { readonly refusedPolicy: typeof refusedPolicy };
  before(async () => {
    config = await loadSource('src/platform/config.ts', FAKE);
    page = await loadSource('src/messages/policy/policyPage.ts', FAKE);
    words = await loadSource('src/messages/policy/policyWords.ts', FAKE);
  });

  test('each setting of the user gives way to the managed one', () => {
    fakeVscode(
      {},
      {
        maxDownloadSize: 512,
        downloadHosts: ['evil.example'],
        'storage.keepResults': true,
        'storage.maxSize': 0,
        'storage.maxAgeDays': 0,
        timeStampAuthority: 'http://own.example/',
        defangOnCopy: false,
        'telemetry.enabled': true,
      },
    );
    const free = new config.Settings(policyOf({}));
    assert.deepEqual(free.storageRules(), { keep: true, maxBytes: undefined, maxAge: undefined });
    assert.deepEqual([free.maxDownloadBytes(), free.defangsOnCopy(), free.sendsTelemetry()], [512e6, false, true]);
    assert.deepEqual(free.downloadHosts([GIVEN, OWN]), ['given.example', 'own.example', 'evil.example']);
    assert.deepEqual(free.timeStampAuthority(), { value: 'http://own.example/', isManaged: false });
    const values = {
      connections: [GIVEN],
      timeStampAuthority: 'https://given.example/',
      maxDownloadSize: 16,
      downloadHosts: ['files.example'],
      keepResults: false,
      maxStorageSize: 1,
      maxStorageAgeDays: 2,
      defangOnCopy: true,
      telemetry: false,
    };
    const managed = new config.Settings(policyOf(values));
    assert.deepEqual(managed.storageRules(), { keep: false, maxBytes: 1024 ** 2, maxAge: 2 * 86_400_000 });
    assert.deepEqual(
      [managed.maxDownloadBytes(), managed.defangsOnCopy(), managed.sendsTelemetry()],
      [16e6, true, false],
    );
    assert.deepEqual(managed.downloadHosts([GIVEN, OWN]), ['given.example', 'files.example']);
    assert.deepEqual(managed.timeStampAuthority(), { value: 'https://given.example/', isManaged: true });
    assert.deepEqual([managed.mayAllowDownloadHost, managed.mayChangeDownloadSize], [false, false]);
  });

  test('permitted telemetry is not sent against the will of the user', () => {
    fakeVscode({}, { 'telemetry.enabled': false });
    assert.equal(new config.Settings(policyOf({ telemetry: true })).sendsTelemetry(), false);
  });

  test('a setting of the user with another type is the default, and hinders nothing', () => {
    fakeVscode({}, { downloadHosts: 'x', maxDownloadSize: '9', 'storage.keepResults': null, 'storage.maxAgeDays': {} });
    for (const policy of [policyOf({}), policyOf({ downloadHosts: ['a.example'], maxDownloadSize: 5 }, WRITABLE)]) {
      const settings = new config.Settings(policy);
      assert.deepEqual(settings.downloadHosts([]), []);
      assert.deepEqual(settings.storageRules(), { keep: true, maxBytes: 2048 * 1024 ** 2, maxAge: undefined });
      assert.ok(settings.maxDownloadBytes() <= 64e6);
    }
  });

  test('the page shows file, state, reasons, every key with its value, and what is hidden', () => {
    fakeVscode({}, { defangOnCopy: true });
    const show = (policy: Policy): string =>
      page.policyPage(policy, new config.Settings(policy).ownValues(), [{ connection: OWN, why: 'clouds' }]);
    const read = show(policyOf({ connections: [GIVEN], packs: false }));
    assert.match(read, /^\/etc\/live-response-results\/policy\.json$/mu);
    assert.match(read, /^connections: \["Contoso SOC"\] · managed$/mu);
    assert.match(read, /^packs: false · managed$/mu);
    assert.match(read, /^defangOnCopy: true$/mu);
    assert.match(read, /: Own \(clouds\)$/mu);
    assert.doesNotMatch(read, /proxy\.example/u);
    const refused = policyOf({ packs: 'no', ['[x](command:y)\n']: 1 });
    assert.match(show(refused), /^packs: false · managed$/mu);
    assert.match(show(refused), /^- "packs" does not take this value\.$/mu);
    assert.match(show(refused), /^- There is no key "\[x\]\(command:y\)\ufffd"\.$/mu);
    assert.match(words.refusedPolicy(refused) ?? '', /policy\.json are refused: "packs" does not take this value\./u);
    for (const fine of [policyOf({}), policyOf({ packs: false })]) assert.equal(words.refusedPolicy(fine), undefined);
  });
});
