import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { findElements } from '../../../../src/evidence/decode/jsonElements.ts';

function elements(text: string): string[] {
  JSON.parse(text);
  return findElements(text, 'value').map(({ start, end }) => text.slice(start, end));
}

suite('the elements of an array as they were written', () => {
  test('each is cut out with its own white space and escapes, and without what is around it', () => {
    const text =
      '{ "@odata.context": "a,b]", "value" : [ {"b": 1.50,\n "a": "\\u0061,]}\\""} ,\t{"value": [1, [2]]}, 1e2 ]}';
    assert.deepEqual(elements(text), ['{"b": 1.50,\n "a": "\\u0061,]}\\""}', '{"value": [1, [2]]}', '1e2']);
  });

  test('an empty array has none, and of two arrays the last one counts, as for JSON.parse', () => {
    assert.deepEqual(elements('{"value": [ ]}'), []);
    assert.deepEqual(elements('{"value": [1], "other": [2, 3], "value": [4, "5"]}'), ['4', '"5"']);
    assert.deepEqual(elements('{"other": {"value": [1]}, "x": "value"}'), []);
    assert.deepEqual(elements('{"a": [["value", [1]]], "value": {"value": [1]}}'), []);
  });

  test('a text that ends inside a string has none', () => {
    assert.deepEqual(findElements('{"value": [1, "a', 'value'), []);
  });
});
