import assert from 'node:assert/strict';
import { chmodSync, linkSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { spawnSync } from 'node:child_process';
import { afterEach, beforeEach, suite, test } from 'node:test';
import { Policy } from '../../src/policy/policy.ts';
import { findPolicy, policyPlace, systemDisk } from '../../src/policy/policyFile.ts';
import type { FoundPolicy, PolicyPlace } from '../../src/policy/policyFile.ts';
import { diskOf, PLACE, USER } from '../unit/policy/policyOf.ts';
import type { DiskOptions } from '../unit/policy/policyOf.ts';

const FOLDER = '/etc/live-response-results';
const FORBIDS = '{"auditTrail":false,"downloadHosts":["evil.example"]}';

function find(options: DiskOptions, place: PolicyPlace = PLACE): FoundPolicy {
  return findPolicy(place, diskOf({ text: FORBIDS, ...options }));
}

/** Asserts that a file is refused for this reason, that what it forbids is forbidden, and that it gives nothing. */
function refuses(found: FoundPolicy, kind: string): void {
  assert.equal(found.state, 'refused');
  assert.equal(found.problems[0]?.kind, kind);
  const policy = new Policy(found);
  assert.equal(policy.isAllowed('auditTrail'), false);
  assert.deepEqual(policy.effective('downloadHosts', ['evil.example']).value, []);
}

suite('a file of managed settings that somebody else than the administrator could have written', () => {
  const cases: readonly (readonly [happens: string, options: DiskOptions, kind: string])[] = [
    ['the user owns the file', { facts: { [PLACE.path]: { uid: USER } } }, 'owner'],
    ['everyone can write to it', { facts: { [PLACE.path]: { mode: 0o100646 } } }, 'writable'],
    ['its group can write to it', { facts: { [PLACE.path]: { mode: 0o100664 } } }, 'writable'],
    ['the user owns its folder', { facts: { [FOLDER]: { uid: USER } } }, 'owner'],
    ['everyone can put another file there', { facts: { [FOLDER]: { mode: 0o40777 } } }, 'writable'],
    ['sticky folders are no better', { facts: { [FOLDER]: { mode: 0o41777 } } }, 'writable'],
    ['the folder can be swapped from above', { facts: { '/etc': { mode: 0o40777 } } }, 'writable'],
    ['the root belongs to another user, as in a container', { facts: { '/': { uid: 65534 } } }, 'owner'],
    ['its folder is a link', { facts: { [FOLDER]: { kind: 'link' } } }, 'link'],
    ['an access control list lets the user write', { writable: [PLACE.path] }, 'writable'],
    ['a list lets the user write to the folder', { writable: [FOLDER] }, 'writable'],
  ];
  for (const [happens, options, kind] of cases) {
    test(`${happens}: it can only forbid`, () => {
      refuses(find(options), kind);
    });
  }

  test('it is a link, a pipe, a folder or a device: it is not opened', () => {
    for (const kind of ['link', 'other', 'folder'] as const)
      refuses(
        find({ facts: { [PLACE.path]: { kind } }, readError: 'it was opened' }),
        kind === 'link' ? 'link' : 'unreadable',
      );
  });

  test('it is swapped between the check and the reading: the file that was read is judged', () => {
    let asked = 0;
    const disk = diskOf({ text: FORBIDS });
    const swapped = {
      ...disk,
      read: (file: string, most: number) => ({
        ...disk.read(file, most),
        facts: { kind: 'file' as const, uid: USER, mode: 0o100644 },
      }),
    };
    refuses(findPolicy(PLACE, { ...swapped, facts: (one) => (asked++, disk.facts(one)) }), 'owner');
    assert.ok(asked > 3);
  });

  test('an error that a user can provoke does not make the file missing: only its absence does', () => {
    for (const error of ['EACCES', 'EMFILE', 'ENOTDIR', 'ELOOP', 'EIO', 'ENAMETOOLONG'])
      refuses(find({ error }), 'unreadable');
    refuses(find({ readError: 'EMFILE' }), 'unreadable');
    assert.equal(find({ error: 'ENOENT' }).state, 'none');
  });

  test('Windows: a file that the user can open for writing can only forbid, and none gives addresses of its own', () => {
    const place = policyPlace('win32', -1);
    refuses(find({ writable: [place.path] }, place), 'writable');
    refuses(find({ facts: { [place.folders[0] ?? '']: { kind: 'link' } } }, place), 'link');
    const known = { name: 'A', cloud: 'gcc', tenantId: '11111111-1111-4111-8111-111111111111', signIn: 'interactive' };
    const given = { ...known, clientId: known.tenantId };
    const own = {
      ...given,
      name: 'B',
      cloud: 'custom',
      apiUrl: 'https://evil.example',
      authority: 'https://evil.example',
    };
    const found = find({ text: JSON.stringify({ connections: [given, own] }) }, place);
    assert.deepEqual(found.problems, [{ kind: 'ownAddresses', name: 'connections' }]);
    assert.deepEqual(new Policy(found).connections, []);
    assert.equal(find({ text: JSON.stringify({ connections: [given] }) }, place).state, 'read');
  });
});

suite('what stands in a file of managed settings', () => {
  const text = (value: string | Uint8Array): FoundPolicy => find({ text: value });

  test('a byte order mark is no mistake; UTF-16 and broken UTF-8 are', () => {
    assert.equal(text(`\ufeff${FORBIDS}`).state, 'read');
    refuses(text(Buffer.from(`\ufeff${FORBIDS}`, 'utf16le')), 'notText');
    refuses(text(Buffer.concat([Buffer.from('{"packs":"'), Buffer.from([0xff]), Buffer.from('"}')])), 'notText');
  });

  test('no JSON, comments, another value than an object, nothing: what leaves the machine is closed', () => {
    for (const value of ['', ' ', '{', '// no\n{}', '{"auditTrail":false,}', '[]', 'null', '"{}"', 'NaN'])
      refuses(text(value), 'notJson');
  });

  test('a key that stands twice has no value, whichever a reader would take, however it is written', () => {
    for (const value of [
      '{"auditTrail":false,"auditTrail":true}',
      '{"auditTrail":true,"auditTrail":false}',
      String.raw`{"auditTrail":true,"audit\u0054rail":true}`,
      '{"auditTrail" \n : true , "auditTrail":true}',
    ]) {
      const found = text(value);
      assert.deepEqual(found.problems, [{ kind: 'duplicateKey', name: 'auditTrail' }], value);
      assert.equal(new Policy(found).isAllowed('auditTrail'), false);
    }
  });

  test('so has one that holds an object in which a key stands twice; the same key in two objects is none', () => {
    const one = '"name":"A","cloud":"gcc","tenantId":"11111111-1111-4111-8111-111111111111"';
    const rest = '"clientId":"11111111-1111-4111-8111-111111111111","signIn":"interactive"';
    const twice = text(`{"connections":[{${one},${rest},"name":"B"}]}`);
    assert.deepEqual(twice.problems, [{ kind: 'duplicateKey', name: 'connections' }]);
    const two = text(`{"connections":[{${one},${rest}},{${one.replace('"A"', '"\\"name\\":{"')},${rest}}]}`);
    assert.equal(two.state, 'read');
    assert.equal(new Policy(two).connections.length, 2);
  });

  test('keys of the prototype are unknown keys', () => {
    for (const key of ['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'AuditTrail', 'auditTrail ']) {
      const found = text(`{"${key}":{"auditTrail":true,"isAllowed":true},"auditTrail":false}`);
      assert.deepEqual(found.problems, [{ kind: 'unknownKey', name: key }]);
      assert.equal(new Policy(found).isAllowed('auditTrail'), false);
      assert.equal(Object.hasOwn(Object.prototype, 'isAllowed'), false);
    }
  });

  test('a huge file is not read to its end, and a deep one does not end the process', () => {
    refuses(text(`{"auditTrail":false${' '.repeat(64 * 1024)}}`), 'tooLarge');
    const deep = text(`{"auditTrail":${'['.repeat(30_000)}${']'.repeat(30_000)}}`);
    assert.deepEqual(deep.problems, [{ kind: 'wrongValue', name: 'auditTrail' }]);
    assert.equal(new Policy(deep).isAllowed('auditTrail'), false);
    assert.equal(text(`{"auditTrail":false${' '.repeat(60_000)}}`).state, 'read');
  });

  test('thousands of mistakes, with long names, become a short list', () => {
    const keys = Array.from({ length: 5000 }, (_, at) => `"key${at}":1`);
    const { problems } = text(`{"${'x'.repeat(9000)}":1,${keys.join()}}`.slice(0, 60_000).replace(/,[^,]*$/u, '}'));
    assert.equal(problems.length, 20);
    assert.ok(problems.every(({ kind, name }) => kind === 'unknownKey' && name.length <= 100));
  });

  test('a file without a mistake is taken as it is', () => {
    const found = text('{"$schema":"https://example.com/policy.schema.json","packs":false}');
    assert.deepEqual([found.state, found.problems], ['read', []]);
  });
});

suite('the place of the managed settings', () => {
  test('no variable, no setting and no folder of the user takes part in it', () => {
    const before = { ...process.env };
    try {
      for (const name of [
        'HOME',
        'ProgramData',
        'PROGRAMDATA',
        'ALLUSERSPROFILE',
        'SystemRoot',
        'SystemDrive',
        'XDG_CONFIG_DIRS',
      ])
        process.env[name] = '/tmp/mine';
      assert.equal(policyPlace('linux', USER).path, '/etc/live-response-results/policy.json');
      assert.equal(policyPlace('win32', -1).path, String.raw`C:\ProgramData\LiveResponseResults\policy.json`);
      const mac = policyPlace('darwin', USER);
      assert.equal(mac.path, '/Library/Application Support/LiveResponseResults/policy.json');
      assert.deepEqual(mac.folders, [
        '/',
        '/Library',
        '/Library/Application Support',
        '/Library/Application Support/LiveResponseResults',
      ]);
    } finally {
      process.env = before;
    }
  });

  test('without a file, one call to the system is made', () => {
    const calls: string[] = [];
    const disk = diskOf({ error: 'ENOENT' });
    const found = findPolicy(PLACE, {
      ...disk,
      facts: (one) => {
        calls.push(one);
        return disk.facts(one);
      },
    });
    assert.equal(found.state, 'none');
    assert.deepEqual(calls, [PLACE.path]);
  });
});

const isRoot = process.geteuid?.() === 0;
const isWindows = process.platform === 'win32';

suite('real files', { skip: isWindows && 'the rights of POSIX' }, () => {
  let folder: string;
  let place: PolicyPlace;
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'live-response-policy-'));
    chmodSync(folder, 0o755);
    place = {
      path: path.join(folder, 'policy.json'),
      folders: [folder],
      hasOwners: true,
      userId: process.geteuid?.() ?? -1,
    };
  });
  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  test('a file of root is taken, and one of an ordinary user, as which this test may run, is not', () => {
    assert.equal(findPolicy(place).state, 'none');
    writeFileSync(place.path, FORBIDS, { mode: 0o644 });
    const found = findPolicy(place);
    assert.equal(found.state, isRoot ? 'read' : 'refused');
    assert.equal(found.problems[0]?.kind, isRoot ? undefined : 'owner');
    assert.equal(new Policy(found).isAllowed('auditTrail'), false);
  });

  test('rights are those of the file: writable, in a writable folder, behind a link', () => {
    writeFileSync(place.path, FORBIDS);
    chmodSync(place.path, 0o646);
    assert.equal(findPolicy(place).state, 'refused');
    chmodSync(place.path, 0o644);
    chmodSync(folder, 0o777);
    assert.equal(findPolicy(place).state, 'refused');
    chmodSync(folder, 0o755);
    const other = path.join(folder, 'other');
    mkdirSync(other);
    const linked = { ...place, path: path.join(other, 'policy.json') };
    symlinkSync(place.path, linked.path);
    assert.equal(findPolicy(linked).problems.at(-1)?.kind, 'link');
    rmSync(linked.path);
    // A further name of root's own file is that file.
    linkSync(place.path, linked.path);
    assert.equal(findPolicy(linked).state, isRoot ? 'read' : 'refused');
  });

  test('a pipe in its place does not stop the start', () => {
    assert.equal(spawnSync('mkfifo', [place.path]).status, 0);
    assert.equal(findPolicy(place).state, 'refused');
    // Also one that came after the check.
    assert.throws(() => systemDisk.read(path.join(folder, 'missing'), 10), { code: 'ENOENT' });
    assert.equal(systemDisk.read(place.path, 10).facts.kind, 'other');
  });

  test('a file that cannot be read is no missing file', { skip: isRoot && 'root reads every file' }, () => {
    writeFileSync(place.path, FORBIDS, { mode: 0o000 });
    assert.equal(findPolicy(place).state, 'refused');
  });
});
