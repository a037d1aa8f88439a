import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { defang } from '../../src/evidence/indicators/defang.ts';
import { collectIndicators, countCuts } from '../../src/evidence/indicators/indicators.ts';

const ADDRESS = 'http://a.example/b';

suite('Lines of megabytes', () => {
  for (const unit of ['http://a.example/', 'a.', 'http:\\/\\/a.example\\/', '/etc/a']) {
    test(`no step runs out of stack on 16 MB of ${unit}`, () => {
      const text = unit.repeat(16_000_000 / unit.length);
      assert.ok(collectIndicators(text).length >= 0);
      assert.ok(!/https?:/u.test(defang(text).text));
      assert.ok(countCuts(text) > 200);
    });
  }

  test('what stands on a long line with blanks is found, all of it, and nothing is cut', () => {
    const count = 20_000;
    const text = `${ADDRESS} `.repeat(count);
    assert.deepEqual(
      collectIndicators(text).map(({ kind, count: found }) => [kind, found]),
      [
        ['url', count],
        ['domain', count],
      ],
    );
    assert.equal(countCuts(text), 0);
    assert.equal(defang(text).text, 'hxxp://a[.]example/b '.repeat(count));
  });

  test('JSON on one line is cut between its values', () => {
    const count = 20_000;
    const text = `[${Array.from({ length: count }, () => `"${ADDRESS}"`).join(',')}]`;
    assert.equal(collectIndicators(text)[0]?.count, count);
    assert.equal(countCuts(text), 0);
    assert.ok(!defang(text).text.includes('http'));
  });
});
