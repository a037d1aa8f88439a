import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { durationBucket, exitClass, sizeBucket } from '../../../src/platform/telemetryEvents.ts';

suite('what telemetry tells of a number', () => {
  test('a duration, by its order of magnitude', () => {
    const cases = [
      [0, 'under1s'],
      [999.9, 'under1s'],
      [1000, 'under5s'],
      [4999, 'under5s'],
      [5000, 'under30s'],
      [29_999, 'under30s'],
      [30_000, 'under5min'],
      [299_999, 'under5min'],
      [300_000, 'longer'],
      [Infinity, 'longer'],
    ] as const;
    for (const [ms, bucket] of cases) assert.equal(durationBucket(ms), bucket, ms.toString());
  });

  test('a size, by its order of magnitude', () => {
    const cases = [
      [0, 'under1kB'],
      [999, 'under1kB'],
      [1000, 'under100kB'],
      [99_999, 'under100kB'],
      [100_000, 'under1MB'],
      [999_999, 'under1MB'],
      [1_000_000, 'under10MB'],
      [9_999_999, 'under10MB'],
      [10_000_000, 'larger'],
    ] as const;
    for (const [bytes, bucket] of cases) assert.equal(sizeBucket(bytes), bucket, bytes.toString());
  });

  test('an exit code, by being 0 or not: the code itself may tell what a script found', () => {
    assert.equal(exitClass(0), 'zero');
    for (const code of [1, -1, 3221225786, -1073741510]) assert.equal(exitClass(code), 'nonzero');
    assert.equal(exitClass(undefined), 'unknown');
  });
});
