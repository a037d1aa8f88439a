import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { adviseOn } from '../../../src/identity/permissions.ts';
import type { PermissionAdvice } from '../../../src/identity/permissions.ts';
import '../../faults/words.ts';
import { jwt } from './tokens.ts';

// After the import that replaces VS Code's texts.
const { furtherPermissionWords, missingPermissionWords } = await import('../../../src/messages/permissionWords.ts');

const person = (scp: string): PermissionAdvice | undefined => adviseOn(jwt({ scp }));
const application = (...roles: string[]): PermissionAdvice | undefined => adviseOn(jwt({ roles }));

suite('what a token allows', () => {
  for (const [advice, results, list, needs] of [
    [person('Machine.Read Machine.LiveResponse'), 'held', 'held', []],
    [person('Machine.ReadWrite Machine.LiveResponse'), 'held', 'held', []],
    [person('Machine.LiveResponse'), 'held', 'missing', ['Machine.Read']],
    [person('Machine.Read'), 'missing', 'held', ['Machine.LiveResponse']],
    [person('Alert.Read openid profile'), 'missing', 'missing', ['Machine.LiveResponse', 'Machine.Read']],
    [person('user_impersonation Machine.Read'), 'unknown', 'held', []],
    [person('user_impersonation Library.Manage'), 'unknown', 'unknown', []],
    [application('Machine.ReadWrite.All'), 'held', 'held', []],
    [application('Machine.Read.All'), 'uncertain', 'held', ['Machine.ReadWrite.All']],
    [application('Machine.LiveResponse'), 'missing', 'missing', ['Machine.ReadWrite.All']],
    [application('Machine.LiveResponse', 'Machine.Read.All'), 'uncertain', 'held', ['Machine.ReadWrite.All']],
  ] as const) {
    test(JSON.stringify(advice), () => {
      assert.deepEqual([advice?.results, advice?.list, advice?.needs], [results, list, needs]);
    });
  }

  for (const token of [
    '',
    'opaque',
    jwt({}),
    jwt({ scp: '' }),
    jwt({ roles: [] }),
    jwt({ scp: 'user_impersonation' }),
  ]) {
    test(`nothing is said about ${token.slice(0, 60)}`, () => {
      assert.equal(adviseOn(token), undefined);
    });
  }

  test("roles in a person's token are not what was delegated", () => {
    const advice = adviseOn(jwt({ scp: 'Machine.Read', roles: ['Machine.ReadWrite.All'] }));
    assert.deepEqual([advice?.holder, advice?.results, advice?.machines], ['person', 'missing', []]);
  });

  test('what more it could do is listed by its own names', () => {
    const advice = person(
      'Machine.LiveResponse Machine.Read Machine.ReadWrite Machine.Isolate Machine.Scan Machine.StopAndQuarantine Machine.RestrictExecution Machine.Offboard Machine.CollectForensics Library.Manage Alert.Read',
    );
    assert.deepEqual(advice?.scripts, ['Machine.LiveResponse']);
    assert.equal(advice.machines.length, 7);
    assert.ok(!advice.machines.includes('Machine.Read'));
    assert.deepEqual(advice.library, ['Library.Manage']);
  });
});

suite('permissions in words', () => {
  const words = (advice: PermissionAdvice | undefined): (string | undefined)[] => {
    assert.ok(advice !== undefined);
    return [missingPermissionWords(advice), furtherPermissionWords(advice)];
  };

  test('what is missing is named, and nothing is said where nothing is', () => {
    const runsScripts =
      'This sign-in could also run scripts on devices (Machine.LiveResponse); this extension only reads.';
    assert.deepEqual(words(person('Machine.Read Machine.LiveResponse')), [undefined, runsScripts]);
    assert.deepEqual(words(person('Machine.Read')), [
      'This sign-in can probably not fetch results: it lacks Machine.LiveResponse.',
      undefined,
    ]);
    assert.deepEqual(words(person('Machine.LiveResponse')), [
      'This sign-in can probably not list machine actions: it lacks Machine.Read.',
      runsScripts,
    ]);
    assert.deepEqual(words(person('Alert.Read')), [
      'This sign-in can probably neither list machine actions nor fetch results: it lacks Machine.LiveResponse and Machine.Read.',
      undefined,
    ]);
  });

  test('what is uncertain is said to be so, and what an application could change as well', () => {
    assert.deepEqual(words(application('Machine.Read.All', 'Machine.Isolate', 'Machine.Scan', 'Library.Manage')), [
      'It is not certain that this sign-in can fetch results: Microsoft’s newer page asks for Machine.ReadWrite.All.',
      'This sign-in could also change machines (Machine.Isolate, Machine.Scan) and change the library of scripts (Library.Manage); this extension only reads.',
    ]);
  });
});
