import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { Connection } from '../../../src/connections/connection.ts';
import { listEffective, NO_POLICY } from '../../../src/policy/policy.ts';
import type { Policy } from '../../../src/policy/policy.ts';
import { POLICY_KEYS, POLICY_NAMES } from '../../../src/policy/policyKeys.ts';
import type { PolicyKey, PolicyValues } from '../../../src/policy/policyKeys.ts';
import { policyOf, WRITABLE } from './policyOf.ts';
import { GIVEN, ROWS } from './policyRows.ts';

function holds(policy: Policy, key: PolicyKey, own: unknown): { value: unknown; isManaged: boolean } {
  return policy.effective(key, own as PolicyValues[PolicyKey]);
}

/** Keys whose stricter value deletes what is stored. */
const DELETING: ReadonlySet<PolicyKey> = new Set(['maxStorageSize', 'maxStorageAgeDays']);

suite('managed settings, key by key', () => {
  for (const key of POLICY_NAMES) {
    const { file, own, refused, wrong, wrongHolds } = ROWS[key];

    test(`${key}: the managed value wins over the user's, and is shown`, () => {
      const policy = policyOf({ [key]: file });
      assert.equal(policy.source.state, 'read');
      assert.deepEqual(holds(policy, key, own), { value: file, isManaged: true });
      const shown = listEffective(policy, { ...NORMAL, [key]: own });
      assert.deepEqual(
        shown.filter(({ isManaged }) => isManaged),
        [{ key, value: file, isManaged: true }],
      );
    });

    test(`${key}: the file's looser value wins, too`, () => {
      const { normal } = POLICY_KEYS[key];
      assert.deepEqual(holds(policyOf({ [key]: normal }), key, own), { value: normal, isManaged: true });
    });

    test(`${key}: in a file that the user could write, it makes stricter and never looser`, () => {
      const policy = policyOf({ [key]: file }, WRITABLE);
      assert.equal(policy.source.state, 'refused');
      assert.deepEqual(holds(policy, key, own), { value: refused, isManaged: !DELETING.has(key) });
      // The default in such a file does not loosen a user's stricter value.
      const { normal } = POLICY_KEYS[key];
      const loose = holds(policyOf({ [key]: normal }, WRITABLE), key, refused);
      assert.deepEqual(loose.value, refused);
    });

    test(`${key}: with a value of another type, the strictest holds`, () => {
      for (const value of wrong) {
        const policy = policyOf({ [key]: value });
        assert.equal(policy.source.state, 'refused', JSON.stringify(value));
        assert.deepEqual(policy.source.problems, [{ kind: 'wrongValue', name: key }]);
        const { value: held } = holds(policy, key, POLICY_KEYS[key].normal);
        assert.deepEqual(held, wrongHolds, JSON.stringify(value));
      }
    });

    test(`${key}: not in the file, or without a file, the user's own value holds`, () => {
      const other = key === 'packs' ? 'record' : 'packs';
      for (const policy of [NO_POLICY, policyOf({}), policyOf({ [other]: false }), policyOf({ [other]: 1 })])
        assert.deepEqual(holds(policy, key, own), { value: own, isManaged: false });
    });
  }

  test('a mistake in one key does not lose the others, and they only make stricter', () => {
    const policy = policyOf({ auditTrail: false, packs: 'no', maxStorageAgeDays: 30, maxDownloadSize: 512 });
    assert.equal(policy.isAllowed('auditTrail'), false);
    assert.equal(policy.isAllowed('packs'), false);
    // An administrator wrote the file, so it may delete.
    assert.equal(holds(policy, 'maxStorageAgeDays', 0).value, 30);
    assert.equal(holds(policy, 'maxStorageAgeDays', 7).value, 7);
    assert.equal(holds(policy, 'maxDownloadSize', 512).value, 64);
  });

  test('allowed by the file is not more than allowed', () => {
    for (const key of ['auditTrail', 'standingOrders', 'packs', 'record', 'sampleTenant'] as const)
      assert.equal(policyOf({ [key]: true }).isAllowed(key), true);
  });
});

suite('connections under managed settings', () => {
  const own: Connection = { ...GIVEN, name: 'Own', tenantId: '33333333-3333-4333-8333-333333333333' };
  const sample: Connection = { ...GIVEN, cloud: 'custom', signIn: 'sample' };
  const custom: Connection = { ...own, cloud: 'custom', apiUrl: 'https://proxy.example' };

  test('only given ones: another one is forbidden, also under a given name; the sample stays', () => {
    const policy = policyOf({ connections: [GIVEN], onlyTheseConnections: true });
    assert.deepEqual(policy.connections, [GIVEN]);
    assert.equal(policy.whyForbidden(GIVEN), undefined);
    for (const other of [own, { ...own, name: GIVEN.name }, { ...GIVEN, authority: 'https://evil.example' }])
      assert.equal(policy.whyForbidden(other), 'onlyTheseConnections');
    assert.equal(policy.whyForbidden(sample), undefined);
    assert.equal(policyOf({ sampleTenant: false }).whyForbidden(sample), 'sampleTenant');
  });

  test('clouds and ways to sign in limit what a user adds, and not what is given', () => {
    const policy = policyOf({ connections: [GIVEN], clouds: ['commercial'], signIns: ['azureCli'] });
    assert.equal(policy.whyForbidden(GIVEN), undefined);
    assert.equal(policy.whyForbidden(own), 'clouds');
    assert.equal(policy.whyForbidden({ ...own, cloud: 'commercial' }), 'signIns');
    assert.equal(policy.whyForbidden({ ...own, cloud: 'commercial', signIn: 'azureCli' }), undefined);
    assert.equal(policy.whyForbidden(custom), 'clouds');
    assert.deepEqual([policy.offers({ cloud: 'custom' }), policy.offers('deviceCode')], [false, false]);
  });

  test('a browser sign-in must not become a code where codes are forbidden', () => {
    const policy = policyOf({ connections: [GIVEN], signIns: ['interactive'] });
    assert.equal(policy.allowsWay(GIVEN, 'interactive'), true);
    assert.equal(policy.allowsWay(GIVEN, 'deviceCode'), false);
    const code: Connection = { ...GIVEN, signIn: 'deviceCode' };
    assert.equal(policyOf({ connections: [code], signIns: [] }).allowsWay(code, 'deviceCode'), true);
  });

  test('a file that the user could write gives nothing, and still limits', () => {
    const policy = policyOf({ connections: [GIVEN], onlyTheseConnections: true }, WRITABLE);
    assert.deepEqual(policy.connections, []);
    assert.equal(policy.isGiven(GIVEN), false);
    assert.equal(policy.whyForbidden(own), 'onlyTheseConnections');
    assert.equal(policy.whyForbidden({ ...GIVEN, name: 'My name for it' }), undefined);
  });

  test('nothing of the file can be read: tenants stay reachable, and what leaves or stays behind is closed', () => {
    const policy = policyOf({}, { readError: 'EACCES' });
    assert.equal(policy.source.state, 'refused');
    assert.equal(policy.whyForbidden(own), undefined);
    for (const key of ['auditTrail', 'standingOrders', 'packs', 'record'] as const)
      assert.equal(policy.isAllowed(key), false);
    assert.equal(holds(policy, 'keepResults', true).value, false);
    assert.equal(holds(policy, 'maxStorageAgeDays', 0).value, 0);
  });
});

const NORMAL = Object.fromEntries(POLICY_NAMES.map((key) => [key, POLICY_KEYS[key].normal])) as unknown as PolicyValues;
