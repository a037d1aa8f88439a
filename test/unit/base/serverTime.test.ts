import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { orderTime, parseServerTime } from '../../../src/base/serverTime.ts';

suite("the server's times", () => {
  for (const digits of ['', '.12', '.123', '.1230', '.1234567']) {
    test(`with the fraction "${digits}"`, () => {
      const ms = Math.floor(Number(`0${digits}`) * 1000);
      assert.equal(parseServerTime(`2026-11-23T21:04:41${digits}Z`), Date.UTC(2026, 10, 23, 21, 4, 41, ms));
    });
  }

  test('a time without a zone is UTC, whatever the zone of this machine', () => {
    assert.equal(parseServerTime('2026-11-23T21:04:41.5'), Date.UTC(2026, 10, 23, 21, 4, 41, 500));
  });

  test('a zone that is named is kept to', () => {
    assert.equal(parseServerTime('2026-11-23T21:04:41+02:00'), Date.UTC(2026, 10, 23, 19, 4, 41));
  });

  test('nothing, or no time, is none', () => {
    for (const text of [null, undefined, '', 'soon']) assert.equal(parseServerTime(text), undefined);
  });

  test('in an order, nothing and no time stand first', () => {
    for (const text of [null, undefined, '', 'soon']) assert.equal(orderTime(text), 0);
    assert.equal(orderTime('1970-01-01T00:00:01Z'), 1000);
  });
});
