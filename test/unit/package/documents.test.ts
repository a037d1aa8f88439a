import assert from 'node:assert/strict';
import { existsSync, globSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { suite, test } from 'node:test';
import { buildReference, REFERENCE_FILE } from '../../../scripts/reference.ts';
import { countSentences, MAX_MEAN_WORDS } from '../../../scripts/sentences.ts';
import { findUndriven } from '../../ui/support/commands.ts';

const DOCUMENTS = globSync(['*.md', 'docs/**/*.md', 'test/**/*.md'], { exclude: ['test/fixtures/**'] });

/** Returns the anchor that GitHub and VS Code make of a heading. */
function anchorOf(heading: string): string {
  return heading
    .trim()
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
    .replaceAll(' ', '-');
}

/** Words in bold that are labels of VS Code or of the Entra admin center. */
const OF_OTHERS: ReadonlySet<string> = new Set([
  'Match Whole Word',
  'Overview',
  'App registrations',
  'New registration',
  'Public client/native (mobile & desktop)',
  'Register',
  'Authentication',
  'Allow public client flows',
  'API permissions',
  'Add a permission',
  'APIs my organization uses',
  'WindowsDefenderATP',
  'Delegated permissions',
  'Grant admin consent',
  'Extensions: Install from VSIX…',
]);

/** Shortest part of a quotation that is looked for, in characters: shorter ones stand anywhere. */
const SHORTEST_QUOTE = 8;

/** Reads every English text of the interface, with `…` for what is filled in. */
async function readInterface(): Promise<readonly string[]> {
  const files = ['package.nls.json', 'l10n/bundle.l10n.json'];
  const texts = await Promise.all(files.map(async (file) => JSON.parse(await readFile(file, 'utf8')) as object));
  return texts.flatMap((one) => Object.values(one).map((text) => inQuotes(String(text))));
}

function inQuotes(text: string): string {
  return text.replaceAll(/\{\d+\}/gu, '…').replaceAll('’', "'");
}

suite('documents', () => {
  test('every link to a file or a heading leads somewhere', async () => {
    assert.ok(DOCUMENTS.length > 15, String(DOCUMENTS.length));
    for (const file of DOCUMENTS) {
      const text = (await readFile(file, 'utf8')).replaceAll(/^(`{3,})[^]*?^\1/gmu, '').replaceAll(/`[^`\n]*`/gu, '');
      for (const [, target = ''] of text.matchAll(/\]\(([^)\s]+)\)/gu)) {
        if (/^[a-z-]+:/u.test(target)) continue;
        const [place = '', anchor] = target.split('#');
        const found = place === '' ? file : path.join(path.dirname(file), place);
        assert.ok(existsSync(found), `${file}: ${target}`);
        if (anchor === undefined) continue;
        const headings = (await readFile(found, 'utf8')).matchAll(/^#+ (.+)$/gmu);
        assert.ok(
          [...headings].some(([, heading = '']) => anchorOf(heading) === anchor),
          `${file}: ${target}`,
        );
      }
    }
  });

  test('the README has 1,000 words at most, and leads to every document for its readers', async () => {
    const readme = await readFile('README.md', 'utf8');
    const words = readme.replaceAll(/\]\([^)]*\)/gu, ']').match(/[\p{L}\p{N}][\p{L}\p{N}'’.-]*/gu)?.length ?? 0;
    assert.ok(words <= 1000, String(words));
    // Documents for people who work on the code are linked from the documents where those people begin.
    const guides = readme + (await readFile('ARCHITECTURE.md', 'utf8')) + (await readFile('CONTRIBUTING.md', 'utf8'));
    const engines = await readFile('docs/how-to/engines/README.md', 'utf8');
    for (const file of globSync('docs/**/*.md')) {
      const place = file.split(path.sep).join('/');
      const isForReaders = /^docs\/(?:how-to|reference|explanation)\//u.test(place);
      const engine = /^docs\/how-to\/engines\/([a-z-]+\.md)$/u.exec(place)?.[1];
      const isListed = engine !== undefined && engines.includes(`(${engine})`);
      assert.ok(isListed || (isForReaders ? readme : guides).includes(`(${place})`), file);
    }
  });

  test('the README and ARCHITECTURE.md are written in short sentences: "node scripts/sentences.ts" prints them', async () => {
    for (const file of ['README.md', 'ARCHITECTURE.md']) {
      const { mean, sentences } = countSentences(await readFile(file, 'utf8'));
      assert.ok(sentences > 30, `${file}: ${sentences} sentences`);
      assert.ok(mean <= MAX_MEAN_WORDS, `${file}: ${mean.toFixed(1)} words a sentence`);
    }
  });

  test('the how-tos and the tutorial name only what the interface says', async () => {
    const texts = await readInterface();
    for (const file of [...globSync('docs/how-to/*.md'), 'docs/tutorial.md']) {
      const text = (await readFile(file, 'utf8')).replaceAll(/^(`{3,})[^]*?^\1/gmu, '');
      for (const [, bold = ''] of text.matchAll(/\*\*([^*]+)\*\*/gu)) {
        if (OF_OTHERS.has(bold)) continue;
        const wanted = inQuotes(bold);
        assert.ok(
          texts.some((one) => one === wanted || one === `${wanted}…` || one.includes(`[${wanted}]`)),
          `${file}: no text of the interface is "${bold}"`,
        );
      }
    }
  });

  test('every how-to is done by commands, and the tests in the workbench run each of them', async () => {
    const titles = JSON.parse(await readFile('package.nls.json', 'utf8')) as Record<string, string>;
    const commands = Object.entries(titles).flatMap(([key, title]) => {
      const name = /^command\.(\w+)$/u.exec(key)?.[1];
      return name === undefined ? [] : [{ name, title: title.replace(/…$/u, '') }];
    });
    const undriven = new Set(await findUndriven());
    for (const file of globSync('docs/how-to/*.md')) {
      const text = await readFile(file, 'utf8');
      const named = commands.filter(({ title }) => text.includes(`**${title}`));
      assert.ok(named.length > 0, `${file} names no command`);
      for (const { name, title } of named) assert.ok(!undriven.has(name), `${file}: no test runs "${title}"`);
    }
  });

  test('the how-to for troubleshooting quotes sentences as they are', async () => {
    const texts = await readInterface();
    const quotes = [...(await readFile('docs/how-to/troubleshoot.md', 'utf8')).matchAll(/"([^"]+)"/gu)];
    assert.ok(quotes.length > 60, String(quotes.length));
    for (const [, quote = ''] of quotes) {
      for (const part of inQuotes(quote)
        .split('…')
        .map((one) => one.trim())) {
        if (part.length < SHORTEST_QUOTE) continue;
        assert.ok(
          texts.some((one) => one.includes(part)),
          part,
        );
      }
    }
  });

  test('the counter of sentences counts prose alone', () => {
    const text = [
      '# A heading is no sentence.',
      'One two three four five. **Fetch Result…** takes `an action id` and [a link](https://example.org/a.b).',
      '```sh\nno words of code count here\n```',
      '- A list item stands alone\n- label',
      '| cell | A cell with five words |\n| --- | --- |',
    ].join('\n\n');
    const { sentences, words, long } = countSentences(text);
    assert.deepEqual({ sentences, words, long }, { sentences: 4, words: 22, long: [] });
    const [found] = countSentences(`${'word '.repeat(31)}ends.`).long;
    assert.ok(found?.endsWith('ends.'));
  });

  test('the reference is what package.json contributes: "npm run reference" writes it', async () => {
    assert.equal(await readFile(REFERENCE_FILE, 'utf8'), await buildReference());
  });
});
