import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { suite, test } from 'node:test';
import { buildManifest } from '../../../scripts/manifest.ts';

interface Manifest {
  readonly engines: { readonly vscode: string };
  readonly activationEvents: readonly string[];
  readonly enabledApiProposals?: unknown;
  readonly devDependencies: Readonly<Record<string, string>>;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly contributes: {
    readonly commands: readonly { readonly command: string; readonly title: string; readonly category: string }[];
    readonly menus: Readonly<
      Record<string, readonly { readonly command?: string; readonly submenu?: string; readonly when?: string }[]>
    >;
    readonly views: Readonly<Record<string, readonly { readonly id: string; readonly when?: string }[]>>;
    readonly submenus: readonly { readonly id: string }[];
    readonly viewsWelcome: readonly { readonly contents: string; readonly when: string }[];
    readonly keybindings: readonly { readonly command: string; readonly when: string }[];
    readonly configuration: {
      readonly properties: Readonly<Record<string, { readonly scope?: string; readonly markdownDescription?: string }>>;
    };
  };
}

const manifestText = await readFile('package.json', 'utf8');
const manifest = JSON.parse(manifestText) as Manifest;
const nls = JSON.parse(await readFile('package.nls.json', 'utf8')) as Readonly<Record<string, string>>;
const { contributes } = manifest;

async function sources(): Promise<{ file: string; text: string }[]> {
  const files = (await readdir('src', { recursive: true })).filter((file) => file.endsWith('.ts'));
  return Promise.all(files.map(async (file) => ({ file, text: await readFile(path.join('src', file), 'utf8') })));
}

