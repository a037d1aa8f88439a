import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { readDocument, sentencesOf, withExamples, writeDocument } from './document.ts';
import { openStory } from './produce.ts';
import type { Produced, Story } from './produce.ts';
import { SITUATIONS } from './situations.ts';
import { inLanguage } from '../rig/sentences.ts';
import { whyNoResult } from './words.ts';

suite('why there is no result', () => {
  let story: Story;
  const produced: Produced[] = [];
  before(async () => {
    story = await openStory();
  });
  after(() => story.stop());

  for (const situation of SITUATIONS) {
    test(situation.what, async () => {
      const found = await story.produce(situation);
      produced.push(found);
      assert.deepEqual(
        found.reasons.map(({ code }) => code),
        situation.codes,
      );
      assert.equal(found.callsOfExplanation, 0, 'an explanation makes no call');
      const { en, tr } = sentencesOf(found);
      for (const text of [en, tr]) {
        assert.ok(text.length > 10 && /[.!"]$/u.test(text), text);
        assert.ok(!/\{\d\}|undefined|NaN|\[object/u.test(text), text);
      }
      assert.notEqual(en, tr);
      if (found.row === undefined) return;
      const { row } = found;
      const inOverview = inLanguage('en', () => whyNoResult(row));
      assert.equal(withExamples(inOverview), en, 'the overview of a run says the same as the page');
    });
  }

  test('an inferred reason is worded as a probability', () => {
    for (const { reasons, failure } of produced) {
      for (const reason of reasons.filter(({ source, code }) => source === 'inferred' && CAUSES.has(code))) {
        const { en } = sentencesOf({ reasons: [reason], failure, deviceErrors: [] } as unknown as Produced);
        assert.match(en, /probably|may/u);
      }
    }
  });
});

suite('the document about missing results', () => {
  test('docs/reference/no-result.md says what the tests check: npm run no-result', async () => {
    assert.equal(await readDocument(), await writeDocument());
  });

  test('it has at least thirty situations, and none twice', () => {
    assert.ok(SITUATIONS.length >= 30);
    assert.equal(new Set(SITUATIONS.map(({ what }) => what)).size, SITUATIONS.length);
  });
});

/** Codes that name a cause. The others state what the service says, and only their origin is inferred. */
const CAUSES: ReadonlySet<string> = new Set([
  'notStarted',
  'deviceActive',
  'afterFailure',
  'neverUploaded',
  'notAllowed',
]);
