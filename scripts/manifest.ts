import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire, registerHooks } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { build } from 'esbuild';
import prettier from 'prettier';
import { HAS_RESULT, MAY_BE_CONNECTED } from '../src/commands/common/when.ts';
import type { CommandDefinition, MenuEntry } from '../src/commands/common/defineCommand.ts';

/** The files that are written from the commands, and held by a test. */
const MANIFEST_FILE = 'package.json';
const IDS_FILE = 'src/platform/commandIds.ts';

interface CommandModule {
  readonly COMMANDS: readonly CommandDefinition[];
  readonly COPY_AS_ENTRIES: readonly MenuEntry[];
}

interface Manifest {
  readonly contributes: Readonly<Record<string, unknown>>;
}

type Entry = Readonly<Record<string, string | undefined>>;

/** Palette clauses of what a command needs. */
const PALETTE: Readonly<Record<CommandDefinition['needs'], string | undefined>> = {
  nothing: undefined,
  connection: MAY_BE_CONNECTED,
  result: HAS_RESULT,
};

/**
 * Builds the files that follow from the list of commands: package.json, whose other parts stay as they are, and the
 * ids.
 *
 * @param root - folder of the sources; a test gives a copy
 * @returns the new text of each file, by its path in `root`
 */
export async function buildManifest(root = '.'): Promise<Readonly<Record<string, string>>> {
  const commands = await loadSource<CommandModule>(path.join(root, 'src/commands/commandList.ts'));
  const manifest = JSON.parse(await readFile(path.join(root, MANIFEST_FILE), 'utf8')) as Manifest;
  return {
    [MANIFEST_FILE]: await format(MANIFEST_FILE, JSON.stringify(withCommands(manifest, commands))),
    [IDS_FILE]: await format(IDS_FILE, idsOf(commands)),
  };
}

/**
 * Bundles a source file and loads it in this process.
 *
 * @param vscode - source of the module `vscode`. By default, its every part does nothing
 */
export async function loadSource<Module>(file: string, vscode = NOTHING): Promise<Module> {
  const folder = await mkdtemp(path.join(tmpdir(), 'live-response-source-'));
  try {
    const outfile = path.join(folder, 'bundle.cjs');
    await build({
      entryPoints: [file],
      outfile,
      bundle: true,
      platform: 'node',
      format: 'cjs',
      external: ['vscode'],
      logLevel: 'error',
    });
    const hooks = registerHooks({
      resolve: (specifier, context, next) =>
        specifier === 'vscode' ? { url: 'nothing:vscode', shortCircuit: true } : next(specifier, context),
      load: (url, context, next) =>
        url === 'nothing:vscode' ? { format: 'commonjs', source: vscode, shortCircuit: true } : next(url, context),
    });
    try {
      return createRequire(import.meta.url)(outfile) as Module;
    } finally {
      hooks.deregister();
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Source of a module of which everything can be read, called and extended. It names it `nothing`. */
export const NOTHING = `
const own = { [Symbol.hasInstance]: () => false, [Symbol.toPrimitive]: () => '' };
const nothing = new Proxy(class {}, {
  get: (target, name) => (name === 'prototype' ? target.prototype : (own[name] ?? nothing)),
  apply: () => nothing,
  construct: () => ({}),
});
module.exports = nothing;
`;

function withCommands(manifest: Manifest, { COMMANDS, COPY_AS_ENTRIES }: CommandModule): Manifest {
  const menus: Record<string, Entry[]> = { commandPalette: [] };
  const add = (menu: string, entry: Entry): void => {
    (menus[menu] ??= []).push(entry);
  };
  for (const { name, needs, palette = PALETTE[needs], menus: entries = [] } of COMMANDS) {
    const command = idOf(name);
    if (palette !== undefined && palette !== 'true') add('commandPalette', { command, when: palette });
    for (const { menu, ...entry } of entries) add(menu, { command, ...entry });
  }
  for (const { menu, ...entry } of COPY_AS_ENTRIES) add(menu, { submenu: 'liveResponse.copyAs', ...entry });
  return {
    ...manifest,
    contributes: {
      ...manifest.contributes,
      commands: COMMANDS.map(({ name, icon }) => ({
        command: idOf(name),
        title: `%command.${name}%`,
        category: 'Live Response',
        icon: icon === undefined ? undefined : `$(${icon})`,
      })),
      menus,
      keybindings: COMMANDS.flatMap(({ name, keys = [] }) => keys.map((key) => ({ command: idOf(name), ...key }))),
    },
  };
}

function idsOf({ COMMANDS }: CommandModule): string {
  return [
    '// Written from src/commands/commandList.ts by `npm run manifest`. Rooms below the commands run them by these ids.',
    '',
    // The names alone, because they stand in the bundle that activation loads.
    `const NAMES = [${COMMANDS.map(({ name }) => `'${name}'`).join(', ')}] as const;`,
    '',
    '/** Id of every command, by its name. */',
    `export const commandIds = Object.fromEntries(NAMES.map((name) => [name, \`${idOf('${name}')}\`])) as {`,
    `  readonly [Name in (typeof NAMES)[number]]: \`${idOf('${Name}')}\`;`,
    '};',
    '',
    'export type CommandId = (typeof commandIds)[keyof typeof commandIds];',
    '',
  ].join('\n');
}

function idOf(name: string): string {
  return `liveResponse.${name}`;
}

async function format(file: string, text: string): Promise<string> {
  return prettier.format(text, { ...(await prettier.resolveConfig(file)), filepath: file });
}

if (import.meta.main) {
  for (const [file, text] of Object.entries(await buildManifest())) await writeFile(file, text);
}
