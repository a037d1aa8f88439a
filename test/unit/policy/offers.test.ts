import assert from 'node:assert/strict';
import { before, beforeEach, suite, test } from 'node:test';
import { loadSource } from '../../../scripts/manifest.ts';
import { LiveResponseError } from '../../../src/base/errors.ts';
import type { CommandRunner } from '../../../src/commands/common/commandRunner.ts';
import type { createCommands } from '../../../src/commands/createCommands.ts';
import type { offered, placeChoices, signInChoices } from '../../../src/commands/connections/wizard/choices.ts';
import { sampleConnection } from '../../../src/connections/connection.ts';
import { ConnectionList } from '../../../src/connections/connectionList.ts';
import type { CommandId } from '../../../src/platform/commandIds.ts';
import type { Settings } from '../../../src/platform/config.ts';
import type { Policy } from '../../../src/policy/policy.ts';
import type { Services } from '../../../src/services/services.ts';
import { Shelf } from '../connections/shelf.ts';
import { HOUR, Shift } from '../runs/shift.ts';
import { FAKE, fakeVscode, GIVEN, OWN } from './fakeVscode.ts';
import { policyOf } from './policyOf.ts';

interface Row {
  readonly label: string;
  readonly description?: string;
}

suite('nothing offers what an administrator forbids', () => {
  let load: {
    readonly commands: { readonly createCommands: typeof createCommands };
    readonly runner: { readonly CommandRunner: typeof CommandRunner };
    readonly config: { readonly Settings: typeof Settings };
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
      choices: await loadSource('src/commands/connections/wizard/choices.ts', FAKE),
    };
  });

  let told: { readonly message: string; readonly detail: string; readonly buttons: readonly string[] }[];
  let picks: (readonly Row[])[];
  let executed: string[];
  let hunts: number;
  beforeEach(() => {
    told = [];
    picks = [];
    executed = [];
    hunts = 0;
    const tell = (message: string, ...rest: readonly unknown[]): Promise<undefined> => {
      const [options] = rest.filter((one): one is { detail?: string } => typeof one === 'object' && one !== null);
      told.push({ message, detail: options?.detail ?? '', buttons: rest.filter((one) => typeof one === 'string') });
      return Promise.resolve(undefined);
    };
    fakeVscode({
      commands: { executeCommand: (id: string) => Promise.resolve(void executed.push(id)) },
      QuickPickItemKind: { Separator: -1, Default: 0 },
      window: {
        showInformationMessage: tell,
        showWarningMessage: tell,
        showErrorMessage: tell,
        showQuickPick: (rows: readonly Row[]) => Promise.resolve(void picks.push(rows)),
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
      huntingConsent: { look: () => Promise.resolve({ isGiven: true, state: 'given' }) },
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
      const { tenantId, clientId } = OWN;
      const known = { name, cloud: 'gcc', signIn: 'accessToken', tenantId, clientId };
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
        const words = 'This setting is managed: your administrator decides it.';
        assert.equal(told[0].message.endsWith(words), isManaged);
      }
    }
  });

  test('the sample tenant is no way around: it has the way to sign in that is asked for by its own key', () => {
    const policy = policyOf({ onlyTheseConnections: true, clouds: [], signIns: [] });
    assert.equal(policy.whyForbidden(sampleConnection('Sample')), undefined);
    assert.notEqual(policy.whyForbidden({ ...sampleConnection('Sample'), signIn: 'accessToken' }), undefined);
  });
});
