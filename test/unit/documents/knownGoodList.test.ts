import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { LiveResponseError } from '../../../src/base/errors.ts';
import { readKnownGoodList } from '../../../src/documents/table/knownGoodList.ts';

const LIST = 'svchost.exe\r\nİstanbul.exe\r\n';

/** Returns the reason why a list is refused. */
function refused(bytes: Uint8Array): string | undefined {
  try {
    readKnownGoodList(bytes);
  } catch (error) {
    assert.ok(error instanceof LiveResponseError && error.code === 'fileFailed');
    return error.values.reason;
  }
  return assert.fail('the list was accepted');
}

suite('a list of what is known to be good', () => {
  test('is read in the encodings that PowerShell and editors write', () => {
    assert.equal(readKnownGoodList(Buffer.from(LIST)), LIST);
    assert.equal(readKnownGoodList(Buffer.from(`\ufeff${LIST}`)), LIST);
    assert.equal(readKnownGoodList(Buffer.from(`\ufeff${LIST}`, 'utf16le')), LIST);
    assert.equal(readKnownGoodList(Buffer.from(`\ufeff${LIST}`, 'utf16le').swap16()), LIST);
  });

  test('is refused if it would hide less than it says', () => {
    assert.equal(refused(Buffer.from(LIST, 'utf16le')), 'listNotText');
    assert.equal(refused(Buffer.from('b\u00fcro.exe', 'latin1')), 'listNotText');
    assert.equal(refused(Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0])), 'listNotText');
    assert.equal(refused(Buffer.from(' \r\n')), 'listEmpty');
    assert.equal(refused(Buffer.alloc(0)), 'listEmpty');
    assert.equal(refused(Buffer.alloc(1_000_001, 'a')), 'listTooLong');
  });
});
