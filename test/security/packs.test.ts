import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { suite, test } from 'node:test';
import { packConnection } from '../../src/connections/connection.ts';
import type { Connection } from '../../src/connections/connection.ts';
import { ConnectionList } from '../../src/connections/connectionList.ts';
import { LiveResponseError } from '../../src/base/errors.ts';
import { buildResultUri, packTenant, parseResultUri } from '../../src/base/resultUri.ts';
import type { ResultRef } from '../../src/base/resultUri.ts';
import { describeEvidence } from '../../src/evidence/blocks/evidenceParts.ts';
import { toEvidenceSource } from '../../src/results/evidenceSource.ts';
import { openPack } from '../../src/runs/pack/read/openPack.ts';
import { takePack } from '../../src/services/takePack.ts';
import { failure } from '../unit/defender/expected.ts';
import { policyOf } from '../unit/policy/policyOf.ts';
import { arrived, ref, resultFile, TENANT } from '../unit/results/fixtures.ts';
import { packInput, writeSample } from '../unit/runs/pack/samplePack.ts';
import { Shelf } from '../unit/connections/shelf.ts';
import { Window } from './support/packWindow.ts';

const { signal } = new AbortController();
/** Refuses marks: these packs have none. */
const readMarks = (): Promise<undefined> => Promise.resolve(undefined);

/** Returns the index and the hashes of a pack. */
function contents(zip: Uint8Array): Promise<{ readonly rows: readonly object[]; readonly hashes: readonly unknown[] }> {
  return openPack(zip, { signal, readMarks }, ({ differences, rows, hashes }) => {
    assert.deepEqual(differences, []);
    const results = [...hashes].filter(([name]) => name.endsWith('.gz'));
    return Promise.resolve({ rows, hashes: results });
  });
}

