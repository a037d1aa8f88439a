import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { readBlocks } from '../../../../src/evidence/blocks/noteBlocks.ts';
import { findEvidence, findUnreadable } from '../../../../src/evidence/blocks/readEvidence.ts';
import { findCitationPlaces } from '../../../../src/notes/citationPlaces.ts';

function shapes(markdown: string): string[] {
  return readBlocks(markdown).map((block) => ('text' in block ? `${block.kind} ${block.text}` : block.kind));
}

suite('the blocks of a note', () => {
  test('code: fenced, indented, in lists and quotes, never closed', () => {
    assert.deepEqual(shapes('```a b\nx\n\n y\n```\nz'), ['code x\n\n y', 'paragraph z']);
    assert.deepEqual(shapes('~~~ `a`\n```\n~~~~  '), ['code ```']);
    assert.deepEqual(shapes('``` a`b\nx'), ['paragraph ``` a`b\nx']);
    assert.deepEqual(shapes('    a\n\n     b\n\nc'), ['code a\n\n b', 'paragraph c']);
    assert.deepEqual(shapes('a\n    b'), ['paragraph a\nb']);
    assert.deepEqual(shapes('- ```\n  a\n\n   b\n  ```\n1. > ~~~\n   > c'), ['code a\n\n b', 'code c']);
    assert.deepEqual(shapes('> ```\n> a\nb'), ['code a', 'paragraph b']);
    assert.deepEqual(shapes('>\t```\n>\t\ta'), ['code \ta']);
    assert.deepEqual(shapes('>\t\t\ta'), ['code   \ta']);
    assert.deepEqual(shapes('  ```\n   a\n b\n  ```\u00a0\n'), ['code  a\nb\n```\u00a0']);
  });

  test('paragraphs go on without the marks around them, and end where something begins', () => {
    assert.deepEqual(shapes('> a\nb\n- c\nd\n\ne'), ['paragraph a\nb', 'paragraph c\nd', 'paragraph e']);
    assert.deepEqual(shapes('a\n2. b\n1. c\n-\n***\n# d'), [
      'paragraph a\n2. b',
      'paragraph c',
      'break',
      'heading # d',
    ]);
    assert.deepEqual(shapes('a\n---\n| b |\n- - -'), ['paragraph a', 'break', 'row | b |', 'break']);
  });

  test('HTML hides what stands in it', () => {
    assert.deepEqual(shapes('<!-- a\n\n```\nb\n```\n-->\nc'), ['html', 'paragraph c']);
    assert.deepEqual(shapes('a\n<div>\n```\n\n```\nb\n```'), ['paragraph a', 'html', 'code b']);
    assert.deepEqual(shapes('<x y=">">\na\n\n<x> b\n<x>'), ['html', 'paragraph <x> b\n<x>']);
    assert.deepEqual(
      readBlocks('<!-- a -->\n\n<!-- a --> b\n\n<!-- a').map((block) => block.kind === 'html' && block.isComment),
      [true, false, true],
    );
  });

  test('an empty item is left by the next empty line', () => {
    assert.deepEqual(shapes('-\n\n      a'), ['code   a']);
    assert.deepEqual(shapes('-\n  a\n\n      b'), ['paragraph a', 'code b']);
  });
});

/** Length at which anything worse than linear takes hours. */
const SIZE = 1_000_000;
const LINK = '](live-response:/?x';

suite('a note of an attacker', () => {
  for (const part of [
    ...['`', '` ', '\\`', '[', '](', '>', '> ', '>\n', '- ', '-\n', '1. ', '\t', ' \n', '\n', '<', '<a ', '<!--', '"'],
    ...['|', '\\|', '*', '_', '#', '---\n', '~~~\n', '> ~~~\n', LINK, `${LINK} "`, `${LINK})`, `[a${LINK})\n\n`],
    ...['SHA-256 ', 'defanged ', 'Source: ', 'a: b\n\n', '<a b="', ']: <live-response:', '<live-response:'],
  ]) {
    test(`of nothing but ${JSON.stringify(part)} is read in linear time`, { timeout: 60_000 }, () => {
      const note = part.repeat(SIZE / part.length);
      assert.deepEqual([...findEvidence(note), ...findCitationPlaces(`| ${note}`)], []);
      findUnreadable(note);
    });
  }

  test('of lists in each other and empty lines is read in linear time', { timeout: 60_000 }, () => {
    assert.deepEqual(findEvidence('- '.repeat(SIZE / 4) + '\n'.repeat(SIZE / 2)), []);
    assert.deepEqual(findEvidence('- '.repeat(SIZE / 4) + `\n${' '.repeat(200)}x`.repeat(SIZE / 400)), []);
  });

  test('HTML that is no element ends at its own sign, not at an empty line; blank lines end no code', () => {
    assert.deepEqual(shapes('<![CDATA[\n\n```\na\n]]>\nb'), ['html', 'paragraph b']);
    assert.deepEqual(shapes('<!DOCTYPE x\n\n```\n>\nb'), ['html', 'paragraph b']);
    assert.deepEqual(shapes('    a\n    \n\nb'), ['code a', 'paragraph b']);
  });
});
