import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { createRunHandlers } from '../../../../src/results/worker/runHandlers.ts';
import { MemoryRunTable } from '../../../../src/storage/runTable.ts';

suite('what the worker does for runs', () => {
  test('records go into the table of the moment', () => {
    let table = new MemoryRunTable();
    const handlers = createRunHandlers(() => table);
    handlers.putRun('a', '1');
    handlers.putRun('b', '2');
    assert.deepEqual(handlers.runs(), ['2', '1']);
    table = new MemoryRunTable();
    assert.deepEqual(handlers.runs(), [], 'a database was opened meanwhile');
  });
});
