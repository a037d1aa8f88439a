import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { LiveResponseError } from '../../../src/base/errors.ts';
import { Tables } from '../../../src/analysis/tables/tables.ts';
import type { TableQuery } from '../../../src/analysis/tables/tableQuery.ts';
import { TableSession } from '../../../src/documents/table/tableSession.ts';
import type { SessionHost, TableSessionOptions } from '../../../src/documents/table/tableSession.ts';
import type { TableMethod } from '../../../src/results/storedTables.ts';

const ALL: TableQuery = { table: 0, filters: [], sort: [], stack: [] };

/** Output with a table of three rows, named after the host. */
function outputOf(host: string): string {
  return ['Name  State', '----  -----', ...[1, 2, 3].map((row) => `${host}${row}    Running`)].join('\n');
}

/** A tab, with the real tables of the thread, but in this process; and what can happen to it. */
class Tab {
  /** Tables of the thread. A new object is a thread that was started again. */
  thread = new Tables();
  readonly outputs = new Map<string, string>();
  readonly adds: string[] = [];
  /** Hosts whose results stop the thread. */
  readonly stopping = new Set<string>();
  hosts: SessionHost[] = [];
  readonly session: TableSession;

  constructor(...names: readonly string[]) {
    for (const name of names) this.join(name);
    this.session = new TableSession({
      name: 'tab',
      tables: this.#tables(),
      hosts: () => this.hosts,
      earlier: () => Promise.resolve(new Map()),
      words: {
        sentence: (_info, _query, { rows, hosts }) => `${rows} rows on ${hosts} hosts`,
        without: (without, unknown) => `${without} without, ${unknown} unknown`,
        noTable: 'no table',
        noEarlier: 'no earlier result',
        notRead: 'not read',
      },
      onProgress: () => undefined,
    });
  }

  join(name: string, hasResult = true): void {
    const ref = { cloud: 'commercial' as const, tenantId: 't', actionId: name, commandIndex: 0 };
    this.hosts = [
      ...this.hosts.filter((host) => host.name !== name),
      { name, ref, exitCode: 0, errorLines: 0, isNewest: true, hasResult, why: hasResult ? '' : 'pending' },
    ].sort((one, other) => (one.name < other.name ? -1 : 1));
    if (hasResult) this.outputs.set(name, outputOf(name));
  }

  async names(): Promise<string[]> {
    const rows = await this.session.answer('rows', [ALL, 0, 100]);
    return rows.map(({ member, cells }) => `${this.session.hosts[member]?.name ?? '?'}:${cells[0] ?? ''}`);
  }

  #tables(): TableSessionOptions['tables'] {
    return {
      add: (tab, ref, host, begins) => {
        this.adds.push(ref.actionId);
        if (this.adds.length > 500) throw new Error('it never ends');
        const output = this.outputs.get(ref.actionId);
        if (output === undefined) return Promise.resolve('missing');
        if (this.stopping.has(ref.actionId)) {
          this.thread = new Tables();
          return Promise.reject(new LiveResponseError('analysisStopped', { reason: 'time' }));
        }
        try {
          return Promise.resolve(this.thread.add(tab, { output }, host, begins) ? 'added' : 'lost');
        } catch (error) {
          const state = error instanceof Error ? error.message : '';
          return Promise.reject(new LiveResponseError('analysisStopped', { reason: 'failed', state }));
        }
      },
      addEarlier: () => Promise.resolve(false),
      ask: (method: TableMethod, ...args: readonly unknown[]) => {
        const names = {
          tableSummary: 'summary',
          openTable: 'open',
          tableRows: 'rows',
          stackedRows: 'stacked',
          columnValues: 'values',
          cellTime: 'time',
          tableMembers: 'members',
        } as const;
        const call = this.thread[names[method]].bind(this.thread) as (...given: readonly unknown[]) => never;
        return Promise.resolve(call(...args));
      },
      close: (tab) => {
        this.thread.close(tab);
        return Promise.resolve();
      },
    };
  }
}

