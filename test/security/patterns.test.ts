import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import type { TestContext } from 'node:test';
import { collectPatterns } from '../../scripts/patternLiterals.ts';
import { findFaults, judgePatterns } from '../../scripts/patterns.ts';
import type { PatternException } from '../../scripts/patternExceptions.ts';

async function judge(
  context: TestContext,
  source: string,
  exceptions: readonly PatternException[] = [],
): Promise<string[]> {
  const folder = await mkdtemp(join(tmpdir(), 'patterns-'));
  context.after(() => rm(folder, { recursive: true }));
  const file = join(folder, 'planted.ts');
  await writeFile(file, source);
  const patterns = collectPatterns(file);
  return findFaults(await judgePatterns(patterns, exceptions), patterns, exceptions, []).map((fault) =>
    fault.replace(folder, ''),
  );
}

suite('The checker of patterns', () => {
  for (const planted of [
    String.raw`/[ \t]+$/u`,
    String.raw`/a+b/g`,
    String.raw`/^[a-z\d_-]*[a-z_-][a-z\d_-]*(?:\.[a-z\d_-]+)+$/iu`,
    String.raw`/(?:\.|(?<!:):)+$/u`,
    String.raw`/[\\.,;!'\s]+$/u`,
    String.raw`/"(?:[^"\\]|\\.)*"|[{}[\],:\n]|[-+.\w]+/gsu`,
    String.raw`/(a|a)*$/u`,
  ]) {
    test(`refuses ${planted}`, async (context) => {
      const faults = await judge(context, `export const text = 'a'.replace(${planted}, '');\n`);
      assert.equal(faults.length, 1, faults.join('\n'));
      assert.match(faults[0] ?? '', /planted\.ts:1 takes more than linear time \((?:\d polynomial|exponential)\)/u);
      assert.ok(faults[0]?.endsWith(planted));
    });
  }

  test('lets a linear pattern pass', async (context) => {
    assert.deepEqual(await judge(context, String.raw`export const found = /^[a-z]+\s*$/u.test('a');`), []);
  });

  test('reads a pattern that is built from constants', async (context) => {
    const source = "const BLANK = '[ \\\\t]';\nexport const trailing = new RegExp(`${BLANK}+$`, 'u');\n";
    assert.match((await judge(context, source)).join('\n'), /:2 takes more than linear time/u);
  });

  test('refuses a pattern that is built from anything else', async (context) => {
    const source = "export function build(text: string): RegExp {\n  return new RegExp(text, 'u');\n}\n";
    assert.match((await judge(context, source)).join('\n'), /:2 builds a pattern from values that are not constant/u);
  });

  test('refuses an exception that nothing needs', async (context) => {
    const stale = { file: 'src/gone.ts', text: '/a+$/u', bound: 'none', reason: 'none' };
    assert.deepEqual(await judge(context, 'export const one = 1;\n', [stale]), ['Stale exception: src/gone.ts /a+$/u']);
  });
});
