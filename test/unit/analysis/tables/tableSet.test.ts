import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { TableSet } from '../../../../src/analysis/tables/tableSet.ts';
import { usualRules } from '../../../../src/evidence/compare/normalise.ts';
import type { TableFilter, TableQuery } from '../../../../src/analysis/tables/tableQuery.ts';

const HEAD = 'Name         State    Size   Path\n----         -----    ----   ----\n';

function row(name: string, state: string, size: string, path: string): string {
  return `${name.padEnd(13)}${state.padEnd(9)}${size.padEnd(7)}${path}\n`;
}

/** A run of four hosts: two with the same services, one with one service more, one whose output holds no table. */
function services(): TableSet {
  const set = new TableSet();
  const usual = `${HEAD}${row('Spooler', 'Running', '9', 'C:\\spoolsv.exe')}${row('Dhcp', 'Stopped', '1,204', '')}`;
  set.add({ member: 0, name: 'ws-1.example', exitCode: 0, errorLines: 0, isNewest: true }, usual);
  set.add({ member: 1, name: 'ws-2.example', exitCode: 0, errorLines: 0, isNewest: true }, usual);
  set.add(
    { member: 2, name: 'dc-1.example', exitCode: 1, errorLines: 2, isNewest: true },
    usual + row('evil', 'Running', '77', 'C:\\İSTANBUL\\x.exe'),
  );
  set.add({ member: 3, name: 'odd.example', exitCode: 0, errorLines: 0, isNewest: true }, 'Nothing was found.\n');
  return set;
}

const ALL: TableQuery = { table: 0, filters: [], sort: [], stack: [] };
const filtered = (...filters: readonly TableFilter[]): TableQuery => ({ ...ALL, filters });

function names(set: TableSet, query: TableQuery): (string | null | undefined)[] {
  return set.rows(query, 0, 100).map(({ cells }) => cells[0]);
}

