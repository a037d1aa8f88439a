import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { readTables } from '../../../../src/evidence/tables/readTables.ts';
import { cellsOf, lines, only } from './onlyTable.ts';

suite('reading tables: what a tool or a device may print', () => {
  const isNone = (...text: readonly string[]): void => {
    assert.deepEqual(readTables(lines(...text)).tables, [], text.join('\n'));
  };

  test('JSON: a byte order mark, an empty object, a key that occurs twice, escapes', () => {
    assert.deepEqual(cellsOf('\uFEFF[{"a":1},\n{"a":2}]'), [['1'], ['2']]);
    assert.deepEqual(cellsOf('[{},\n{"a":1}]'), [[null], ['1']]);
    assert.deepEqual(cellsOf('{"a":1,"a":"x"}'), [['1\nx']], 'no value is lost');
    // An escape that JSON does not know is shown as printed. Windows PowerShell escapes an apostrophe for no reason.
    assert.deepEqual(cellsOf('{"a":"C:\\q","b":["it\\u0027s",1],"c":"\\u0041"}'), [['C:\\q', '["it\'s",1]', 'A']]);
  });

  test('JSON that is cut off or broken is no table', () => {
    isNone('{"a":1 "b":2}');
    isNone('{"a":[1,');
    isNone('{"a":[x]}');
    isNone('{"a":x}');
    isNone('{"a":"b');
    isNone('{"a":["b]}');
  });

  test('netstat of Windows: the program below its line is no row, and ends no table', () => {
    const header = '  Proto  Local Address          Foreign Address        State           PID';
    const tcp = '  TCP    0.0.0.0:135            0.0.0.0:0              LISTENING       1004';
    const udp = '  UDP    0.0.0.0:123            *:*                                    1412';
    const table = only(lines(header, tcp, '  RpcSs', ' [svchost.exe]', udp));
    assert.deepEqual(
      table.rows.map(({ firstLine, cells }) => [firstLine, ...cells]),
      [
        [2, 'TCP', '0.0.0.0:135', '0.0.0.0:0', 'LISTENING', '1004'],
        [5, 'UDP', '0.0.0.0:123', '*:*', '', '1412'],
      ],
    );
  });

  test('netstat, ps and df: a line that lacks cells ends the table, and a header without its columns begins none', () => {
    const unix = 'Proto Recv-Q Send-Q Local Address           Foreign Address         State       PID/Program name';
    const row = 'tcp        0      0 0.0.0.0:22              0.0.0.0:*               LISTEN      812/sshd';
    const netstat = only(lines(unix, row, 'tcp        0      0 0.0.0.0:22', row));
    assert.deepEqual([netstat.columns[5], netstat.rows.length], ['State', 1]);
    isNone('USER       TIME CMD', 'root       00:01 init');
    const df = 'Dateisystem 1K-Blöcke Benutzt Verfügbar Verw%';
    const disk = '/dev/sda1     1000000    5000    995000    1% /';
    assert.deepEqual(cellsOf(lines(`${df} Eingehängt auf`, disk, 'kein Platz', disk)), [
      ['/dev/sda1', '1000000', '5000', '995000', '1%', '/'],
    ]);
    isNone(df, disk);
  });

  test('ls: two numbers of a device, a time with a zone, and lines that only begin like a row', () => {
    const text = lines(
      'brw-rw---- 1 root disk 8, 0 Mar 14 09:00 sda',
      '-rw-r--r-- 1 root root 12 2024-03-14 09:00:00.000000000 +0000 a b',
    );
    assert.deepEqual(
      cellsOf(text).map((cells) => cells.slice(4)),
      [
        ['8, 0', 'Mar 14 09:00', 'sda'],
        ['12', '2024-03-14 09:00:00.000000000 +0000', 'a b'],
      ],
    );
    isNone('-rw-r--r-- 1 root root big Mar 14 09:00 a');
    isNone('-rw-r--r-- 1 root root 12 Mar 14 9h a');
    isNone('-rw-r--r-- 1 root root 12 Mar 14 09:00');
    isNone('-rw-r--r-- x root root 12 Mar 14 09:00 a');
  });

  test('CSV: lines directly behind it are data, also where they could be a header', () => {
    const { columns, rows } = only(lines('a,b', '1,2', '3,4', 'x,y,z', '1,2,3', '4,5,6'));
    assert.deepEqual([columns, rows.length], [['a', 'b'], 2]);
  });

  test('records: a colon before each further value, a value with an empty line, an end without a blank line', () => {
    const service = lines(
      'SERVICE_NAME: x',
      '        TYPE               : 10  WIN32_OWN_PROCESS',
      '        START_TYPE         : 2   AUTO_START',
      '        DEPENDENCIES       : RPCSS',
      '                           : http',
      '        SERVICE_START_NAME : LocalSystem',
    );
    assert.deepEqual(cellsOf(service), [
      ['x', '10  WIN32_OWN_PROCESS', '2   AUTO_START', 'RPCSS\nhttp', 'LocalSystem'],
    ]);
    const list = lines('Name  : a', 'Id    : 1', 'Other : x', '        ', '        y', '        z');
    assert.deepEqual(cellsOf(list), [['a', '1', 'x\n\ny\nz']]);
    const disk = lines(
      '   Device Identifier:    disk0',
      '   Device Node:          /dev/disk0',
      '   Whole:                Yes',
    );
    assert.deepEqual(cellsOf(lines(disk, 'next')), [['disk0', '/dev/disk0', 'Yes']]);
  });

  test('a mark without a width belongs to the letter before it; an endless line is no ruler', () => {
    const wide = lines('Name     Id', '----     --', '日e\u0301本    12', 'plain     3');
    assert.deepEqual(cellsOf(wide), [
      ['日e\u0301本', '12'],
      ['plain', '3'],
    ]);
    const text = lines('Name     Id', '----     --', 'plain     3', `${'-'.repeat(10_000)} --`);
    assert.deepEqual(cellsOf(text), [['plain', '3']]);
  });
});
