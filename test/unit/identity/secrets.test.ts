import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { openDrawer } from '../../../src/identity/secrets.ts';
import type { SecretKind } from '../../../src/identity/secrets.ts';
import { memorySecrets } from './memorySecrets.ts';

suite("a connection's secrets", () => {
  test('each kind has a place of its own, and another owner finds none of them', async () => {
    const secrets = memorySecrets();
    const [mine, theirs] = [openDrawer(secrets, 'mine'), openDrawer(secrets, 'theirs')];
    await mine.store('clientSecret', 's');
    await mine.store('passphrase', 'p');
    assert.equal(await mine.get('clientSecret'), 's');
    assert.equal(await mine.get('passphrase'), 'p');
    assert.equal(await mine.get('tokens'), undefined);
    assert.equal(await theirs.get('clientSecret'), undefined);
    await theirs.delete('clientSecret');
    assert.equal(await mine.get('clientSecret'), 's');
  });

  test('only changes of its own are told, by kind, until nobody listens any more', async () => {
    const secrets = memorySecrets();
    const [mine, theirs] = [openDrawer(secrets, 'mine'), openDrawer(secrets, 'theirs')];
    const heard: SecretKind[] = [];
    const subscription = mine.onDidChange((kind) => heard.push(kind));
    await theirs.store('tokens', 't');
    await mine.store('tokens', 't');
    await mine.delete('accessToken');
    subscription.dispose();
    await mine.delete('tokens');
    assert.deepEqual(heard, ['tokens', 'accessToken']);
  });
});
