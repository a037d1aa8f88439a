import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { SecretStorage } from 'vscode';
import { KeptSecrets } from '../../../src/platform/keptSecrets.ts';
import { memorySecrets } from '../identity/memorySecrets.ts';

/** Creates VS Code's secret storage, which can fail. */
function scene(): {
  readonly secrets: KeptSecrets;
  readonly kept: Map<string, string>;
  readonly said: unknown[];
  /** Makes these methods of the storage fail from now on. */
  readonly fail: (...methods: readonly ('get' | 'store' | 'delete')[]) => void;
  /** Stores or deletes in another window. */
  readonly elsewhere: (key: string, value: string | undefined) => Promise<void>;
} {
  const memory = memorySecrets();
  const failing = new Set<string>();
  const said: unknown[] = [];
  const guarded = <Result>(method: string, work: () => PromiseLike<Result>): PromiseLike<Result> =>
    failing.has(method) ? Promise.reject(new Error('no key ring')) : work();
  const storage: SecretStorage = {
    keys: () => Promise.resolve([...memory.kept.keys()]),
    get: (key) => guarded('get', () => memory.get(key)),
    store: (key, value) => guarded('store', () => memory.store(key, value)),
    delete: (key) => guarded('delete', () => memory.delete(key)),
    onDidChange: memory.onDidChange,
  };
  return {
    secrets: new KeptSecrets(storage, (error) => said.push(error)),
    kept: memory.kept,
    said,
    fail: (...methods) => {
      failing.clear();
      for (const method of methods) failing.add(method);
    },
    elsewhere: async (key, value) => {
      await (value === undefined ? memory.delete(key) : memory.store(key, value));
    },
  };
}

suite('secrets', () => {
  test('are in VS Code’s storage, and not in memory', async () => {
    const { secrets, kept, said } = scene();
    await secrets.store('key', 'value');
    assert.deepEqual([...kept], [['key', 'value']]);
    kept.clear();
    assert.equal(await secrets.get('key'), undefined);
    assert.deepEqual(said, []);
  });

  test('are in memory where storage takes none, which is said once', async () => {
    const { secrets, kept, said, fail } = scene();
    fail('get', 'store');
    await secrets.store('one', '1');
    await secrets.store('two', '2');
    assert.deepEqual(
      [await secrets.get('one'), await secrets.get('two'), await secrets.get('three')],
      ['1', '2', undefined],
    );
    assert.deepEqual([kept.size, said.length], [0, 1]);
  });

  test('that could not be stored come before older ones, until storage takes them', async () => {
    const { secrets, kept, fail } = scene();
    await secrets.store('key', 'old');
    fail('store');
    await secrets.store('key', 'new');
    assert.equal(await secrets.get('key'), 'new');
    fail();
    await secrets.store('key', 'newest');
    assert.equal(kept.get('key'), 'newest');
    kept.clear();
    assert.equal(await secrets.get('key'), undefined, 'memory holds none any more');
  });

  for (const value of ['theirs', undefined]) {
    test(`that another window ${value === undefined ? 'deleted' : 'changed'} are not taken from memory`, async () => {
      const { secrets, fail, elsewhere } = scene();
      const changes: (string | undefined)[] = [];
      secrets.onDidChange(({ key }) => void secrets.get(key).then((now) => changes.push(now)));
      fail('store');
      await secrets.store('key', 'ours');
      await elsewhere('key', value);
      assert.equal(await secrets.get('key'), value);
      assert.deepEqual(changes, [value], 'and whoever hears of it reads the new one');
    });
  }

  test('that could not be deleted are not said to be', async () => {
    const { secrets, fail } = scene();
    await secrets.store('key', 'value');
    fail('delete');
    await assert.rejects(secrets.delete('key'));
    assert.equal(await secrets.get('key'), 'value');
  });

  test('tell of their changes until nobody listens', async () => {
    const { secrets } = scene();
    const keys: string[] = [];
    const subscription = secrets.onDidChange(({ key }) => keys.push(key));
    await secrets.store('one', '1');
    await secrets.delete('one');
    subscription.dispose();
    await secrets.store('two', '2');
    assert.deepEqual(keys, ['one', 'one']);
  });
});