suite('a connection from a hand-over pack', () => {
  test('lists the hosts of the pack, and reads their results without a network', async () => {
    const window = new Window();
    const { zip, seal } = await writeSample();
    const connection = await window.open(zip);
    assert.deepEqual(connection, packConnection('Pack run', seal));
    const list = window.sessions.of(connection).actions(true);
    await list.ensureLoaded(signal);
    assert.deepEqual(list.state, { kind: 'loaded', hasMore: false });
    assert.equal(list.actions.length, packInput().rows.length);
    const [first] = packInput().rows;
    const own = { ...packTenant(seal), actionId: first?.ref.actionId ?? '', commandIndex: 0 };
    assert.equal(await window.store.text(own, 'output'), 'dc1\nline\u2028two\n');
    const facts = await window.store.facts(own);
    assert.deepEqual(facts?.opened, { kind: 'pack', name: 'run.zip', said: first?.ref });
    assert.equal(facts.fetchedAt, first?.facts?.fetchedAt);
    assert.equal(facts.fetchedBy, first?.facts?.fetchedBy);
    assert.deepEqual(facts.action, first?.facts?.action);
    const uri = buildResultUri({ ...own, stream: 'output' }, facts.name);
    assert.match(uri.path, /\/Pack run\/FROM PACK · dc1 · /u);
    assert.deepEqual(parseResultUri(uri), { ...own, stream: 'output' });
    await window.store.dispose();
  });

  test('says why a host has no result, in the words of the pack, and offers nothing to fetch', async () => {
    const window = new Window();
    const connection = await window.open((await writeSample()).zip);
    const { rows } = await window.input(connection);
    const missing = rows.filter(({ facts }) => facts === undefined);
    assert.equal(missing.length, 3);
    for (const { reasons, state } of missing) {
      assert.deepEqual(
        reasons.map(({ code, values }) => [code, values?.['why']]),
        [['packSaid', 'the session did not start within two hours, after which Defender gives up']],
      );
      assert.equal(state, 'pending');
    }
    assert.ok(!rows.some(({ state }) => state === 'notFetched'));
    await window.store.dispose();
  });

  test('opened and handed over again, it holds the same results, hosts and reasons', async () => {
    const { zip } = await writeSample();
    const window = new Window();
    const again = await writeSample(await window.input(await window.open(zip)));
    const [before, after] = [await contents(zip), await contents(again.zip)];
    assert.deepEqual(after.hashes, before.hashes);
    assert.deepEqual(withoutLinks(after.rows), withoutLinks(before.rows));
    const third = new Window();
    const once = await writeSample(await third.input(await third.open(again.zip)));
    assert.deepEqual(await contents(once.zip), after);
    await window.store.dispose();
    await third.store.dispose();
  });

  test('refuses whatever would be a call', async () => {
    const window = new Window();
    const connection = await window.open((await writeSample()).zip);
    const client = window.packs.client(connection);
    const id = '11111111-2222-4333-8444-555555555555';
    await assert.rejects(client.getMachine(id, signal), failure('notInPack'));
    await assert.rejects(client.findMachines('dc', signal), failure('notInPack'));
    await assert.rejects(client.getMachineAction(id, signal), failure('notInPack'));
    await assert.rejects(client.getResultLink(id, 0, signal), failure('notInPack'));
    await assert.rejects(client.getPackageLink(id, signal), failure('notInPack'));
    await assert.rejects(client.fetchResult(id, 0, signal, { maxBytes: 1 }), failure('notInPack'));
    await assert.rejects(
      client.fetchPackageInto(undefined as never)(id, signal, { maxBytes: 1 }),
      failure('notInPack'),
    );
    await window.store.dispose();
  });

  test('its results are never written to the disk, and go with the connection', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'packs-'));
    const window = new Window(folder);
    const connection = await window.open((await writeSample()).zip);
    assert.equal((await window.store.stored()).length, 11);
    // Neither the limits of the disk nor their usage are about them.
    assert.equal(await window.store.storedBytes(), 0);
    assert.deepEqual(await window.store.call('purge', { maxBytes: 0, maxAge: 0, except: undefined }), []);
    await window.list.remove(connection.name);
    await window.closing;
    assert.deepEqual(await window.store.stored(), []);
    assert.equal(window.packs.of(connection), undefined);
    assert.equal(window.list.active, undefined);
    assert.throws(() => window.packs.client(connection), failure('notInPack'));
    await window.store.dispose();
    for (const name of await readdir(folder)) {
      const bytes = await readFile(path.join(folder, name));
      assert.ok(!bytes.includes('collect.ps1') && !bytes.includes(connection.tenantId), name);
    }
    await rm(folder, { recursive: true });
  });

  test('is in its own window only, and outlives a reading of the connections', async () => {
    const shelf = new Shelf();
    const list = new ConnectionList(shelf);
    await list.hold(packConnection('Pack run', '0'.repeat(64)));
    assert.equal(list.active?.name, 'Pack run');
    await list.renew();
    assert.deepEqual(
      list.all.map(({ name }) => name),
      ['Pack run'],
    );
    const other = new ConnectionList(shelf);
    await other.load();
    assert.deepEqual(other.all, []);
    await list.clear();
    assert.deepEqual(list.all, []);
  });

  test('a pack that is open already is shown, and not kept twice', async () => {
    const window = new Window();
    const { zip } = await writeSample();
    await window.open(zip);
    await window.list.add({ ...REAL, name: 'Tenant' });
    assert.equal((await window.open(zip)).name, 'Pack run');
    assert.equal(window.list.all.length, 2);
    await window.store.dispose();
  });

  test('a file that is replaced while it is opened leaves nothing', async () => {
    const window = new Window();
    let read = 0;
    const opening = window.open((await writeSample()).zip, (pack) => ({
      ...pack,
      result: (row) =>
        ++read > 3 ? Promise.reject(new LiveResponseError('packRefused', { reason: 'replaced' })) : pack.result(row),
    }));
    await assert.rejects(opening, failure('packRefused'));
    assert.deepEqual(await window.store.stored(), []);
    assert.deepEqual(window.list.all, []);
    await window.store.dispose();
  });

  test('nothing of a pack that differs from what it says is kept', async () => {
    const window = new Window();
    const differing = window.open((await writeSample()).zip, (pack) => ({
      ...pack,
      differences: [{ kind: 'changed', name: 'data/index.csv' }],
    }));
    await assert.rejects(differing, failure('packRefused'));
    assert.deepEqual(await window.store.stored(), []);
    assert.deepEqual(window.list.all, []);
    await window.store.dispose();
  });

  test('an administrator can forbid packs, and every connection but the given ones', async () => {
    for (const [key, file] of [
      ['packs', { packs: false }],
      ['onlyTheseConnections', { onlyTheseConnections: true }],
    ] as const) {
      const window = new Window(undefined, policyOf(file));
      await assert.rejects(window.open((await writeSample()).zip), (error: unknown) => {
        assert.ok(error instanceof LiveResponseError);
        assert.deepEqual([error.code, error.values.reason], ['managed', key]);
        return true;
      });
      assert.deepEqual(await window.store.stored(), []);
      await window.store.dispose();
    }
    // Lists of clouds and of ways to sign in are about tenants.
    const window = new Window(undefined, policyOf({ clouds: ['gcc'], signIns: ['interactive'] }));
    assert.equal((await window.open((await writeSample()).zip)).cloud, 'pack');
    await window.store.dispose();
  });

  test('a note cites the pack only where nothing is stored and no connection leads to the tenant', async () => {
    const window = new Window();
    const { zip, seal } = await writeSample();
    const cited = packInput().rows[0]?.ref ?? ref();
    const inPack: ResultRef = { ...cited, ...packTenant(seal) };
    assert.deepEqual(await window.packs.resolve(cited, window.store), cited);
    const connection = await window.open(zip);
    assert.deepEqual(await window.packs.resolve(cited, window.store), inPack);
    const unknown = { ...cited, actionId: '11111111-2222-4333-8444-555555555555' };
    assert.deepEqual(await window.packs.resolve(unknown, window.store), unknown);
    const other = { ...cited, tenantId: unknown.actionId };
    assert.deepEqual(await window.packs.resolve(other, window.store), other);
    // With a connection to the tenant, Defender has the word, whichever connection is active.
    await window.list.add(REAL);
    assert.deepEqual(await window.packs.resolve(cited, window.store), cited);
    await window.list.activate(connection.name);
    assert.deepEqual(await window.packs.resolve(cited, window.store), cited);
    // A result that was fetched here always comes first.
    await window.store.put(...arrived(resultFile('own\n', '', 'collect.ps1', 0), { ref: cited }));
    assert.deepEqual(await window.packs.resolve(cited, window.store), cited);
    await window.store.dispose();
  });

  test('a pack stands in for no other pack, and for no opened file', async () => {
    for (const cloud of ['pack', 'file'] as const) {
      const window = new Window();
      const { zip, seal } = await writeSample();
      const cited = packInput().rows[0]?.ref ?? ref();
      await window.open(zip);
      const open = window.packs.of(packTenant(seal));
      assert.ok(open !== undefined);
      Object.assign(open, { said: { cloud, tenantId: cited.tenantId } });
      const foreign = { ...cited, cloud };
      assert.deepEqual(await window.packs.resolve(foreign, window.store), foreign);
      await window.store.dispose();
    }
  });

  test('opened twice at once, or while all data is removed, nothing of it is lost or left', async () => {
    const window = new Window();
    const { zip } = await writeSample();
    const one = await openPack(zip, { signal, readMarks }, async (pack) => {
      const { keepers } = window;
      const leaving = new AbortController();
      const kept = takePack(keepers, pack, { file: 'run.zip', connection: 'Pack run' }, { signal });
      const again = takePack(
        keepers,
        pack,
        { file: 'run.zip', connection: 'Pack run (2)' },
        {
          signal: leaving.signal,
          // Canceled in the middle, what it has put is taken away again.
          onKept: () => {
            leaving.abort();
          },
        },
      ).catch(() => []);
      const results = await kept;
      await again;
      assert.ok(results.length > 1 && results.every((facts) => window.store.known(facts.ref) !== undefined));
      assert.equal((await window.store.stored()).length, results.length);
      return window.list.all[0] ?? assert.fail('no connection');
    });
    await window.list.remove(one.name);
    await window.closing;
    let abandoned: Promise<void> | undefined;
    const opening = window.open(zip, (pack) => {
      queueMicrotask(() => {
        abandoned = window.packs.abandon();
      });
      return pack;
    });
    await assert.rejects(opening, failure('cancelled'));
    await abandoned;
    assert.deepEqual(await window.store.stored(), []);
    assert.deepEqual(window.list.all, []);
    await window.store.dispose();
  });

  test('a quotation says that it comes from the pack, and that who fetched it is the word of the pack', async () => {
    const window = new Window();
    const { zip, seal } = await writeSample();
    await window.open(zip);
    const own = { ...(packInput().rows[0]?.ref ?? ref()), ...packTenant(seal) };
    const facts = await window.store.facts(own);
    assert.ok(facts !== undefined);
    const source = toEvidenceSource({ ...facts, fetchedBy: 'anna@contoso.com' }, 'output', '9.9.9');
    assert.ok(source !== undefined);
    const { fields, source: line } = describeEvidence(source, { spans: [], text: '', changes: [] } as never, 'full');
    assert.match(JSON.stringify(line), /from the pack ",\{"value":"run\.zip"\}/u);
    const field = (label: string): string => JSON.stringify(fields.find((one) => one.label === label)?.parts);
    assert.match(field('From the pack'), /run\.zip/u);
    assert.match(field('Fetched'), /by the clock of another machine, as the pack says/u);
    assert.match(field('Fetched by'), /anna@contoso\.com.*as the pack says/u);
    assert.match(field('Tenant'), new RegExp(TENANT.tenantId, 'u'));
    await window.store.dispose();
  });
});

const REAL: Connection = {
  name: 'Tenant',
  cloud: 'commercial',
  tenantId: TENANT.tenantId,
  clientId: TENANT.tenantId,
  signIn: 'accessToken',
};

/** Addresses hold the name of the connection, which is the pack's. */
function withoutLinks(rows: readonly object[]): readonly object[] {
  return rows.map((row) => ({ ...row, link: undefined }));
}