suite('package.json', () => {
  test('is what `npm run manifest` writes from the list of commands, and so are the ids', async () => {
    for (const [file, text] of Object.entries(await buildManifest())) {
      assert.equal(await readFile(file, 'utf8'), text, `${file}: run "npm run manifest"`);
    }
  });

  test('takes every title from package.nls.json, and leaves no text there unused', () => {
    const used = new Set([...manifestText.matchAll(/"%([\w.]+)%"/gu)].map(([, key]) => key ?? ''));
    assert.deepEqual([...used].sort(), Object.keys(nls).sort());
    for (const { title, category } of contributes.commands) {
      assert.match(title, /^%.+%$/u);
      assert.equal(category, 'Live Response');
    }
  });

  test('names no view that is not there, so that no entry of a menu is never shown', () => {
    const views = new Set(Object.values(contributes.views).flatMap((list) => list.map(({ id }) => id)));
    const named = [...manifestText.matchAll(/\bview == ([\w.]+)/gu)].map(([, id]) => id ?? '');
    assert.deepEqual(new Set(named), views);
  });

  test('shows the view of hits in each state in which its hits can be exported', () => {
    const view = Object.values(contributes.views)
      .flat()
      .find(({ id }) => id === 'liveResponse.search');
    const command = contributes.menus['commandPalette']?.find(({ command: id }) => id === 'liveResponse.exportHits');
    assert.equal(view?.when, command?.when);
  });

  test('hides from the palette the commands that need a row or a link, or that another one makes needless', () => {
    const hidden = contributes.menus['commandPalette']?.filter(({ when }) => when === 'false') ?? [];
    const ids = hidden.map(({ command }) => command).sort();
    assert.deepEqual(ids, [
      'liveResponse.addRemark',
      'liveResponse.applySavedFilter',
      'liveResponse.cancelRemark',
      'liveResponse.cancelSearch',
      'liveResponse.clearSearch',
      'liveResponse.closeAuditTrail',
      'liveResponse.copyAuditNote',
      'liveResponse.copyDeviceIds',
      'liveResponse.copyKqlProcesses',
      'liveResponse.copyKqlSessions',
      'liveResponse.deleteRemark',
      'liveResponse.editRemark',
      'liveResponse.exportRunNdjson',
      'liveResponse.fetchAuditTrail',
      'liveResponse.filterByDevice',
      'liveResponse.filterByScript',
      'liveResponse.groupByAction',
      'liveResponse.groupByDay',
      'liveResponse.groupByDevice',
      'liveResponse.groupByRun',
      'liveResponse.handOver',
      'liveResponse.loadAuditActions',
      'liveResponse.loadDevice',
      'liveResponse.openAuditRecord',
      'liveResponse.openCitation',
      'liveResponse.openFocused',
      'liveResponse.openHit',
      'liveResponse.openResult',
      'liveResponse.removeSavedFilter',
      'liveResponse.replaceAccessToken',
      'liveResponse.reviewFocused',
      'liveResponse.reviewResults',
      'liveResponse.saveFilter',
      'liveResponse.savePackage',
      'liveResponse.saveRemark',
      'liveResponse.searchAgain',
      'liveResponse.showAllTypes',
      'liveResponse.showLiveResponseOnly',
      'liveResponse.showResultActions',
      'liveResponse.stopWatching',
      'liveResponse.tagResults',
    ]);
  });

  test('has at most 64 commands in the palette', () => {
    const hidden = contributes.menus['commandPalette']?.filter(({ when }) => when === 'false') ?? [];
    assert.ok(contributes.commands.length - hidden.length <= 64, 'a new command stands in a menu, or replaces one');
  });

  test('names only commands and context keys that exist', async () => {
    const known = new Set(contributes.commands.map(({ command }) => command));
    known.add('liveResponse.actions.focus'); // VS Code's own, for every view
    const submenus = new Set(contributes.submenus.map(({ id }) => id));
    const keys = await readFile('src/platform/contextKeys.ts', 'utf8');
    const entries = [
      ...Object.values(contributes.menus).flat(),
      ...contributes.keybindings,
      ...contributes.viewsWelcome,
    ];
    for (const entry of entries) {
      if ('command' in entry) assert.ok(known.has(entry.command), entry.command);
      if ('submenu' in entry) assert.ok(submenus.has(entry.submenu), entry.submenu);
      for (const [, key, value] of (entry.when ?? '').matchAll(/\b(liveResponse\.\w+) [!=]= (\w+)/gu)) {
        const declaration = new RegExp(`'${key ?? ''}':[^;]*'${value ?? ''}'`, 'u');
        assert.match(keys, declaration, `${key ?? ''} == ${value ?? ''}`);
      }
      assert.doesNotMatch(entry.when ?? '', /!~/u, 'when clauses have no operator !~');
    }
    for (const text of Object.values(nls)) {
      for (const [, id] of text.matchAll(/\(command:([\w.]+)\)/gu)) assert.ok(known.has(id ?? ''), id);
    }
  });

  test('describes and scopes every setting, and every setting is read', async () => {
    const config = await readFile('src/platform/config.ts', 'utf8');
    for (const [name, { scope, markdownDescription }] of Object.entries(contributes.configuration.properties)) {
      assert.ok(scope !== undefined && markdownDescription !== undefined, name);
      assert.ok(config.includes(`'${name.replace('liveResponse.', '')}'`), name);
    }
  });

  test('asks for no proposed API and for no activation at start; a note wakes it for its pastes', () => {
    assert.equal(manifest.enabledApiProposals, undefined);
    // A note that cites results, or an address from outside, activates the extension. Neither loads more than the
    // extension itself.
    assert.deepEqual(manifest.activationEvents, ['onFileSystem:live-response', 'onLanguage:markdown', 'onUri']);
    const oldest = manifest.engines.vscode.replace('^', '').split('.').slice(0, 2).join('.');
    assert.ok(manifest.devDependencies['@types/vscode']?.startsWith(oldest), 'types are not newer than the engine');
  });

  test('pins every dependency exactly', () => {
    for (const [name, version] of Object.entries({ ...manifest.dependencies, ...manifest.devDependencies })) {
      assert.match(version, /^\d+\.\d+\.\d+$/u, name);
    }
  });
});

suite('the source', () => {
  // POST requests go to the sign-in service, to Microsoft Graph as hunting queries, to authorities for time stamps, and,
  // in a build that sends telemetry, to its endpoint. None ever goes to the Defender API.
  const POSTING = [
    'defender/hunting/sendQuery.ts',
    'defender/stampSender.ts',
    'defender/transport.ts',
    'identity/msal/browserSignIn.ts',
    'identity/msal/network.ts',
    'platform/telemetryReporter.ts',
  ];

  test('sends nothing but GET to the Defender API and to storage', async () => {
    for (const { file, text } of await sources()) {
      if (file.startsWith('sample') || POSTING.includes(file)) continue;
      assert.doesNotMatch(text, /['"`](?:POST|PUT|PATCH|DELETE)['"`]|\.(?:post|patch|postForm)\(/u, file);
    }
  });

  test('has no test hook, no stub and no default client in it', async () => {
    for (const { file, text } of await sources())
      assert.doesNotMatch(text, /NODE_ENV|process\.env[.[]|\bmock\b/iu, file);
  });
});
