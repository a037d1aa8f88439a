import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { scenarioRef } from '../../../../src/sample/data/catalogue.ts';
import { createSampleTenant } from '../../../../src/sample/api/sampleTenant.ts';
import {
  ask,
  linkPath,
  list,
  readResult,
  resultOf,
  scenarioBytes,
  scenarioResult,
  startedAt,
  startTenant,
} from '../harness.ts';

const { tenant } = startTenant();
const utf8 = new TextDecoder();

void suite('the sample tenant keeps results', () => {
  void test('every completed RunScript has one, but for the one that lost it; no PutFile and nothing unfinished has one', async () => {
    const { value } = await list(tenant);
    const lost = [];
    for (const action of value) {
      for (const { index, commandStatus, command, endTime } of action.commands) {
        const result = await resultOf(tenant, action.id, index);
        if (command.type === 'PutFile' || !['Completed', 'Failed'].includes(commandStatus)) {
          const isOver = ['Succeeded', 'Failed', 'TimeOut', 'Cancelled'].includes(action.status);
          assert.equal(result, endTime === null && !isOver ? 400 : 404);
        } else if (typeof result === 'number') {
          lost.push([action.computerDnsName, commandStatus]);
        } else {
          assert.match(
            result.name,
            /^investigation-actions-data\/[\da-f-]{36}\/CustomPlaybookCommandOutput\/[\da-f]{32}$/u,
          );
          assert.ok(!result.name.includes(action.id));
          assert.equal(result.lastModified, Math.floor(Date.parse(endTime ?? '')));
        }
      }
    }
    assert.deepEqual(lost.sort(), [
      ['build4.fabrikam.example', 'Failed'],
      ['ws-031.fabrikam.example', 'Failed'],
      ['ws-105.fabrikam.example', 'Completed'],
    ]);
  });

  void test('the link names action and index', async () => {
    const { actionId, commandIndex } = scenarioRef('exitZero');
    const { value, ...rest } = JSON.parse((await ask(tenant, linkPath(actionId, commandIndex))).body) as {
      value: string;
    };
    assert.ok(value.endsWith(`?name=output_${actionId}_1.json`));
    assert.deepEqual(rest, { '@odata.context': 'https://api.tenant.test/api/$metadata#Edm.String' });
  });

  void test('an ordinary result is written as the service writes it', async () => {
    const text = utf8.decode(await scenarioBytes(tenant, 'exitZero'));
    assert.match(
      text,
      /^\{"script_name": "collect-triage\.ps1", "exit_code": 0, "script_output": "Transcript started, output file is C:\\\\ProgramData\\\\Microsoft\\\\Windows Defender Advanced Threat Protection\\\\Temp\\\\PSScriptOutputs\\\\PSScript_Transcript_\{[\dA-F-]{36}\}\.txt\\n/u,
    );
    assert.ok(text.endsWith('\\n\\u0000", "script_errors": ""}'));
    assert.ok(!text.includes('\n'));
  });

  void test('every Windows result that can be read begins with the transcript, save the tampered one', async () => {
    const { value } = await list(tenant);
    const without = [];
    for (const action of value.filter(({ computerDnsName }) => !/^(web|db|build)/u.test(computerDnsName))) {
      for (const { index, command } of action.commands.filter((candidate) => candidate.command.type === 'RunScript')) {
        const blob = await resultOf(tenant, action.id, index);
        if (typeof blob !== 'number') {
          const text = utf8.decode(blob.bytes().subarray(0, 900)).replaceAll('\0', '');
          // The sentence is in the Windows language of the device.
          if (!/_output": "[\p{L} ,.:]+ C:\\/u.test(text) && !text.startsWith('\u001f')) {
            without.push(command.params[0]?.value);
          }
        }
      }
    }
    assert.deepEqual(without, ['collect-triage.ps1']);
  });

  void test('exit codes', async () => {
    assert.equal((await scenarioResult(tenant, 'exitZero')).exit_code, 0);
    assert.equal((await scenarioResult(tenant, 'exitZero')).script_errors, '');
    const denied = await scenarioResult(tenant, 'exitZeroWithErrors');
    assert.deepEqual([denied.exit_code, denied.script_errors.trimEnd().split('\n').length], [0, 214]);
    assert.equal((await scenarioResult(tenant, 'exitOne')).exit_code, 1);
    assert.equal((await scenarioResult(tenant, 'exit323')).exit_code, 323);
    assert.equal((await scenarioResult(tenant, 'exit137')).exit_code, 137);
    assert.equal((await scenarioResult(tenant, 'exitNegative')).exit_code, -1_073_741_510);
    assert.ok(!('exit_code' in (await scenarioResult(tenant, 'exitMissing'))));
  });

  void test('odd forms', async () => {
    assert.deepEqual(Object.keys(await scenarioResult(tenant, 'oldNames')), [
      'name',
      'exit_code',
      'script_output',
      'script_error',
    ]);
    assert.equal((await scenarioResult(tenant, 'otherScriptName')).script_name, 'netstat-v2.ps1');
    const packed = await scenarioBytes(tenant, 'compressed');
    assert.equal(readResult(gunzipSync(packed)).script_name, 'hash-downloads.ps1');
    const wide = await scenarioBytes(tenant, 'utf16');
    assert.deepEqual([...wide.subarray(0, 4)], [0xff, 0xfe, 0x7b, 0]);
    assert.equal(
      (JSON.parse(new TextDecoder('utf-16le').decode(wide)) as { script_name: string }).script_name,
      'list-logons.ps1',
    );
    const errorsOnly = await scenarioResult(tenant, 'errorsOnly');
    assert.ok(errorsOnly.script_output === '' && errorsOnly.script_errors !== '');
    const empty = await scenarioResult(tenant, 'emptyBoth');
    assert.deepEqual([empty.script_output, empty.script_errors], ['', '']);
    assert.match((await scenarioResult(tenant, 'failedWithResult')).script_errors, /being used by another process/u);
    assert.equal((await scenarioResult(tenant, 'cancelledWithResult')).exit_code, 0);
  });

  void test('collected files are gzip with their path as name', async () => {
    const packed = await scenarioBytes(tenant, 'getFile');
    const path = 'C:\\ProgramData\\Triage\\triage.csv';
    assert.equal(packed[3], 8);
    assert.equal(utf8.decode(packed.subarray(10, 11 + path.length)), `${path}\0`);
    const file = gunzipSync(packed);
    assert.ok(file.length > 0xffff && file.toString().startsWith('row,sha1,path\n'));
    const log = gunzipSync(await scenarioBytes(tenant, 'linuxGetFile'));
    assert.throws(() => new TextDecoder('utf-8', { fatal: true }).decode(log));
  });

  void test('the same blob has the same bytes, asked again and in another tenant', async () => {
    for (const name of ['exitZero', 'forgedEvidence', 'getFile', 'linuxFind', 'huntingRun'] as const) {
      const first = Buffer.from(await scenarioBytes(tenant, name));
      assert.ok(first.equals(await scenarioBytes(tenant, name)), name);
      assert.ok(first.equals(await scenarioBytes(startTenant().tenant, name)), name);
    }
  });

  void test('creating a tenant, listing and linking build no result', async (t) => {
    const counted = { encoded: 0, allocated: 0 };
    const encode = t.mock.method(TextEncoder.prototype, 'encode');
    const original = globalThis.Uint8Array;
    globalThis.Uint8Array = new Proxy(original, {
      construct: (target, args: unknown[], newTarget) => {
        counted.allocated += typeof args[0] === 'number' ? args[0] : 0;
        return Reflect.construct(target, args, newTarget) as object;
      },
    });
    try {
      const fresh = createSampleTenant({
        startedAt,
        now: () => assert.fail('the clock was read at creation'),
        mintLink: () => '',
      });
      assert.equal(typeof fresh.answer, 'function');
      const lazy = startTenant().tenant;
      await list(lazy);
      const { actionId } = scenarioRef('largeLog');
      const blob = await resultOf(lazy, actionId, 0);
      assert.deepEqual([encode.mock.callCount(), counted.allocated], [0, 0]);
      assert.ok(typeof blob !== 'number' && blob.bytes().length > 1e6);
      assert.equal(encode.mock.callCount(), 1, 'the counter counts');
    } finally {
      globalThis.Uint8Array = original;
    }
  });
});
