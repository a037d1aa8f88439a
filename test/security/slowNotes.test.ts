import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { compareTexts } from '../../src/evidence/blocks/likeness.ts';
import { findCitationPlaces } from '../../src/notes/citationPlaces.ts';

const LINK =
  '[output line 2 of 7](live-response:/?cloud=commercial&tenant=0b1c2d3e-4f50-4617-8829-3a4b5c6d7e8f&action=988cc94e-7a8f-4b28-ab65-54970c5d5018&index=0&stream=output#L2)';
/** A generous limit, in ms: quadratic work takes many minutes at these sizes. */
const TIMEOUT = { timeout: 60_000 };

suite('H3: a note cannot freeze the window either', () => {
  test('one line of thousands of citations: each has a place of its own', TIMEOUT, () => {
    const count = 40_000;
    const places = findCitationPlaces(`${LINK} `.repeat(count));
    assert.equal(places.length, count);
    assert.equal(new Set(places.map(({ start }) => start)).size, count);
  });

  test('a quotation of nothing but tabs, against one with a blank more', TIMEOUT, () => {
    const tabs = 'a\t'.repeat(2_000_000);
    assert.equal(compareTexts(`${tabs} b`, `${tabs}b`), 'other');
    assert.equal(compareTexts(tabs, tabs), 'same');
  });

  test('tabs that an editor made blanks of are told from an alteration, as before', () => {
    const stored = 'name\tvalue\na\tb\n\tindented';
    assert.equal(compareTexts('name    value\na   b\n    indented', stored), 'tabs');
    assert.equal(compareTexts('name    value\na   c\n    indented', stored), 'other');
  });
});
