import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { suite, test } from 'node:test';
import { sampleConnection } from '../../../src/connections/connection.ts';
import type { Connection } from '../../../src/connections/connection.ts';
import { ConnectionList } from '../../../src/connections/connectionList.ts';
import { policyOf } from '../policy/policyOf.ts';
import { failure } from '../defender/expected.ts';
import { Shelf } from './shelf.ts';

const TENANTS = ['0b1c2d3e-4f50-4617-8829-3a4b5c6d7e8f', '1f2e3d4c-5b6a-4978-8695-a4b3c2d1e0f9'] as const;

function connection(name: string, tenantId: string = TENANTS[0]): Connection {
  return { name, cloud: 'commercial', tenantId, clientId: TENANTS[1], signIn: 'accessToken' };
}

function names(list: ConnectionList): string[] {
  return list.all.map(({ name }) => name);
}

suite('the connections of this machine', () => {
  test('they are read once, however often and early they are asked for', async () => {
    const shelf = new Shelf();
    const list = new ConnectionList(shelf);
    await Promise.all([list.load(), list.load()]);
    await list.load();
    assert.equal(shelf.reads, 1);
    assert.deepEqual(list.all, []);
    assert.equal(list.active, undefined);
  });

  test('a reading that failed can be tried again', async () => {
    const shelf = new Shelf();
    const list = new ConnectionList(shelf);
    shelf.failNext = true;
    await assert.rejects(list.load(), failure('databaseFailed'));
    await list.load();
    assert.equal(shelf.reads, 2);
  });

  test('one that is added is active, told, and there after a restart', async () => {
    const shelf = new Shelf();
    const list = new ConnectionList(shelf);
    let told = 0;
    list.onDidChange(() => told++);
    await list.add(connection('a'));
    await list.add(sampleConnection('Sample'));
    assert.deepEqual(names(list), ['a', 'Sample']);
    assert.equal(list.active?.name, 'Sample');
    assert.ok(told >= 2);

    const restarted = new ConnectionList(shelf);
    await restarted.load();
    assert.deepEqual(restarted.all, list.all);
    assert.equal(restarted.active?.name, 'Sample');
  });

  test('one of the same name is replaced', async () => {
    const list = new ConnectionList(new Shelf());
    await list.add(connection('a'));
    await list.add(connection('a', TENANTS[1]));
    assert.deepEqual(list.all, [connection('a', TENANTS[1])]);
    assert.equal(list.byName('a')?.tenantId, TENANTS[1]);
    assert.equal(list.byName('b'), undefined);
  });

  test('what a newer version stored and this one cannot read is left out, and the others stay', async () => {
    const shelf = new Shelf();
    await shelf.call('putConnection', 'new', JSON.stringify({ ...connection('new'), signIn: 'telepathy' }));
    await shelf.call('putConnection', 'a', JSON.stringify(connection('a')));
    const list = new ConnectionList(shelf);
    await list.load();
    assert.deepEqual(names(list), ['a']);
  });

  test('a row that is no JSON does not take the others with it', async () => {
    const shelf = new Shelf();
    await shelf.call('putConnection', 'broken', '{');
    await shelf.call('putConnection', 'a', JSON.stringify(connection('a')));
    const list = new ConnectionList(shelf);
    await list.load();
    assert.deepEqual(names(list), ['a']);
  });

  test('a tenant is reached through the active connection first', async () => {
    const list = new ConnectionList(new Shelf());
    for (const one of [connection('a'), connection('b'), connection('c', TENANTS[1])]) await list.add(one);
    const tenant = { cloud: 'commercial', tenantId: TENANTS[0] } as const;
    assert.equal(list.forTenant(tenant)?.name, 'a');
    await list.activate('b');
    assert.equal(list.forTenant(tenant)?.name, 'b');
    assert.equal(list.forTenant({ ...tenant, cloud: 'gcc' }), undefined);
  });

  test('when the active one is removed, this window and the next agree which one follows', async (context) => {
    const folder = await mkdtemp(path.join(os.tmpdir(), 'connections-'));
    context.after(() => rm(folder, { recursive: true, force: true }));
    context.mock.timers.enable({ apis: ['Date'] });
    const shelf = new Shelf(folder);
    const list = new ConnectionList(shelf);
    const later = async (change: Promise<void>): Promise<void> => {
      await change;
      context.mock.timers.tick(1000);
    };
    for (const name of ['a', 'b', 'c']) await later(list.add(connection(name)));
    for (const name of ['a', 'b']) await later(list.activate(name));
    await list.remove('b');
    assert.deepEqual(names(list), ['a', 'c']);
    const restarted = new ConnectionList(shelf);
    await restarted.load();
    assert.ok(list.active);
    assert.equal(restarted.active?.name, list.active.name);
  });

  test('when another one is removed the active one stays', async () => {
    const list = new ConnectionList(new Shelf());
    for (const name of ['a', 'b']) await list.add(connection(name));
    await list.remove('a');
    assert.equal(list.active?.name, 'b');
    await list.remove('b');
    assert.equal(list.active, undefined);
  });

  test('nothing changes here where the store could not keep it', async () => {
    const shelf = new Shelf();
    const list = new ConnectionList(shelf);
    await list.load();
    shelf.failNext = true;
    await assert.rejects(list.add(connection('a')), failure('databaseFailed'));
    assert.deepEqual(list.all, []);
  });
});