suite('the tables of a tab', () => {
  test('all hosts are read, in the order of their names', async () => {
    const tab = new Tab('b', 'a');
    await tab.session.load();
    assert.deepEqual(await tab.names(), ['a:a1', 'a:a2', 'a:a3', 'b:b1', 'b:b2', 'b:b3']);
  });

  test('after the thread was lost, a result that arrives does not take the place of all others', async () => {
    const tab = new Tab('a', 'b', 'c');
    tab.join('d', false);
    await tab.session.load();
    tab.thread = new Tables();
    tab.join('d');
    await tab.session.load();
    assert.equal((await tab.names()).length, 12);
    assert.equal((await tab.session.answer('open', [ALL])).sentence, '12 rows on 4 hosts');
  });

  test('after the thread was lost, rows are read again when they are asked for', async () => {
    const tab = new Tab('a', 'b');
    await tab.session.load();
    tab.thread = new Tables();
    assert.equal((await tab.names()).length, 6);
  });

  test('a result that stops the thread is named, and all others are read', async () => {
    const tab = new Tab('a', 'b', 'c');
    tab.stopping.add('b');
    await tab.session.load();
    assert.deepEqual(new Set(await tab.names()), new Set(['a:a1', 'a:a2', 'a:a3', 'c:c1', 'c:c2', 'c:c3']));
    assert.equal(tab.session.notRead, 1);
    assert.deepEqual((await tab.session.answer('hosts', [ALL])).unknown, [{ name: 'b', why: 'not read' }]);
  });

  test('an output with thousands of columns spoils no other host', async () => {
    const tab = new Tab('a', 'b', 'c');
    const many = 'a '.repeat(3000).trim();
    tab.outputs.set(
      'b',
      `${many}\n${many.replaceAll('a', '-')}\n${many}\n${JSON.stringify(Object.fromEntries(Array.from({ length: 3000 }, (_, key) => [`k${key}`, 1])))}`,
    );
    await tab.session.load();
    assert.equal((await tab.names()).length, 6);
  });

  test('a result that is removed meanwhile ends no load, and its rows go', async () => {
    const tab = new Tab('a', 'b');
    await tab.session.load();
    tab.outputs.delete('a');
    tab.thread = new Tables();
    assert.deepEqual(await tab.names(), ['b:b1', 'b:b2', 'b:b3']);
    assert.equal(tab.session.notRead, 1);
    tab.join('a', false);
    tab.join('b', false);
    await tab.session.load();
    assert.deepEqual(await tab.names(), []);
  });

  test('rows keep the names of their hosts when another host joins', async () => {
    const tab = new Tab('b', 'c');
    await tab.session.load();
    tab.join('a');
    assert.ok(
      (await tab.names()).every((name) => name.startsWith(name.charAt(2))),
      'before the new host is read',
    );
    await tab.session.load();
    const names = await tab.names();
    assert.equal(names.length, 9);
    assert.ok(names.every((name) => name.startsWith(name.charAt(2))));
  });

  test('a copied cell is whole, and comes with the place of its row', async () => {
    const tab = new Tab('a');
    const long = 'x'.repeat(5000);
    tab.outputs.set('a', `{"id":2,"text":"${long}"}\n{"id":1}`);
    await tab.session.load();
    const place = { member: 0, firstLine: 1, lastLine: 1 };
    assert.deepEqual(await tab.session.cell(ALL, 0, 1), { text: long, places: [place] });
    assert.deepEqual(await tab.session.cell(ALL, 1, 'line'), {
      text: '2',
      places: [{ member: 0, firstLine: 2, lastLine: 2 }],
    });
    assert.equal(await tab.session.cell(ALL, 1, 1), undefined);
    assert.equal(await tab.session.cell(ALL, 9, 0), undefined);
  });

  test('a copy of many rows is whole, and no cell is a formula', async () => {
    const tab = new Tab('a');
    const rows = Array.from({ length: 5000 }, (_, row) =>
      JSON.stringify({ id: row, text: row === 4999 ? '=HYPERLINK("x")' : 'a\tb' }),
    );
    tab.outputs.set('a', rows.join('\n'));
    await tab.session.load();
    const copied = await tab.session.copy(ALL, 0, 5000);
    const lines = copied.text.split('\n');
    assert.equal(lines.length, 5001);
    assert.equal(lines[1], '0\ta b');
    assert.equal(lines[5000], `4999\t'=HYPERLINK("x")`);
    assert.equal(copied.places.length, 5000);
    assert.deepEqual(copied.places, await tab.session.places(ALL, 0, 5000));
  });
});
