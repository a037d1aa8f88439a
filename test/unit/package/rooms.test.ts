import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { suite, test } from 'node:test';
import { findFaults, MAX_FILES } from '../../../scripts/rooms.ts';

suite('the rooms of the sources', () => {
  function faultsOf(files: Readonly<Record<string, string>>): string[] {
    const root = mkdtempSync(path.join(tmpdir(), 'rooms-'));
    try {
      for (const [file, text] of Object.entries(files)) {
        mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
        writeFileSync(path.join(root, file), text);
      }
      return findFaults(root);
    } finally {
      rmSync(root, { recursive: true });
    }
  }

  test('are in order', () => {
    assert.deepEqual(findFaults('src'), []);
  });

  test('a circle is found, also through types and folders', () => {
    assert.deepEqual(
      faultsOf({
        'a/one.ts': "import { two } from '../b/two.ts';\nexport const one = two;\n",
        'b/two.ts': "import type { three } from './three.ts';\nexport const two: typeof three = 1;\n",
        'b/three.ts': "import type { one } from '../a/one.ts';\nexport const three: typeof one = 1;\n",
        'b/alone.ts': "import { two } from './two.ts';\nexport const alone = two;\n",
      }),
      ['A circle of imports: a/one.ts → b/two.ts → b/three.ts → a/one.ts.'],
    );
  });

  test('a file too many in a folder is found', () => {
    const files = Object.fromEntries(
      Array.from({ length: MAX_FILES + 1 }, (_, at) => [`full/${at}.ts`, `export const x${at} = ${at};\n`]),
    );
    assert.deepEqual(faultsOf(files), [
      `full/ holds ${MAX_FILES + 1} files, ${MAX_FILES} is the most: give some a room of their own.`,
    ]);
  });
});
