import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { suite, test } from 'node:test';
import { ESLint, Linter } from 'eslint';
import tseslint from 'typescript-eslint';
import { L10N_FILE } from '../../scripts/l10n.ts';
import { translationOf } from '../../scripts/translation.ts';
import { oneLine, plainLabel, plainSentence } from '../../src/platform/remoteText.ts';

/** VS Code's pattern for links in notifications, progress and prompts: src/vs/base/common/linkedText.ts. */
const LINK = /\[([^\]]+?)\]\(((?:https?:\/\/|command:|file:)[^)\s]+)(?: (["'])(.+?)(\3))?\)/giu;
/** VS Code's pattern for icons in labels: src/vs/base/browser/ui/iconLabel/iconLabels.ts. */
const ICON = /(\\)?\$\(([A-Za-z0-9-]+(?:~[A-Za-z]+)?)\)/gu;
/** Characters that reverse a text, end its line, or are invisible. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;

const HOSTILE = [
  '[x](command:workbench.action.terminal.new)',
  '[x](command:workbench.action.terminal.new?%7B%22config%22%3A%7B%7D%7D "a title")',
  '[x](https://evil.example/)',
  '[x](file:///etc/passwd)',
  '[[x]](command:y)',
  '[x]\u200b(command:y)',
  '[x]\n(command:y)',
  '[x',
  'x](command:y)',
  '](command:y)',
  ']',
  '(command:y)',
  '$(zap)',
  '\\$(zap)',
  '$$(zap)(zap)',
  '$',
  '(zap)',
  '$(sync~spin)',
  'a\r\nb',
  'a\u2028b\u2029c\u0085d',
  '\u202eexe.txt',
  '\u2066hidden\u2069',
  '\u001b[31mred',
  'nul\u0000',
];

async function sentences(): Promise<string[]> {
  const texts: string[] = [];
  for (const file of [L10N_FILE, translationOf(L10N_FILE, 'tr')]) {
    texts.push(...Object.values(JSON.parse(await readFile(file, 'utf8')) as Record<string, string>));
  }
  return texts.filter((text) => /\{\d\}/u.test(text));
}

/** Fills the placeholders, also with every pair of values: half a link in one value, the other half in the next. */
function* fillings(text: string): Generator<string> {
  const fill = (value: (index: number) => string): string =>
    text.replaceAll(/\{(\d)\}/gu, (_place, index) => value(Number(index)));
  for (const [at, one] of HOSTILE.entries()) {
    yield fill(() => one);
    for (const other of HOSTILE.slice(at + 1)) yield fill((index) => (index % 2 === 0 ? one : other));
    yield fill((index) => HOSTILE[(at + index) % HOSTILE.length] ?? one);
  }
}

function icons(text: string): string[] {
  return [...text.matchAll(ICON)].filter(([, escaped]) => escaped === undefined).map(([icon]) => icon);
}

suite('H1: no value in a text that VS Code shows becomes a link, an icon or a line of its own', () => {
  test('the hostile values are links and icons where nothing is done about them', () => {
    assert.ok(HOSTILE.filter((value) => value.match(LINK) !== null).length >= 4);
    assert.ok(HOSTILE.filter((value) => icons(value).length > 0).length >= 3);
    assert.ok(HOSTILE.filter((value) => UNSEEN.test(value)).length >= 6);
  });

  test('every sentence with a placeholder, in both languages, as a sentence and as a label', async () => {
    const texts = await sentences();
    assert.ok(texts.length > 300, `${texts.length} sentences`);
    for (const text of texts) {
      for (const filled of fillings(text)) {
        for (const shown of [plainSentence(filled), plainLabel(filled)]) {
          assert.deepEqual(icons(shown), [], shown);
          assert.doesNotMatch(shown, UNSEEN);
        }
        assert.equal(plainSentence(filled).match(LINK), null, plainSentence(filled));
      }
    }
  });

  test('what is safe already stays as it is', () => {
    for (const text of ['dc1.contoso.com', 'Größe: 3 (von 4)', 'a [b] (c)', '100 $ (US)', 'ısparta İSTANBUL 日本']) {
      assert.equal(plainSentence(text), text);
      assert.equal(plainLabel(text), text);
      assert.equal(oneLine(text), text);
    }
  });

  test('a name that is longer than anybody reads is cut, and says so', () => {
    assert.ok(plainSentence('x'.repeat(1_000_000)).length < 5000);
    assert.match(plainLabel('x'.repeat(1_000_000)), /…$/u);
  });
});

/**
 * Returns the messages of the rules about shown texts for a file at this path, with the product's own configuration.
 */
async function lint(file: string, code: string): Promise<string[]> {
  const config = (await new ESLint().calculateConfigForFile(file)) as Linter.Config;
  const rule = config.rules?.['no-restricted-syntax'] ?? 'off';
  const messages = new Linter().verify(
    code,
    [
      {
        files: ['**/*.ts'],
        languageOptions: { parser: tseslint.parser },
        rules: { 'no-restricted-syntax': rule },
      },
    ],
    file,
  );
  return messages.map(({ message }) => message);
}

suite('H1: the one place that shows texts', () => {
  const PLANTED = [
    "import { window } from 'vscode'; void window.showInformationMessage(name);",
    "import { window } from 'vscode'; void window.showWarningMessage(name, { modal: true });",
    "import { window } from 'vscode'; void window.showErrorMessage(name);",
    "import { window } from 'vscode'; void window.showQuickPick([{ label: name }]);",
    "import { window } from 'vscode'; void window.showInputBox({ prompt: name });",
    "import { window } from 'vscode'; void window.withProgress({ location: 15, title: name }, work);",
    "import { window } from 'vscode'; window.setStatusBarMessage(name);",
    "import { window } from 'vscode'; const box = window.createInputBox();",
    "import { window } from 'vscode'; const pick = window.createQuickPick();",
    "import { window } from 'vscode'; const item = window.createStatusBarItem('a');",
    "import { window } from 'vscode'; void window['showInformationMessage'](name);",
    "import { window } from 'vscode'; const { showInformationMessage } = window;",
    "import { window } from 'vscode'; const other = window;",
    "import { window as other } from 'vscode'; void other.showInformationMessage(name);",
    "import * as vscode from 'vscode'; void vscode.window.showInformationMessage(name);",
    'box.prompt = name;',
    'box.validationMessage = name;',
    'view.title = name;',
    'view.message = name;',
    'item.tooltip = name;',
    "import { window } from 'vscode'; let other; other = window;",
    "import vscode from 'vscode'; void vscode.window.showInformationMessage(name);",
    "import { env } from 'vscode'; const { openExternal } = env;",
    'const hover = new Hover(name);',
    'const decoration = { hoverMessage: name };',
    'pick.items = rows;',
    'const row = { label: `$(${icon}) ${name}` };',
    "const row = { label: '$(zap) ' + name };",
    'const row = { label: `$(zap) ${name}` };',
    "import { MarkdownString } from 'vscode'; const hover = new MarkdownString(name);",
    "import { TreeItem } from 'vscode'; const row = new TreeItem(name);",
    "import { env } from 'vscode'; void env.openExternal(address);",
  ];

  for (const code of PLANTED) {
    test(`the linter refuses elsewhere: ${code}`, async () => {
      for (const room of ['commands', 'tree', 'documents', 'notes', 'platform']) {
        assert.equal((await lint(`src/${room}/planted.ts`, code)).length, 1, room);
      }
    });
  }

  test('it is allowed in src/platform/show/ itself, which holds nothing else', async () => {
    assert.deepEqual(await lint('src/platform/show/planted.ts', PLANTED[0] ?? ''), []);
    const files = await readdir('src/platform/show');
    assert.deepEqual(files.sort(), [
      'hovers.ts',
      'notifications.ts',
      'quickInputs.ts',
      'remarks.ts',
      'rows.ts',
      'statusItems.ts',
      'views.ts',
      'webPages.ts',
    ]);
    for (const file of files) {
      // Each file passes on only texts from its own cleaning, or texts that VS Code shows as code.
      const source = await readFile(path.join('src/platform/show', file), 'utf8');
      assert.match(source, /plainSentence|plainLabel|oneLine|protocol !== 'https:'/u, file);
    }
  });
});
