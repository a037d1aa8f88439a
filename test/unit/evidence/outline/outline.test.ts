import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { suite, test } from 'node:test';
import { outlineLines } from '../../../../src/evidence/outline/outline.ts';
import type { OutlineItem } from '../../../../src/evidence/outline/outlineItem.ts';

/** Outlines a text with lines as an editor splits them. */
const outlineText = (text: string): ReturnType<typeof outlineLines> => outlineLines(text.split(/\r\n|\r|\n/u));

const FIXTURES = path.join(import.meta.dirname, 'fixtures');

/** Draws the outline as `record svchost · 892 · 3–7`, with children indented. */
function draw(items: readonly OutlineItem[], indent = ''): string {
  return items
    .map(({ kind, name, detail, firstLine, lastLine, children }) => {
      const words = [`${kind} ${name}`, ...(detail === '' ? [] : [detail]), `${firstLine + 1}–${lastLine + 1}`];
      return `${indent}${words.join(' · ')}\n${draw(children, `${indent}  `)}`;
    })
    .join('');
}

const names = (await readdir(FIXTURES)).filter((name) => name.endsWith('.txt'));

suite('the outline of a text', () => {
  for (const name of names) {
    test(name, async () => {
      const text = await readFile(path.join(FIXTURES, name), 'utf8');
      const expected = await readFile(path.join(FIXTURES, name.replace(/txt$/u, 'tree')), 'utf8');
      const items = outlineText(text);
      assert.equal(items === undefined ? 'none\n' : draw(items), expected);
    });
  }

  test('no shape is found in a text by accident', () => {
    const texts = [
      '',
      'one line',
      'a: 1\nb: 2\n',
      'Error: one\n\nWarning: two\n',
      'Name : a\nId : 1\n\nnot a field\n',
      '{"a": 1}',
      '{"a":\n1} trailing',
      '12:30: x\n13:30: y\n\n12:31: x\n13:31: y\n',
      'Event[0]:\n  Log Name: Security\n',
      '**********************\nsomething else\n**********************\n',
      '=== one heading alone ===\na\n',
      'Name  Id\n----  --\na     1\n\nName  Id\n----  --\nb     2\n',
      '[OK]\nstep one\n[OK]\nstep two\n',
      '[|] 1%\n[/] 2%\n',
      '-----BEGIN CERTIFICATE-----\nMII\n-----END CERTIFICATE-----\n',
      '["a",1]\n["b",2]\n',
      '[2026-01-01T00:00:00]\na\n[2026-01-01T00:00:01]\nb\n',
      '== too few ==\na\n== signs ==\nb\n',
      '=== 1 ===\na\n=== 2 ===\nb\n',
      `=== ${'x'.repeat(300)} ===\na\n=== ${'y'.repeat(300)} ===\nb\n`,
    ];
    for (const text of texts) assert.equal(outlineText(text), undefined, text);
  });

  test('depth and keys of a JSON are its own', () => {
    const deep = `${'[\n'.repeat(5000)}1${']'.repeat(5000)}`;
    assert.ok((outlineText(deep) ?? []).length > 0);
    const [empty, forged] = outlineText('{\n"": {"x": 1},\n"__proto__": "a:{b"\n}') ?? [];
    assert.deepEqual([empty?.name, forged?.name, forged?.detail], ['""', '__proto__', 'a:{b']);
  });

  test('a text with more parts than an outline shows has none; with fewer, the same text has one', () => {
    const stars = '*'.repeat(22);
    const transcript = `${stars}\nWindows PowerShell transcript start\n${stars}\n`;
    const texts: readonly ((count: number) => string)[] = [
      (count) => `[\n${'1,\n'.repeat(count)}1]`,
      (count) => 'A: 1\nB: 2\n\n'.repeat(count),
      (count) => 'Event[1]:\n  Date: 1\n  Event ID: 7\n'.repeat(count),
      (count) => `${transcript}${'PS> a\n'.repeat(count)}`,
    ];
    for (const text of texts) {
      assert.ok((outlineText(text(3))?.length ?? 0) >= 3, text(1));
      assert.equal(outlineText(text(50_001)), undefined, text(1));
    }
  });

  test('a colon without a blank is no field; an event without a source and a transcript without a time are', () => {
    assert.equal(outlineText('Time:12\nA:b\n\nTime:13\nA:c\n'), undefined);
    assert.equal(
      draw(
        outlineText('Event[0]:\n  Date: 2026\n  Source: X\n  Event ID: 7\nEvent[1]:\n  Date: 2027\n  Id: 8\n') ?? [],
      ),
      'event 7 · X · 2026 · 1–4\nevent 8 · 2027 · 5–7\n',
    );
    const stars = '*'.repeat(22);
    const text = `${stars}\nWindows PowerShell transcript start\nUsername: x\n${stars}\nPS C:\\> dir\nx\n`;
    assert.equal(draw(outlineText(text) ?? []), 'section Transcript start · 1–4\ncommand dir · 5–6\n');
  });
});
