import assert from 'node:assert/strict';
import { before, beforeEach, suite, test } from 'node:test';
import { loadSource, NOTHING } from '../../../scripts/manifest.ts';
import { LiveResponseError } from '../../../src/base/errors.ts';
import type { CommandRunner } from '../../../src/commands/common/commandRunner.ts';
import type { createCommands } from '../../../src/commands/createCommands.ts';
import type { offered, placeChoices, signInChoices } from '../../../src/commands/connections/wizard/choices.ts';
import { sampleConnection } from '../../../src/connections/connection.ts';
import type { Connection } from '../../../src/connections/connection.ts';
import { ConnectionList } from '../../../src/connections/connectionList.ts';
import type { policyPage } from '../../../src/messages/policy/policyPage.ts';
import type { refusedPolicy } from '../../../src/messages/policy/policyWords.ts';
import type { CommandId } from '../../../src/platform/commandIds.ts';
import type { Settings } from '../../../src/platform/config.ts';
import type { Policy } from '../../../src/policy/policy.ts';
import type { Services } from '../../../src/services/services.ts';
import { Shelf } from '../connections/shelf.ts';
import { HOUR, Shift } from '../runs/shift.ts';
import { policyOf, WRITABLE } from './policyOf.ts';

/** A VS Code that holds the user's settings, and answers the first button or row that is wanted. */
const FAKE = `${NOTHING}
module.exports = new Proxy(nothing, { get: (_, name) => globalThis.managedTest[name] ?? nothing[name] });`;

const GIVEN: Connection = {
  name: 'Contoso SOC',
  cloud: 'custom',
  apiUrl: 'https://proxy.example',
  downloadHosts: ['given.example'],
  tenantId: '11111111-1111-4111-8111-111111111111',
  clientId: '22222222-2222-4222-8222-222222222222',
  signIn: 'azureCli',
};
const OWN: Connection = { ...GIVEN, name: 'Own', downloadHosts: ['own.example'] };

interface Row {
  readonly label: string;
  readonly description?: string;
}

