import assert from 'node:assert/strict';
import { commands, FileSystemError, Uri, window, workspace } from 'vscode';
import { closeAll, connect, openScenario, resultTabs, shown, storedBytes, uriOf } from './support/host.ts';
import type { Scenario } from './support/host.ts';

/** Reads a result without our decoder: the device's texts, as far as JSON can represent them. */
function oracle(bytes: Uint8Array): { script_output: string; script_errors: string } {
  const text = new TextDecoder().decode(bytes);
  const escape = (part: string): string =>
    part.replaceAll(/\p{Cc}/gu, (character) => {
      const code = character.charCodeAt(0);
      return code < 0x20 ? `\\u${code.toString(16).padStart(4, '0')}` : character;
    });
  // Most files have no control character between their strings; a regular expression for strings chokes on megabytes.
  const forms = [escape, (all: string) => all.replaceAll(/"(?:[^"\\]|\\[^])*"/gu, escape)];
  for (const form of forms) {
    try {
      return JSON.parse(form(text)) as ReturnType<typeof oracle>;
    } catch {
      // Tries the next form.
    }
  }
  throw new Error('the oracle cannot read these bytes');
}

/**
 * Returns a text as a document shows it: all line ends alike, NUL as U+2400, lone surrogates as U+FFFD. Nothing else
 * changes.
 */
function asShown(text: string): string {
  return text
    .replaceAll('\0', '\u2400')
    .toWellFormed()
    .replaceAll(/\r\n|\r|\n/gu, '\n');
}

/** Asserts equal texts with a short message: whole strings in an assertion's message would be megabytes. */
function assertSameUnits(actual: string, expected: string): void {
  if (actual === expected) return;
  let at = 0;
  while (actual[at] === expected[at]) at++;
  const around = (text: string): string => JSON.stringify(text.slice(Math.max(0, at - 20), at + 20));
  assert.fail(`differs at unit ${at} (${actual.length} / ${expected.length}): ${around(actual)} / ${around(expected)}`);
}

describe('documents', () => {
  before(connect);
  afterEach(closeAll);

  const outputs: readonly Scenario[] = [
    'documentationExample',
    'wideTools',
    'registryQuery',
    'eventLogErrors',
    'largeLog',
    'base64Line',
    'turkishTasks',
    'scannerLog',
    'forgedEvidence',
    'exitZero',
    'utf16',
    'compressed',
  ];
  const decodedElsewhere = new Set<Scenario>(['utf16', 'compressed']);

  for (const name of outputs) {
    it(`shows ${name} unit for unit as it was received`, async () => {
      await openScenario(name);
      const { text, uri } = await shown(name);
      if (!decodedElsewhere.has(name)) {
        assertSameUnits(asShown(text), asShown(oracle(storedBytes(name)).script_output));
      }
      assert.ok(text.length > 0);
      assert.equal(workspace.fs.isWritableFileSystem(uri.scheme), false);
      assert.equal((await workspace.fs.stat(uri)).permissions, 1, 'read-only');
    }).timeout(60_000);
  }

  it('shows the errors of an empty output in front, unit for unit', async () => {
    await openScenario('linuxFind');
    const { text } = await shown('linuxFind', 'errors');
    assertSameUnits(asShown(text), asShown(oracle(storedBytes('linuxFind')).script_errors));
  }).timeout(60_000);

  // One at a time, each in the time that a test has: their raw texts have 12 MB.
  for (const name of ['largeLogCut', 'largeLogUnescaped'] as const) {
    it(`never shows what is no result as an output: its raw text stands in the preview (${name})`, async () => {
      await openScenario(name);
      const [tab, ...more] = resultTabs();
      assert.ok(tab?.isPreview === true && more.length === 0);
      assert.match(uriOf(tab).path, /\.lr-raw$/u);
    }).timeout(60_000);
  }

  it('gives our documents languages of our own', async () => {
    await openScenario('eventLogErrors');
    await shown('eventLogErrors');
    await shown('eventLogErrors', 'errors');
    const languages = window.visibleTextEditors.map(({ document }) => document.languageId).sort();
    assert.deepEqual(languages, ['live-response-errors', 'live-response-output']);
    const editor = workspace.getConfiguration('editor', { languageId: 'live-response-output' });
    assert.equal(editor.get('links'), false);
    assert.equal(editor.get('renderControlCharacters'), true);
  });

  it('refuses to write, rename and delete', async () => {
    await openScenario('exitZero');
    const { uri } = await shown('exitZero');
    await assert.rejects(async () => workspace.fs.writeFile(uri, new Uint8Array([1])));
    await assert.rejects(async () => workspace.fs.delete(uri));
    await assert.rejects(async () => workspace.fs.rename(uri, uri.with({ path: '/x/y' })));
  });

  it('answers FileNotFound for what is not stored, without a call', async () => {
    const { uri } = await (async () => {
      await openScenario('exitZero');
      return shown('exitZero');
    })();
    const unknown = uri.with({ query: uri.query.replace(/index=\d+/u, 'index=77') });
    for (const wrong of [unknown, Uri.parse('live-response:/x/y'), uri.with({ query: `${uri.query}0` })]) {
      await assert.rejects(
        async () => workspace.fs.readFile(wrong),
        (error: unknown) => error instanceof FileSystemError && error.code === 'FileNotFound',
      );
    }
  });

  it('keeps one address for one result, whatever stands in its name', async () => {
    await openScenario('forgedEvidence');
    const { uri } = await shown('forgedEvidence');
    assert.equal(Uri.parse(uri.toString()).toString(), uri.toString());
    assert.equal(uri.path.split('/').length, 3, uri.path);
    await commands.executeCommand('vscode.open', Uri.parse(uri.toString()));
    const outputs = resultTabs().filter((tab) => uriOf(tab).query === uri.query);
    assert.equal(outputs.length, 1);
    assert.equal(outputs[0]?.label.includes('⧵..⧵evil'), true, outputs[0]?.label);
  });
});
