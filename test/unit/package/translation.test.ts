import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { suite, test } from 'node:test';
import { L10N_FILE } from '../../../scripts/l10n.ts';
import { checkTranslation, compareTexts, translationOf } from '../../../scripts/translation.ts';

const LANGUAGE = 'tr';

suite('the Turkish translation', () => {
  test('has every text and no other, with the same placeholders, links and code', async () => {
    assert.deepEqual(await checkTranslation(LANGUAGE), []);
  });

  for (const source of ['package.nls.json', L10N_FILE]) {
    test(`of ${source} is one: it does not repeat the English`, async () => {
      const english = JSON.parse(await readFile(source, 'utf8')) as Record<string, string>;
      const turkish = JSON.parse(await readFile(translationOf(source, LANGUAGE), 'utf8')) as Record<string, string>;
      const texts = Object.entries(english).filter(([, text]) => /[a-z]{3}.*\s.*[a-z]{3}/u.test(text));
      const same = texts.filter(([key, text]) => turkish[key] === text).map(([, text]) => text);
      assert.ok(texts.length > 20, 'there are texts to look at');
      // Some texts are names, which stay the same.
      assert.ok(same.length < texts.length / 20, same.join('\n'));
    });
  }
});

suite('the check of a translation', () => {
  const english = { one: 'Open {0} of {1}', two: 'Run `ls`, or [sign in](command:liveResponse.signIn) $(key)' };
  const good = {
    one: '{1} içinden {0} aç',
    two: '[Oturum aç](command:liveResponse.signIn) ya da `ls` çalıştır $(key)',
  };

  test('takes other words in another order', () => {
    assert.deepEqual(compareTexts(english, good), []);
  });

  test('finds what is missing, orphaned, empty or changed', () => {
    assert.deepEqual(compareTexts(english, { one: good.one }), ['missing: two']);
    assert.deepEqual(compareTexts(english, { ...good, three: 'üç' }), ['orphaned: three']);
    assert.deepEqual(compareTexts(english, { ...good, one: ' ' }), ['empty: one']);
    for (const two of [
      good.two.replace('signIn', 'signOut'),
      good.two.replace('`ls`', 'ls'),
      good.two.replace('$(key)', ''),
      `${good.two} {0}`,
    ]) {
      const [problem, more] = compareTexts(english, { ...good, two });
      assert.match(problem ?? '', /^changed: two: has /u);
      assert.equal(more, undefined);
    }
    assert.match(compareTexts(english, { ...good, one: '{0} aç' }).join(), /^changed: one/u);
  });

  test('a language without files fails', async () => {
    assert.deepEqual(await checkTranslation('xx'), [
      'package.nls.xx.json: cannot be read',
      `${translationOf(L10N_FILE, 'xx')}: cannot be read`,
    ]);
  });
});