suite('tables of a run', () => {
  test('tables with the same columns are one table, in the order of hosts and lines', () => {
    const set = services();
    const { tables, hosts, outsideLines } = set.summary();
    assert.deepEqual(tables, [
      {
        columns: ['Name', 'State', 'Size', 'Path'],
        rows: 7,
        hosts: 3,
        headings: [],
        hasHeadings: false,
        mayLackColumns: false,
      },
    ]);
    assert.deepEqual([hosts, outsideLines], [4, 1]);
    assert.deepEqual(names(set, ALL), ['Spooler', 'Dhcp', 'Spooler', 'Dhcp', 'Spooler', 'Dhcp', 'evil']);
    assert.deepEqual(set.rows(ALL, 6, 7), [
      { member: 2, firstLine: 5, lastLine: 5, heading: null, cells: ['evil', 'Running', '77', 'C:\\İSTANBUL\\x.exe'] },
    ]);
  });

  test('hosts without a row are told apart from hosts of which it is not known', () => {
    const view = services().open(filtered({ column: 0, operator: 'equals', value: 'evil' }));
    assert.deepEqual(view, { rows: 1, hosts: 1, without: [0, 1], withoutTable: [3] });
  });

  for (const [what, filter, wanted] of [
    ['contains, in any case', { column: 0, operator: 'contains', value: 'SPOOL' }, 3],
    ['contains, Turkish letters', { column: 'any', operator: 'contains', value: 'istanbul' }, 1],
    ['contains, signs of patterns', { column: 3, operator: 'contains', value: 'C:\\s' }, 3],
    ['equals, exactly', { column: 0, operator: 'equals', value: 'spooler' }, 0],
    ['equals nothing', { column: 3, operator: 'equals', value: '' }, 3],
    ['does not contain', { column: 1, operator: 'not', value: 'run' }, 3],
    ['does not contain in any cell', { column: 'any', operator: 'not', value: 'dc-1' }, 4],
    ['matches', { column: 3, operator: 'matches', value: String.raw`^C:\\.*x\.exe$` }, 1],
    ['greater, by value', { column: 2, operator: 'greater', value: '80' }, 3],
    ['less, by value', { column: 2, operator: 'less', value: '80' }, 4],
    ['a list', { column: 'any', operator: 'list', value: ' evil \n\nDHCP' }, 4],
    ['an empty list', { column: 'any', operator: 'list', value: ' \n' }, 0],
    ['the host', { column: 'host', operator: 'contains', value: 'WS-' }, 4],
    ['the exit code', { column: 'exit', operator: 'greater', value: '0' }, 3],
  ] as const satisfies readonly (readonly [string, TableFilter, number])[]) {
    test(`filter: ${what}`, () => {
      assert.equal(services().open(filtered(filter))?.rows, wanted);
    });
  }

  test('filters apply together', () => {
    const query = filtered(
      { column: 1, operator: 'equals', value: 'Running' },
      { column: 'host', operator: 'equals', value: 'dc-1.example' },
    );
    assert.deepEqual(names(services(), query), ['Spooler', 'evil']);
  });

  test('numbers sort by their value, in both directions; what has no number is last', () => {
    const set = services();
    const sorted = (isDescending: boolean): unknown[] =>
      set.rows({ ...ALL, sort: [{ column: 2, isDescending }] }, 0, 9).map(({ cells }) => cells[2]);
    assert.deepEqual(sorted(false), ['9', '9', '9', '77', '1,204', '1,204', '1,204']);
    assert.deepEqual(sorted(true), ['1,204', '1,204', '1,204', '77', '9', '9', '9']);
  });

  test('rows that come after a sort are sorted, too', () => {
    const set = services();
    const query: TableQuery = { ...ALL, sort: [{ column: 2, isDescending: true }] };
    set.rows(query, 0, 1);
    set.add(
      { member: 4, name: 'late.example', exitCode: 0, errorLines: 0, isNewest: true },
      HEAD + row('late', 'x', '9,000', ''),
    );
    assert.equal(names(set, query)[0], 'late');
  });

  test('stacked values begin with the rarest, with its hosts', () => {
    const set = services();
    const query: TableQuery = { ...ALL, stack: [0, 1] };
    assert.equal(set.open(query)?.rows, 3);
    assert.deepEqual(set.stacked(query, 0, 2), [
      { values: ['evil', 'Running'], hosts: 1, rows: 1, members: [2] },
      { values: ['Spooler', 'Running'], hosts: 3, rows: 3, members: [0, 1, 2] },
    ]);
  });

  test('stacked values are ordered by value, hosts or rows, in both directions', () => {
    const set = services();
    const firsts = (stackOrder: NonNullable<TableQuery['stackOrder']>, column: number): (string | null | undefined)[] =>
      set.stacked({ ...ALL, stack: [column], stackOrder }, 0, 9).map(({ values }) => values[0]);
    assert.deepEqual(firsts({ by: 0, isDescending: false }, 2), ['9', '77', '1,204']);
    assert.deepEqual(firsts({ by: 0, isDescending: true }, 2), ['1,204', '77', '9']);
    assert.deepEqual(firsts({ by: 'rows', isDescending: true }, 1), ['Running', 'Stopped']);
    assert.deepEqual(firsts({ by: 'hosts', isDescending: true }, 0), ['Spooler', 'Dhcp', 'evil']);
    assert.deepEqual(firsts({ by: 0, isDescending: false }, 3), ['C:\\İSTANBUL\\x.exe', 'C:\\spoolsv.exe', '']);
  });

  test('normalized values stack as one, and lead to all their rows', () => {
    const set = new TableSet();
    for (const [member, name] of ['ws-1.example', 'ws-2.example', '10.0.0.7'].entries()) {
      const rows = `{"User":"${name.split('.')[0] ?? ''}\\\\admin","Id":"{9BDE2193-7641-4C5E-8A0F-2D6B3C1E7F4${member}}","At":"2026-01-0${member + 1} 10:00:00"}`;
      set.add({ member, name, exitCode: 0, errorLines: 0, isNewest: true }, rows);
    }
    const stackRules = usualRules;
    const stacked = (column: number): unknown[] =>
      set.stacked({ ...ALL, stack: [column], stackRules }, 0, 9).map(({ values, hosts }) => [values[0], hosts]);
    assert.deepEqual(stacked(0), [
      ['10\\admin', 1],
      ['<host>\\admin', 2],
    ]);
    assert.deepEqual(stacked(1), [['{<guid>}', 3]]);
    assert.deepEqual(stacked(2), [['<time>', 3]]);
    const like: TableFilter = { column: 0, operator: 'like', value: '<host>\\admin', rules: usualRules };
    assert.deepEqual(names(set, filtered(like)), ['ws-1\\admin', 'ws-2\\admin']);
    assert.equal(set.open(filtered({ ...like, column: 1 }))?.rows, 0);
  });

  test('a window of time around a cell; a cell that is no time opens none', () => {
    const set = new TableSet();
    const rows = ['10:00:00', '10:14:59', '10:15:01', '12:00:00']
      .map((time) => `{"At":"2026-01-01T${time}Z","Name":"x"}`)
      .join('\n');
    set.add({ member: 0, name: 'a', exitCode: 0, errorLines: 0, isNewest: true }, `${rows}\n{"At":"never","Name":"x"}`);
    assert.equal(set.time(ALL, 0, 0), '2026-01-01T10:00:00Z');
    assert.equal(set.time(ALL, 4, 0), '');
    assert.equal(set.time(ALL, 0, 1), '');
    const around = (value: string, column = 0): number | undefined =>
      set.open(filtered({ column, operator: 'near', value }))?.rows;
    assert.equal(around('15 2026-01-01T10:00:00Z'), 2);
    assert.equal(around('60 2026-01-01T11:10:00+00:00'), 3);
    for (const odd of ['15 x', 'x 2026-01-01', '', '-5 2026-01-01T10:00:00Z']) assert.equal(around(odd), 0);
    assert.equal(around('15 2026-01-01T10:00:00Z', 1), 0);
  });

  test('a table that fills the page may lack columns, and a narrow one does not', () => {
    const lacks = (output: string): boolean | undefined => {
      const set = new TableSet();
      set.add({ member: 0, name: 'a', exitCode: 0, errorLines: 0, isNewest: true }, output);
      return set.summary().tables[0]?.mayLackColumns;
    };
    assert.equal(lacks('Id  Name\n--  ----\n1   svchost\n2   lsass'), false);
    assert.equal(lacks('Id  Name\n--  ----\n1   svchos…\n2   lsass'), true);
    assert.equal(lacks('Id  Name\n--  ----\n1   svchos...\n2   lsass'), true);
    assert.equal(lacks(`Id  Name\n--  ----\n1   ${'x'.repeat(70)}\n2   lsass`), true);
    // tasklist prints all columns, however wide.
    assert.equal(lacks(`Id  Name\n=== ====${'='.repeat(70)}\n1   svchost\n2   lsass`), false);
    assert.equal(lacks('[{"a":"1","b":"…"}]'), false);
  });

  test('a cell that a tool cut does not stack with a whole one', () => {
    const set = new TableSet();
    set.add(
      { member: 0, name: 'a', exitCode: 0, errorLines: 0, isNewest: true },
      'Id  Name\n--  ----\n1   svchos…\n2   svchost',
    );
    assert.deepEqual(
      set.stacked({ ...ALL, stack: [1] }, 0, 9).map(({ values }) => values[0]),
      ['svchos…', 'svchost'],
    );
  });

  test('values of a column, with their counts', () => {
    assert.deepEqual(services().values(ALL, 1, 10), [
      { value: 'Stopped', hosts: 3, rows: 3 },
      { value: 'Running', hosts: 3, rows: 4 },
    ]);
  });

  test('records with other keys extend the table', () => {
    const set = new TableSet();
    set.add({ member: 0, name: 'a', exitCode: 0, errorLines: 0, isNewest: true }, '{"a":1,"b":2}');
    set.add({ member: 1, name: 'b', exitCode: 0, errorLines: 0, isNewest: true }, '{"c":3,"b":4}');
    assert.deepEqual(set.summary().tables[0]?.columns, ['a', 'b', 'c']);
    assert.deepEqual(
      set.rows(ALL, 0, 9).map(({ cells }) => cells),
      [
        ['1', '2', null],
        [null, '4', '3'],
      ],
    );
  });

  test('texts of devices are values and never SQL; NULs and long cells stay', () => {
    const set = new TableSet();
    const long = 'x'.repeat(5000);
    set.add(
      { member: 0, name: `'); DROP TABLE t0; --`, exitCode: 0, errorLines: 0, isNewest: true },
      `{"a\\"; DROP TABLE t0; --":"1","n":"a\\u0000b","l":"${long}"}`,
    );
    const query = filtered({ column: 0, operator: 'equals', value: '1' });
    assert.equal(set.open(query)?.rows, 1);
    assert.deepEqual(set.rows(query, 0, 1, long.length)[0]?.cells, ['1', 'a\0b', long]);
    assert.ok((set.rows(query, 0, 1)[0]?.cells[2]?.length ?? 0) < 2000);
  });

  test('what is new since the earlier result is told apart from what is not known', () => {
    const set = services();
    set.addEarlier(0, HEAD + row('Spooler', 'Running', '9', 'C:\\spoolsv.exe'));
    set.addEarlier(
      2,
      `${HEAD}${row('Spooler', 'Running', '9', 'C:\\spoolsv.exe')}${row('Dhcp', 'Stopped', '1,204', '')}`,
    );
    const query = filtered({ column: 'any', operator: 'new', value: '' });
    assert.deepEqual(names(set, query), ['Dhcp', 'evil']);
    // Host 1 has no earlier result, and host 3 no such table.
    assert.deepEqual(set.open(query), { rows: 2, hosts: 2, without: [], withoutTable: [3] });
  });

  test('an earlier result without the table tells nothing about what is new', () => {
    const set = services();
    set.addEarlier(0, 'access denied');
    assert.deepEqual(set.open(filtered({ column: 'any', operator: 'new', value: '' })), {
      rows: 0,
      hosts: 0,
      without: [],
      withoutTable: [3],
    });
  });

  test('a list finds whole words: no part of an address or of a name', () => {
    const set = new TableSet();
    const cells = ['10.0.0.1', '10.0.0.12', '110.0.0.1', '10.0.0.1:443', 'ws-1', 'ws-10', 'ws-1.example', 'x ws-1, y'];
    set.add(
      { member: 0, name: 'host', exitCode: 0, errorLines: 0, isNewest: true },
      cells.map((text) => JSON.stringify({ text })).join('\n'),
    );
    assert.deepEqual(names(set, filtered({ column: 'any', operator: 'list', value: '10.0.0.1\nws-1' })), [
      '10.0.0.1',
      '10.0.0.1:443',
      'ws-1',
      'ws-1.example',
      'x ws-1, y',
    ]);
  });

  test('a missing exit code stacks as empty, and its rows are found', () => {
    const set = new TableSet();
    set.add(
      { member: 0, name: 'a', exitCode: undefined, errorLines: 0, isNewest: true },
      HEAD + row('a', 'b', '1', 'c'),
    );
    assert.equal(set.open(filtered({ column: 'exit', operator: 'equals', value: '' }))?.rows, 1);
  });

  test('rows with a value that is known to be good are hidden, in any case, and only for whole cells', () => {
    const query = filtered({ column: 'any', operator: 'unknown', value: 'SPOOLER\n dhcp \nev', name: 'good.txt' });
    assert.deepEqual(names(services(), query), ['evil']);
  });

  test('the newest result of each device is chosen', () => {
    const set = new TableSet();
    const output = HEAD + row('a', 'b', '1', 'c');
    set.add({ member: 0, name: 'ws', exitCode: 0, errorLines: 0, isNewest: false }, output);
    set.add({ member: 1, name: 'ws', exitCode: 0, errorLines: 0, isNewest: true }, output);
    const query = filtered({ column: 'any', operator: 'newest', value: '' });
    assert.deepEqual(
      set.rows(query, 0, 9).map(({ member }) => member),
      [1],
    );
  });

  test('exit codes stack as texts, and an exit code from the list of values finds its rows', () => {
    const set = services();
    assert.deepEqual(
      set.stacked({ ...ALL, stack: ['exit'] }, 0, 9).map(({ values }) => values),
      [['1'], ['0']],
    );
    assert.equal(set.open(filtered({ column: 'exit', operator: 'equals', value: '0' }))?.rows, 4);
  });

  test('what follows a NUL is shown', () => {
    const set = new TableSet();
    set.add(
      { member: 0, name: 'a', exitCode: 0, errorLines: 0, isNewest: true },
      String.raw`{"cmd":"notepad\u0000 -enc AAA","n":1}`,
    );
    assert.equal(set.rows(ALL, 0, 1)[0]?.cells[0], 'notepad\0 -enc AAA');
  });

  test('a key that is missing and an empty cell stack as one value', () => {
    const set = new TableSet();
    set.add({ member: 0, name: 'a', exitCode: 0, errorLines: 0, isNewest: true }, '{"a":"","b":1}\n{"b":1,"c":2}');
    assert.equal(set.open({ ...ALL, stack: [0] })?.rows, 1);
  });

  test('an output with too many columns is left out and said, and the next host is read', () => {
    const set = new TableSet();
    const keys = Object.fromEntries(Array.from({ length: 400 }, (_, key) => [`k${key}`, 1]));
    set.add({ member: 0, name: 'a', exitCode: 0, errorLines: 0, isNewest: true }, JSON.stringify(keys));
    set.add({ member: 1, name: 'b', exitCode: 0, errorLines: 0, isNewest: true }, '{"k0":1,"other":2}');
    assert.equal(set.summary().hosts, 2);
  });

  test('an invalid regular expression is an error, and the next query works', () => {
    const set = services();
    assert.throws(() => set.open(filtered({ column: 0, operator: 'matches', value: '(' })), SyntaxError);
    assert.equal(set.open(ALL)?.rows, 7);
  });
});
