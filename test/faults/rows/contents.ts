import assert from 'node:assert/strict';
import { BLOB_HOST, failure, faults, OK } from '../fault.ts';
import { askLarge, atApi, atBlob, bomb, stored } from '../produce.ts';
import { PAGE, SMALL } from '../stage.ts';
import { Analysis } from '../../../src/analysis/analysis.ts';
import type { AnalysisThread } from '../../../src/analysis/analysis.ts';
import { scenarioRef } from '../../../src/sample/data/catalogue.ts';

const NOT_AGAIN = 'says so; it is not asked again';
const NO_OUTPUT = 'keeps the bytes as they came, shows no output';

function json(body: string): Parameters<typeof atApi>[0] {
  return { kind: 'answer', status: 200, headers: { 'content-type': 'application/json' }, body };
}

/** Creates a thread that never ends. test/security/analysisThread.test.ts has real ones. */
function silentThread(): AnalysisThread {
  return {
    send: () => undefined,
    onAnswer: () => undefined,
    onEnd: () => undefined,
    stop: () => Promise.resolve(),
  };
}

/** Faults where a complete answer arrives that is not the expected one. */
export const CONTENTS = faults([
  {
    id: 'api-bad-json',
    happens: '200 with a whole text that is no JSON',
    where: 'api',
    client: NOT_AGAIN,
    arrange: atApi(json('{"value" = []}')),
    ask: (stage, signal) => stage.client().listMachineActions(PAGE, signal),
    ends: failure('unexpectedAnswer', { path: 'value' }),
    apiCalls: 1,
    downloads: 0,
  },
  {
    id: 'api-empty',
    happens: '200 without a body',
    where: 'api',
    client: NOT_AGAIN,
    arrange: atApi(json('')),
    ask: (stage, signal) => stage.client().listMachineActions(PAGE, signal),
    ends: failure('unexpectedAnswer', { path: '(top)' }),
    apiCalls: 1,
    downloads: 0,
  },
  {
    id: 'api-html',
    happens: 'a sign-in page of the network with 200',
    where: 'api',
    client: NOT_AGAIN,
    arrange: atApi({ kind: 'html' }),
    ask: (stage, signal) => stage.client().listMachineActions(PAGE, signal),
    ends: failure('unexpectedAnswer', { path: 'value' }),
    apiCalls: 1,
    downloads: 0,
  },
  {
    id: 'api-wrong-shape',
    happens: 'a list that is no list',
    where: 'api',
    client: 'names the place, never the content',
    arrange: atApi(json('{"value": {"type": "LiveResponse", "creationDateTimeUtc": "2026-11-23T21:04:41Z"}}')),
    ask: (stage, signal) => stage.client().listMachineActions(PAGE, signal),
    ends: failure('unexpectedAnswer', { path: 'value' }),
    apiCalls: 1,
    downloads: 0,
  },
  {
    id: 'api-odd-rows',
    happens: 'a list with an action without an id, and one whose state is no text',
    where: 'api',
    client: 'leaves the one out and counts it; shows the other as far as it goes, and says what is odd',
    arrange: atApi(json('{"value": [{"type": "LiveResponse"}, {"id": "1", "type": "LiveResponse", "status": 5}]}')),
    ask: async (stage, signal) => {
      const page = await stage.client().listMachineActions(PAGE, signal);
      assert.deepEqual(page.leftOut, [0]);
      assert.deepEqual(page.actions[0]?.odd, ['status', 'creationDateTimeUtc']);
      return page;
    },
    ends: OK,
    apiCalls: 1,
    downloads: 0,
  },
  {
    id: 'link-wrong-shape',
    happens: 'the link is a number',
    where: 'api',
    client: 'names the place, never the content',
    arrange: atApi(json('{"value": 5}')),
    ends: failure('unexpectedAnswer', { path: 'value' }),
    apiCalls: 1,
    downloads: 0,
  },
  {
    id: 'link-no-address',
    happens: 'the link is no address',
    where: 'api',
    client: 'names the place, never the content',
    arrange: atApi(json('{"value": "not yet?sig=secret"}')),
    ends: failure('unexpectedAnswer', { path: 'value' }),
    apiCalls: 1,
    downloads: 0,
  },
  {
    id: 'api-gzip-bomb',
    happens: 'an answer of 100 kB that unpacks to 96 MB',
    where: 'api',
    client: 'stops unpacking at 64 MB',
    arrange: ({ tenant }) => {
      const headers = { 'content-type': 'application/json', 'content-encoding': 'gzip' };
      tenant.faults.add({ door: 'api', action: { kind: 'answer', status: 200, headers, body: bomb(96) } });
    },
    ask: (stage, signal) => stage.client().listMachineActions(PAGE, signal),
    ends: failure('unexpectedAnswer', { path: '(size)', size: 0 }),
    apiCalls: 1,
    downloads: 0,
  },
  {
    id: 'blob-html',
    happens: 'a sign-in page of the network with 200',
    where: 'blob',
    client: NOT_AGAIN,
    arrange: atBlob({ kind: 'html' }),
    ends: failure('notFromStorage', { host: BLOB_HOST, status: 200 }),
    apiCalls: 1,
    downloads: 1,
  },
  {
    id: 'blob-stranger',
    happens: '200 without the headers that Azure puts on every answer',
    where: 'blob',
    client: 'takes nothing from what stands in between',
    arrange: atBlob({ kind: 'answer', status: 200, body: '{"script_output": "forged", "script_errors": ""}' }),
    ends: failure('notFromStorage', { host: BLOB_HOST, status: 200 }),
    apiCalls: 1,
    downloads: 1,
  },
  {
    id: 'result-not-json',
    happens: 'the result file is no JSON (an unescaped backslash)',
    where: 'blob',
    client: NO_OUTPUT,
    arrange: () => undefined,
    ask: (stage, signal) => stage.fetch(scenarioRef('largeLogUnescaped'), signal),
    ends: { kind: 'rejection', reason: 'notJson' },
    apiCalls: 1,
    downloads: 1,
  },
  {
    id: 'result-other-json',
    happens: 'the result file is JSON, but no result of a script',
    where: 'blob',
    client: NO_OUTPUT,
    arrange: atBlob(stored('{"hello": "world"}')),
    ask: (stage, signal) => stage.fetch(SMALL, signal),
    ends: { kind: 'rejection', reason: 'notATranscript' },
    apiCalls: 1,
    downloads: 1,
  },
  {
    id: 'result-empty',
    happens: 'the result file is empty',
    where: 'blob',
    client: NO_OUTPUT,
    arrange: atBlob(stored('')),
    ask: (stage, signal) => stage.fetch(SMALL, signal),
    ends: { kind: 'rejection', reason: 'empty' },
    apiCalls: 1,
    downloads: 1,
  },
  {
    id: 'result-binary',
    happens: 'the result file is a ZIP',
    where: 'blob',
    client: NO_OUTPUT,
    arrange: atBlob(stored(Buffer.from('504b03040a0000000000ff00fe0001020304', 'hex'))),
    ask: (stage, signal) => stage.fetch(SMALL, signal),
    ends: { kind: 'rejection', reason: 'binary' },
    apiCalls: 1,
    downloads: 1,
  },
  {
    id: 'result-gzip-bomb',
    happens: 'the result file has 160 kB and unpacks to 144 MB',
    where: 'blob',
    client: 'stops unpacking at 128 MB; keeps the bytes as they came',
    arrange: ({ tenant }) => {
      tenant.faults.add({ door: 'blob', action: stored(bomb(144)) });
    },
    ask: (stage, signal) => stage.fetch(SMALL, signal),
    ends: { kind: 'rejection', reason: 'tooLarge' },
    apiCalls: 1,
    downloads: 1,
  },
  {
    id: 'result-brackets',
    happens: 'the result file is 14 million brackets',
    where: 'blob',
    client: 'does not parse it: that would take gigabytes; keeps the bytes as they came',
    arrange: ({ tenant }) => {
      tenant.faults.add({ door: 'blob', action: stored('['.repeat(14_000_000)) });
    },
    ask: (stage, signal) => stage.fetch(SMALL, signal),
    ends: { kind: 'rejection', reason: 'tooNested' },
    apiCalls: 1,
    downloads: 1,
  },
  {
    id: 'too-large',
    happens: 'the result has 14 MB, and the limit is 1 MB',
    where: 'this machine',
    client: 'refuses it by its length, and closes the connection',
    arrange: () => undefined,
    ask: (stage, signal) => askLarge(stage, signal, 1_000_000),
    ends: failure('tooLarge', { size: 0, limit: 1_000_000 }),
    apiCalls: 1,
    downloads: 1,
    check: async (stage) => {
      await stage.allClosed();
    },
  },
  {
    id: 'reading-never-ends',
    happens: 'an output is written so that reading its indicators would never end',
    where: 'this machine',
    client: 'ends the thread that reads it; the result stays stored, and another thread reads the next text',
    arrange: () => undefined,
    ask: async (stage, signal) => {
      await stage.fetch(SMALL, signal);
      const analysis = new Analysis({ startThread: () => Promise.resolve(silentThread()) });
      return analysis.run((ask) => ask('defang', 'hostile'), { signal, limitMs: 2000 });
    },
    ends: failure('analysisStopped', { reason: 'time', limit: 2000 }),
    apiCalls: 1,
    downloads: 1,
  },
]);
