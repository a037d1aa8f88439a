import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { Emitter } from '../../../src/base/emitter.ts';

suite('an event', () => {
  test('every listener hears every value until it is disposed of', () => {
    const emitter = new Emitter<number>();
    const heard: string[] = [];
    const one = emitter.event((value) => heard.push(`one ${value}`));
    emitter.event((value) => heard.push(`two ${value}`));
    emitter.fire(1);
    one.dispose();
    emitter.fire(2);
    assert.deepEqual(heard, ['one 1', 'two 1', 'two 2']);
  });

  test('a listener may leave, and another may come, while a value is told', () => {
    const emitter = new Emitter<number>();
    const heard: string[] = [];
    const leaving = emitter.event(() => {
      leaving.dispose();
      emitter.event((value) => heard.push(`late ${value}`));
    });
    emitter.event((value) => heard.push(`other ${value}`));
    emitter.fire(1);
    assert.deepEqual(heard, ['other 1']);
    emitter.fire(2);
    assert.deepEqual(heard, ['other 1', 'other 2', 'late 2']);
  });
});