suite('connections that an administrator decides', () => {
  const GIVEN = connection('Given');
  const managed = (values: object, shelf = new Shelf()): ConnectionList => new ConnectionList(shelf, policyOf(values));
  const refusedFor = (reason: string, name: string): object => ({
    code: 'managed',
    values: { reason, connection: name },
  });

  test('a given one is there, active where there is none, and neither stored, changed nor removed', async () => {
    const shelf = new Shelf();
    const list = managed({ connections: [GIVEN] }, shelf);
    await list.load();
    assert.deepEqual(names(list), ['Given']);
    assert.equal(list.active?.name, 'Given');
    await list.add(GIVEN);
    assert.deepEqual((await shelf.call('connections')).connections, []);
    for (const change of [
      () => list.add(connection('Given', TENANTS[1])),
      () => list.keep(connection('Given', TENANTS[1])),
      () => list.replace(GIVEN, connection('Mine')),
      () => list.remove('Given'),
    ])
      await assert.rejects(change, { code: 'managed' });
    await list.add(connection('Own', TENANTS[1]));
    assert.deepEqual(names(list), ['Given', 'Own']);
    await list.remove('Own');
    assert.equal(list.active.name, 'Given');
  });

  test('stored ones that are forbidden are not used, and are there again when they are allowed', async () => {
    const shelf = new Shelf();
    const free = new ConnectionList(shelf);
    for (const name of ['Own', 'Given']) await free.add(connection(name, TENANTS[1]));
    const list = managed({ connections: [GIVEN], onlyTheseConnections: true }, shelf);
    await list.load();
    assert.deepEqual(list.all, [GIVEN]);
    assert.equal(list.active, list.all[0]);
    assert.deepEqual(
      list.hidden.map((one) => [one.connection.name, one.why]),
      [
        ['Own', 'onlyTheseConnections'],
        ['Given', 'connections'],
      ],
    );
    assert.equal(list.forTenant({ cloud: 'commercial', tenantId: TENANTS[1] }), undefined);
    await list.renew();
    assert.deepEqual(list.all, [GIVEN]);
    await free.renew();
    assert.deepEqual(names(free), ['Own', 'Given']);
    await list.clear();
    assert.deepEqual([list.all, list.hidden], [[GIVEN], []]);
    await free.renew();
    assert.deepEqual(free.all, []);
  });

  test('one that is forbidden is refused before its secret is stored', async () => {
    const list = managed({ clouds: ['gcc'], signIns: ['interactive'], sampleTenant: false });
    await list.load();
    const own = connection('Own');
    for (const [one, reason] of [
      [own, 'clouds'],
      [{ ...own, cloud: 'gcc' }, 'signIns'],
    ] as const)
      assert.throws(
        () => {
          list.mustAllow(one);
        },
        refusedFor(reason, 'Own'),
      );
    list.mustAllow({ ...own, cloud: 'gcc', signIn: 'interactive' });
    await assert.rejects(list.add(sampleConnection('Sample')), refusedFor('sampleTenant', 'Sample'));
    await assert.rejects(list.keep(own), refusedFor('clouds', 'Own'));
    assert.deepEqual(list.all, []);
  });
});
