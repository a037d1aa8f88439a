import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { SavedFilters } from '../../../src/tree/savedFilters.ts';

/** VS Code's storage, as JSON. */
class Kept {
  json = '';

  get(): undefined {
    // VS Code, too, returns whatever type its caller names.
    return this.json === '' ? undefined : (JSON.parse(this.json) as undefined);
  }

  update(_key: string, value: unknown): Promise<void> {
    this.json = JSON.stringify(value);
    return Promise.resolve();
  }
}

function open(kept = new Kept()): { kept: Kept; filters: SavedFilters } {
  return { kept, filters: new SavedFilters(kept) };
}

suite('saved filters', () => {
  test('come back after a restart by name; one of the same name is replaced', async () => {
    const { kept, filters } = open();
    await filters.save({ name: 'b', filter: { script: 'x' }, tenantId: 't' });
    await filters.save({ name: 'a', filter: { exitCode: 1 }, tenantId: 't' });
    await filters.save({ name: 'b', filter: { comment: 'y' }, tenantId: 't' });
    assert.deepEqual(open(kept).filters.all, [
      { name: 'a', filter: { exitCode: 1 }, tenantId: 't' },
      { name: 'b', filter: { comment: 'y' }, tenantId: 't' },
    ]);
  });

  test('can be removed, and one that is not there is no fault', async () => {
    const { filters } = open();
    await filters.save({ name: 'a', filter: { script: 'x' }, tenantId: 't' });
    await filters.remove('z');
    await filters.remove('a');
    assert.deepEqual(filters.all, []);
  });

  test('what something else wrote there is left out', () => {
    const { kept, filters } = open();
    kept.json = JSON.stringify([
      null,
      5,
      { name: 'a' },
      { name: 7, filter: {} },
      { name: 'ok', filter: { script: 3 } },
    ]);
    assert.deepEqual(filters.all, [{ name: 'ok', filter: {}, tenantId: '' }]);
    kept.json = '{}';
    assert.deepEqual(filters.all, []);
  });
});
