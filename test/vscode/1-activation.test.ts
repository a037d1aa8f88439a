import assert from 'node:assert/strict';
import Module from 'node:module';
import { commands } from 'vscode';
import { commandIds } from '../../src/platform/commandIds.ts';
import { extension } from './support/host.ts';

interface Loader {
  _load: (request: string, parent: { filename?: string } | undefined, isMain: boolean) => unknown;
}

describe('activation', () => {
  it('loads vscode and nothing else: no fs, net, http, child_process, sqlite, and no other bundle', async () => {
    assert.equal(extension().isActive, false, 'something has activated the extension before this test');
    const loader = Module as unknown as Loader;
    const original = loader._load;
    const loaded: string[] = [];
    loader._load = (request, parent, isMain) => {
      if (parent?.filename?.startsWith(extension().extensionPath) === true) loaded.push(request);
      return original.call(Module, request, parent, isMain);
    };
    try {
      await extension().activate();
    } finally {
      loader._load = original;
    }
    const asked = new Set(loaded.filter((request) => !request.endsWith('/dist/extension.cjs')));
    assert.deepEqual([...asked], ['vscode']);
  });

  it('registers every command', async () => {
    const registered = new Set(await commands.getCommands(true));
    for (const id of Object.values(commandIds)) assert.ok(registered.has(id), id);
  });
});
