import assert from 'node:assert/strict';
import { registerHooks } from 'node:module';
import { before, suite, test } from 'node:test';
import type * as ExitWords from '../../src/messages/exitWords.ts';

/** The part of VS Code that the texts need: texts in English. */
const EDITOR = `data:text/javascript,${encodeURIComponent(`
export const env = { language: 'en' };
export const l10n = { t: (text, ...values) => text.replace(/\\{(\\d+)\\}/g, (_, at) => String(values[at])) };
`)}`;

suite('exit codes of the runner in words (WB1)', () => {
  let words: typeof ExitWords;

  before(async () => {
    registerHooks({
      resolve: (specifier, context, next) =>
        specifier === 'vscode' ? { url: EDITOR, shortCircuit: true } : next(specifier, context),
    });
    words = await import('../../src/messages/exitWords.ts');
  });

  test('WB1: 323 says that the script probably did not match its hash', () => {
    const facts = { transcript: { exitCode: 323, errorLines: 0 } };
    assert.equal(
      words.exitMeaning(facts),
      'Exit 323: the script on the device probably did not match its hash, so nothing ran.',
    );
    assert.equal(words.exitWords(facts), 'Exit 323');
    assert.equal(words.exitMood(facts), 'warning');
  });

  test('other codes are numbers', () => {
    for (const exitCode of [0, 1, 255, 322, 324, -323, -1073741510, undefined]) {
      assert.equal(words.exitMeaning({ transcript: { exitCode, errorLines: 0 } }), undefined);
    }
    assert.equal(words.exitMeaning({ transcript: undefined }), undefined);
    assert.equal(words.exitWords({ transcript: { exitCode: 324, errorLines: 0 } }), 'Exit 324 (0x00000144)');
  });
});
