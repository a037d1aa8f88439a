import { readFile, writeFile } from 'node:fs/promises';
import prettier from 'prettier';
import { buildManagedSettings } from './managedSettings.ts';

/** The reference of package.json's contributions. It is written from package.json, and a test compares the two. */
export const REFERENCE_FILE = 'docs/reference/commands-and-settings.md';

interface Manifest {
  readonly contributes: {
    readonly commands: readonly { readonly command: string; readonly title: string }[];
    readonly keybindings: readonly {
      readonly command: string;
      readonly key: string;
      readonly mac?: string;
      readonly when: string;
    }[];
    readonly menus: Readonly<Record<string, readonly { readonly command?: string; readonly when?: string }[]>>;
    readonly configuration: { readonly properties: Readonly<Record<string, Setting>> };
  };
}

interface Setting {
  readonly type: string | readonly string[];
  readonly default?: unknown;
  readonly scope?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly enum?: readonly string[];
  readonly description?: string;
  readonly markdownDescription?: string;
}

/** Builds the reference from package.json and the English texts. */
export async function buildReference(): Promise<string> {
  const { contributes } = JSON.parse(await readFile('package.json', 'utf8')) as Manifest;
  const texts = JSON.parse(await readFile('package.nls.json', 'utf8')) as Readonly<Record<string, string>>;
  const text = (key = ''): string => (/^%.+%$/u.test(key) ? (texts[key.slice(1, -1)] ?? key) : key);
  const hidden = new Set(
    (contributes.menus['commandPalette'] ?? []).filter(({ when }) => when === 'false').map(({ command }) => command),
  );
  const commands = contributes.commands.map(({ command, title }) => [
    text(title),
    `\`${command}\``,
    hidden.has(command) ? 'menus only' : 'palette',
  ]);
  const keys = contributes.keybindings.map(({ command, key, mac, when }) => {
    const title = contributes.commands.find((one) => one.command === command)?.title;
    return [`\`${key}\`${mac === undefined ? '' : `, macOS \`${mac}\``}`, text(title), `\`${when}\``];
  });
  const settings = Object.entries(contributes.configuration.properties).map(([id, setting]) => [
    `\`${id}\``,
    `${describeType(setting)}; \`${JSON.stringify(setting.default)}\``,
    setting.scope ?? 'window',
    text(setting.markdownDescription ?? setting.description),
  ]);
  const page = [
    '# Commands, keys and settings',
    '<!-- Written from package.json by `npm run reference`. -->',
    '## Commands',
    'Those of the palette begin with **Live Response** there, and are offered where there is something to work on.',
    table(['command', 'id', 'where'], commands),
    '## Keys',
    table(['key', 'command', 'when'], keys),
    '## Settings',
    'A setting of scope _application_ or _machine_ cannot be changed by a workspace.',
    table(['setting', 'type; default', 'scope', 'meaning'], settings),
  ].join('\n\n');
  return prettier.format(page, { ...(await prettier.resolveConfig(REFERENCE_FILE)), parser: 'markdown' });
}

function describeType({ type, enum: words, minimum, maximum }: Setting): string {
  if (words !== undefined) return words.map((word) => `\`${word}\``).join(', ');
  const bounds = [minimum === undefined ? '' : `from ${minimum}`, maximum === undefined ? '' : `to ${maximum}`];
  return [String(type), ...bounds.filter((bound) => bound !== '')].join(' ');
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|').replaceAll(/\s*\n\s*/gu, ' ')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

if (import.meta.main) {
  const files = { [REFERENCE_FILE]: await buildReference(), ...(await buildManagedSettings()) };
  for (const [file, text] of Object.entries(files)) {
    await writeFile(file, text);
    console.log(file);
  }
}