suite('nothing offers what an administrator forbids', () => {
  let load: {
    readonly commands: { readonly createCommands: typeof createCommands };
    readonly runner: { readonly CommandRunner: typeof CommandRunner };
    readonly config: { readonly Settings: typeof Settings };
    readonly page: { readonly policyPage: typeof policyPage };
    readonly words: { readonly refusedPolicy: typeof refusedPolicy };
    readonly choices: {
      readonly offered: typeof offered;
      readonly placeChoices: typeof placeChoices;
      readonly signInChoices: typeof signInChoices;
    };
  };
  before(async () => {
    load = {
      commands: await loadSource('src/commands/createCommands.ts', FAKE),
      runner: await loadSource('src/commands/common/commandRunner.ts', FAKE),
      config: await loadSource('src/platform/config.ts', FAKE),
      page: await loadSource('src/messages/policy/policyPage.ts', FAKE),
      words: await loadSource('src/messages/policy/policyWords.ts', FAKE),
      choices: await loadSource('src/commands/connections/wizard/choices.ts', FAKE),
    };
  });

  let user: Record<string, unknown>;
  let told: { readonly message: string; readonly detail: string; readonly buttons: readonly string[] }[];
  let picks: (readonly Row[])[];
  let executed: string[];
  let hunts: number;
  beforeEach(() => {
    user = {};
    told = [];
    picks = [];
    executed = [];
    hunts = 0;
    const tell = (message: string, ...rest: readonly unknown[]): Promise<undefined> => {
      const [options] = rest.filter((one): one is { detail?: string } => typeof one === 'object' && one !== null);
      told.push({ message, detail: options?.detail ?? '', buttons: rest.filter((one) => typeof one === 'string') });
      return Promise.resolve(undefined);
    };
    Object.assign(globalThis, {
      managedTest: {
        env: { isTelemetryEnabled: true, language: 'en' },
        l10n: {
          t: (text: string, ...values: readonly unknown[]) =>
            text.replaceAll(/\{(\d)\}/gu, (_all, at: string) => String(values[Number(at)])),
        },
        workspace: { getConfiguration: () => ({ get: (key: string) => user[key] }) },
        commands: { executeCommand: (id: string) => Promise.resolve(void executed.push(id)) },
        QuickPickItemKind: { Separator: -1, Default: 0 },
        window: {
          showInformationMessage: tell,
          showWarningMessage: tell,
          showErrorMessage: tell,
          showQuickPick: (rows: readonly Row[]) => Promise.resolve(void picks.push(rows)),
        },
      },
    });
  });

  /** Runs a command on a machine with this policy, with a connection that the user has stored. */
  async function run(
    policy: Policy,
    command: string,
    args: readonly unknown[] = [],
    more: object = {},
  ): Promise<ConnectionList> {
    const shelf = new Shelf();
    await shelf.call('putConnection', OWN.name, JSON.stringify(OWN));
    const connections = new ConnectionList(shelf, policy);
    const services = {
      policy,
      connections,
      settings: new load.config.Settings(policy),
      hunt: () => hunts++,
      huntingConsent: { isGiven: () => true },
      signIns: { forget: () => Promise.resolve(), storeSecret: () => assert.fail('a secret was stored') },
      telemetry: { send: () => undefined },
      log: { failure: () => undefined, info: () => undefined },
      view: { selection: [], bringUp: () => Promise.resolve() },
      ...more,
    } as unknown as Services;
    await load.commands.createCommands(services)(`liveResponse.${command}` as CommandId, args);
    // A message is shown without being waited for.
    for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
    return connections;
  }

  const forbidden = (key: string): RegExp =>
    new RegExp(`^Your administrator does not allow .*managed setting "${key}"`, 'u');

  test('commands that are forbidden say so, and name the administrator and the setting', async () => {
    for (const [command, key] of [
      ['fetchAuditTrail', 'auditTrail'],
      ['handOver', 'packs'],
      ['openSampleTenant', 'sampleTenant'],
    ] as const) {
      told = [];
      await run(policyOf({ [key]: false }), command);
      assert.match(told[0]?.message ?? '', forbidden(key), command);
      assert.deepEqual([told.length, picks.length, hunts], [1, 0, 0], command);
    }
  });

  test('the audit trail is offered where it is allowed only', async () => {
    for (const [values, count] of [
      [{}, 1],
      [{ auditTrail: true }, 1],
      [{ auditTrail: false }, 0],
      [{ auditTrail: 'yes' }, 0],
    ] as const) {
      picks = [];
      await run(policyOf(values), 'openHuntingResults');
      const rows = picks[0] ?? [];
      assert.ok(rows.some(({ label }) => label === 'From the Clipboard'));
      assert.equal(rows.filter(({ label }) => label === 'From Microsoft Graph').length, count);
    }
  });

  test('keeping the rest of a run is offered where it is allowed only, and the question says why', async () => {
    const shift = new Shift([0, HOUR]);
    const runs = shift.window();
    const record = runs.note(shift.run());
    const more = {
      runs: {
        ...runs,
        get: () => record,
        all: [record],
        note: () => record,
        isActive: () => false,
        missing: () => [1],
      },
      sessions: {},
      estimateRun: () => Promise.resolve(1000),
      runOverviews: { active: undefined },
    };
    for (const [values, isOffered] of [
      [{}, true],
      [{ standingOrders: false }, false],
    ] as const) {
      told = [];
      await run(policyOf(values), 'fetchRun', [{ run: record.run.key }], more);
      const { buttons = [], detail = '' } = told[0] ?? {};
      assert.deepEqual(buttons, isOffered ? ['Fetch', 'Fetch and Keep the Rest'] : ['Fetch']);
      assert.equal(/^Your administrator .*"standingOrders"\)\.$/mu.test(detail), !isOffered);
      assert.equal(detail.includes('Fetch and Keep the Rest'), isOffered);
    }
  });

  test('a connection that is forbidden can be added neither by a person nor by a program', async () => {
    const policy = policyOf({ connections: [GIVEN], onlyTheseConnections: true });
    await run(policy, 'addConnection');
    assert.match(told[0]?.message ?? '', forbidden('onlyTheseConnections'));
    assert.deepEqual(told[0]?.buttons, ['Show Managed Settings']);
    for (const name of ['Evil', GIVEN.name]) {
      told = [];
      const token = { ...OWN, name, cloud: 'gcc', signIn: 'accessToken', accessToken: undefined };
      const { apiUrl: _url, downloadHosts: _hosts, ...known } = token;
      const list = await run(policy, 'addConnection', [known]);
      assert.match(told[0]?.message ?? '', /^Your administrator does not allow the connection/u);
      assert.deepEqual(list.all, [GIVEN]);
    }
  });

  test('what is given can be selected, and says "managed"; it can be neither edited nor removed', async () => {
    const policy = policyOf({ connections: [GIVEN] });
    await run(policy, 'selectConnection');
    assert.deepEqual(
      picks[0]?.map(({ label, description }) => [label, description]),
      [
        ['Contoso SOC', 'managed'],
        ['Own', 'active'],
      ],
    );
    for (const command of ['editConnection', 'removeConnection']) {
      picks = [];
      await run(policy, command);
      assert.deepEqual(
        picks[0]?.map(({ label }) => label),
        ['Own'],
        command,
      );
    }
  });

  test('the steps for a connection offer only what is allowed, and no heading without a row', () => {
    const { offered: filter, placeChoices: places, signInChoices: ways } = load.choices;
    const policy = policyOf({ clouds: ['dod'], signIns: ['clientSecret'], sampleTenant: false });
    assert.deepEqual(
      filter(ways(true, true), (way) => policy.offers(way)).map(({ label }) => label),
      ['As an application', 'Client secret'],
    );
    assert.deepEqual(
      filter(places(), (place) => policy.offers(place)).map(({ value }) => value),
      [{ cloud: 'dod' }],
    );
    const free = policyOf({});
    assert.equal(filter(ways(true, true), (way) => free.offers(way)).length, ways(true, true).length);
  });

  test('a host or a limit that an administrator decides is not offered to be changed', async () => {
    for (const [code, key, value, button] of [
      ['foreignDownloadHost', 'downloadHosts', [], 'Allow This Host…'],
      ['tooLarge', 'maxDownloadSize', 1, 'Open Settings'],
    ] as const) {
      for (const policy of [policyOf({}), policyOf({ [key]: value })]) {
        told = [];
        const settings = new load.config.Settings(policy);
        const log = { failure: () => undefined } as unknown as Services['log'];
        new load.runner.CommandRunner({ log, settings }).fail('x', new LiveResponseError(code, { host: 'h.example' }));
        await Promise.resolve();
        const isManaged = policy.isManaged(key);
        assert.equal(told[0]?.buttons.includes(button), !isManaged, code);
        assert.equal(told[0]?.message.endsWith('This setting is managed: your administrator decides it.'), isManaged);
      }
    }
  });

  test('each setting of the user gives way to the managed one', () => {
    user = {
      maxDownloadSize: 512,
      downloadHosts: ['evil.example'],
      'storage.keepResults': true,
      'storage.maxSize': 0,
      'storage.maxAgeDays': 0,
      defangOnCopy: false,
      'telemetry.enabled': true,
    };
    const free = new load.config.Settings(policyOf({}));
    assert.deepEqual(free.storageRules(), { keep: true, maxBytes: undefined, maxAge: undefined });
    assert.deepEqual([free.maxDownloadBytes(), free.defangsOnCopy(), free.sendsTelemetry()], [512e6, false, true]);
    assert.deepEqual(free.downloadHosts([GIVEN, OWN]), ['given.example', 'own.example', 'evil.example']);
    const values = {
      connections: [GIVEN],
      maxDownloadSize: 16,
      downloadHosts: ['files.example'],
      keepResults: false,
      maxStorageSize: 1,
      maxStorageAgeDays: 2,
      defangOnCopy: true,
      telemetry: false,
    };
    const managed = new load.config.Settings(policyOf(values));
    assert.deepEqual(managed.storageRules(), { keep: false, maxBytes: 1024 ** 2, maxAge: 2 * 86_400_000 });
    assert.deepEqual(
      [managed.maxDownloadBytes(), managed.defangsOnCopy(), managed.sendsTelemetry()],
      [16e6, true, false],
    );
    assert.deepEqual(managed.downloadHosts([GIVEN, OWN]), ['given.example', 'files.example']);
    assert.deepEqual([managed.mayAllowDownloadHost, managed.mayChangeDownloadSize], [false, false]);
  });

  test('a setting of the user with another type is the default, and hinders nothing', () => {
    user = { downloadHosts: 'x', maxDownloadSize: '9', 'storage.keepResults': null, 'storage.maxAgeDays': {} };
    for (const policy of [policyOf({}), policyOf({ downloadHosts: ['a.example'], maxDownloadSize: 5 }, WRITABLE)]) {
      const settings = new load.config.Settings(policy);
      assert.deepEqual(settings.downloadHosts([]), []);
      assert.deepEqual(settings.storageRules(), { keep: true, maxBytes: 2048 * 1024 ** 2, maxAge: undefined });
      assert.ok(settings.maxDownloadBytes() <= 64e6);
    }
  });

  test('the page shows file, state, reasons, every key with its value, and what is hidden', () => {
    user = { defangOnCopy: true };
    const page = (policy: Policy): string =>
      load.page.policyPage(policy, new load.config.Settings(policy).ownValues(), [{ name: 'Own', why: 'clouds' }]);
    const read = page(policyOf({ connections: [GIVEN], packs: false }));
    assert.match(read, /^\/etc\/live-response-results\/policy\.json$/mu);
    assert.match(read, /^connections: \["Contoso SOC"\] · managed$/mu);
    assert.match(read, /^packs: false · managed$/mu);
    assert.match(read, /^defangOnCopy: true$/mu);
    assert.match(read, /: Own \(clouds\)$/mu);
    assert.doesNotMatch(read, /proxy\.example/u);
    const refused = policyOf({ packs: 'no', ['[x](command:y)\n']: 1 });
    assert.match(page(refused), /^packs: false · managed$/mu);
    assert.match(page(refused), /^- "packs" does not take this value\.$/mu);
    assert.match(page(refused), /^- There is no key "\[x\]\(command:y\)\ufffd"\.$/mu);
    assert.match(
      load.words.refusedPolicy(refused) ?? '',
      /policy\.json are refused: "packs" does not take this value\./u,
    );
    for (const fine of [policyOf({}), policyOf({ packs: false })])
      assert.equal(load.words.refusedPolicy(fine), undefined);
  });

  test('the sample tenant is no way around: it has the way to sign in that is asked for by its own key', () => {
    const policy = policyOf({ onlyTheseConnections: true, clouds: [], signIns: [] });
    assert.equal(policy.whyForbidden(sampleConnection('Sample')), undefined);
    assert.notEqual(policy.whyForbidden({ ...sampleConnection('Sample'), signIn: 'accessToken' }), undefined);
  });
});
