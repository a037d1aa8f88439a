import assert from 'node:assert/strict';
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, suite, test } from 'node:test';
import { buildManifest, loadSource } from '../../../scripts/manifest.ts';
import { defineCommand } from '../../../src/commands/common/defineCommand.ts';
import type { CommandDefinition } from '../../../src/commands/common/defineCommand.ts';

const SOURCE = `import { defineCommand } from '../common/defineCommand.ts';

export const throwAwayCommand = defineCommand({
  name: 'throwAway',
  needs: 'result',
  menus: [{ menu: 'editor/context', group: '9_last@1', when: 'editorTextFocus' }],
  run: (_services, { args }) => {
    args.push('was here');
  },
});
`;

interface Manifest {
  readonly contributes: {
    readonly commands: readonly object[];
    readonly menus: Readonly<Record<string, readonly object[]>>;
  };
}

type CreateCommands = (services: object) => (id: string, args: unknown[]) => Promise<void>;

// @ts-expect-error A command that does not say what it needs does not compile: `npm run check` holds this.
export const withoutNeeds: CommandDefinition = defineCommand({ name: 'throwAway', run: () => undefined });

suite('a new command', () => {
  let copy: string;
  before(async () => {
    copy = await mkdtemp(path.join(tmpdir(), 'live-response-command-'));
    await cp('src', path.join(copy, 'src'), { recursive: true });
    for (const file of ['package.json', '.prettierrc.json']) await cp(file, path.join(copy, file));
    await symlink(path.resolve('node_modules'), path.join(copy, 'node_modules'), 'junction');
    await writeFile(path.join(copy, 'src/commands/open/throwAway.ts'), SOURCE);
    const list = path.join(copy, 'src/commands/commandList.ts');
    const text = (await readFile(list, 'utf8')).replace(/(COMMANDS: [^=]*= \[)/u, '$1 throwAwayCommand,');
    await writeFile(list, `import { throwAwayCommand } from './open/throwAway.ts';\n${text}`);
  });
  after(async () => {
    await rm(copy, { recursive: true, force: true });
  });

  test('takes its file and its line of the list: package.json, the palette and the ids follow', async () => {
    const files = await buildManifest(copy);
    const { contributes } = JSON.parse(files['package.json'] ?? '') as Manifest;
    const command = 'liveResponse.throwAway';
    assert.deepEqual(contributes.commands[0], {
      command,
      title: '%command.throwAway%',
      category: 'Live Response',
    });
    const mine = (menu: string): object | undefined =>
      contributes.menus[menu]?.find((entry) => 'command' in entry && entry.command === command);
    assert.deepEqual(mine('commandPalette'), {
      command,
      when: 'resourceScheme == live-response || liveResponse.selection == results',
    });
    assert.deepEqual(mine('editor/context'), { command, group: '9_last@1', when: 'editorTextFocus' });
    assert.match(files['src/platform/commandIds.ts'] ?? '', /'throwAway',/u);
  });

  test('is run by its id, with its arguments, once it has what it needs', async () => {
    const { createCommands } = await loadSource<{ createCommands: CreateCommands }>(
      path.join(copy, 'src/commands/createCommands.ts'),
    );
    const connection = { cloud: 'commercial', tenantId: '11111111-1111-4111-8111-111111111111' };
    const run = createCommands({
      connections: { load: () => Promise.resolve(), active: connection, all: [connection] },
      telemetry: { send: () => undefined },
      log: { failure: () => undefined },
    });
    const nothing: unknown[] = [{}];
    await run('liveResponse.throwAway', nothing);
    assert.equal(nothing.length, 1, 'an argument that names no result must not reach the command');
    const result: unknown[] = [{ tenant: connection.tenantId, actionId: '22222222-2222-4222-8222-222222222222' }];
    await run('liveResponse.throwAway', result);
    assert.equal(result[1], 'was here');
  });
});
