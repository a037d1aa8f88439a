import assert from 'node:assert/strict';
import { before, beforeEach, suite, test } from 'node:test';
import { compileFunction } from 'node:vm';
import { describeBundles } from '../../../scripts/build.ts';
import { COPIED_TYPE } from '../../../src/notes/copied.ts';

type Method = (...args: readonly unknown[]) => unknown;

/** Creates the data that VS Code passes to our provider: a type and its contents. */
const transfer = (...types: readonly string[]): object => ({
  get: (type: string) => (types.includes(type) ? {} : undefined),
  set: () => undefined,
});
const RANGES = [{ start: { line: 0, character: 0 }, end: { line: 1, character: 0 } }];
const DOCUMENT = { uri: { query: 'cloud=commercial' } };

suite('the bundle that activation loads, before a VS Code that only takes what is registered', () => {
  let text = '';
  before(async () => {
    text = (await describeBundles()).texts['extension'] ?? '';
  });

  /** Names of the bundles that were loaded. */
  let loaded: string[];
  /** Time of a copy's mark in ms since 1970; undefined where there is no mark. */
  let copiedAt: number | undefined;
  let providers: Map<string, Method>;
  beforeEach(() => {
    loaded = [];
    copiedAt = undefined;
    providers = new Map();
    activate();
  });

  function activate(): void {
    const nothing = (): object => ({ dispose: () => undefined });
    class Registered {
      readonly event = nothing;
    }
    const vscode: Record<string, unknown> = {
      EventEmitter: Registered,
      MarkdownString: Registered,
      DataTransferItem: Registered,
      DocumentDropOrPasteEditKind: { Empty: { append: nothing } },
      Uri: { joinPath: (...parts: readonly string[]) => parts.join('/') },
      l10n: { t: (sentence: string) => sentence },
      commands: { registerCommand: nothing },
      window: { createTreeView: nothing, registerUriHandler: nothing, registerCustomEditorProvider: nothing },
      workspace: {
        registerFileSystemProvider: nothing,
        registerTextDocumentContentProvider: nothing,
        fs: {
          stat: (mark: string) => {
            assert.equal(mark, 'storage/copied');
            return copiedAt === undefined ? Promise.reject(new Error('gone')) : Promise.resolve({ mtime: copiedAt });
          },
        },
      },
      languages: {
        registerDocumentLinkProvider: nothing,
        registerDocumentSymbolProvider: nothing,
        registerFoldingRangeProvider: nothing,
        registerHoverProvider: nothing,
        registerDocumentPasteEditProvider: (_where: unknown, provider: Readonly<Record<string, Method>>) => {
          for (const [name, method] of Object.entries(provider)) providers.set(name, method);
          return nothing();
        },
      },
    };
    const load = (name: string): unknown => {
      if (name === 'vscode') return vscode;
      loaded.push(name);
      throw new Error(`${name} is broken`);
    };
    const module = { exports: {} as { activate?: Method } };
    const run = compileFunction(text, ['module', 'exports', 'require']) as Method;
    run(module, module.exports, load);
    module.exports.activate?.({ subscriptions: [], globalStorageUri: 'storage' });
  }

  const paste = async (...types: readonly string[]): Promise<unknown> =>
    await providers.get('provideDocumentPasteEdits')?.(DOCUMENT, RANGES, transfer(...types));

  test('it is small, and activation asks for no other', () => {
    assert.ok(text.length < 8000, text.length.toString());
    assert.deepEqual(loaded, []);
  });

  test('a paste of what was copied elsewhere loads nothing: nobody has copied from a result, or not lately', async () => {
    assert.deepEqual(await paste('text/plain'), []);
    copiedAt = Date.now() - 61 * 60_000;
    assert.deepEqual(await paste('text/plain'), []);
    assert.deepEqual(loaded, []);
  });

  test('what was copied from a result lately, in this window or another one, is looked for', async () => {
    await assert.rejects(paste(COPIED_TYPE), /core\.cjs is broken/u);
    assert.deepEqual(loaded, ['./core.cjs']);
    loaded = [];
    activate();
    copiedAt = Date.now() - 1000;
    await assert.rejects(paste('text/plain'), /core\.cjs is broken/u);
    assert.deepEqual(loaded, ['./core.cjs']);
  });

  test('a copy goes on where the product cannot be loaded: nothing fails that nobody waits for', async () => {
    const unhandled: unknown[] = [];
    const note = (error: unknown): void => {
      unhandled.push(error);
    };
    process.on('unhandledRejection', note);
    try {
      providers.get('prepareDocumentPaste')?.(DOCUMENT, RANGES, transfer());
      // Node reports unhandled rejections after the turn in which they happened.
      for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
    } finally {
      process.off('unhandledRejection', note);
    }
    assert.deepEqual(loaded, ['./core.cjs']);
    assert.deepEqual(unhandled, []);
  });
});
