import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createResultFetcher } from '../../../src/defender/download/resultFetcher.ts';
import { ResultSaves } from '../../../src/results/save/resultSaves.ts';
import { BLOB_HOST, failure, faults, OK } from '../fault.ts';
import type { Fault } from '../fault.ts';
import { atBlob, both, stored } from '../produce.ts';
import { LARGE, until } from '../stage.ts';
import type { Stage } from '../stage.ts';

const TARGET = 'saved.json';
const PART = `${TARGET}.part`;
const OLDER = { [TARGET]: 'older' };

/**
 * Saves the result of 14 MB to a folder of its own, where an older file has the same name.
 *
 * @param beside - other files in the folder, by name
 * @param left - files in the folder at the end, by name; `whole` stands for the result
 */
function toFile(
  happens: (stage: Stage) => void,
  left: Readonly<Record<string, string>>,
  beside: Readonly<Record<string, string>> = {},
): Required<Pick<Fault, 'arrange' | 'ask' | 'check'>> {
  let folder = '';
  return {
    arrange: async (stage) => {
      folder = await mkdtemp(path.join(tmpdir(), 'fault-'));
      stage.defer(() => rm(folder, { recursive: true }));
      for (const [name, text] of Object.entries({ ...OLDER, ...beside })) {
        await writeFile(path.join(folder, name), text);
      }
      happens(stage);
    },
    ask: (stage, signal) => {
      const client = stage.client();
      const source = {
        ...createResultFetcher(client, stage.clock),
        connectionName: '',
        account: () => Promise.resolve(undefined),
        knownAction: () => undefined,
        fetchAction: (actionId: string) => client.getMachineAction(actionId, signal),
        receivedAction: () => undefined,
        toolVersion: '0.1.0',
      };
      const ref = { cloud: 'custom', tenantId: stage.tenant.tenantId, ...LARGE } as const;
      return new ResultSaves(() => Promise.resolve(source)).begin(ref, path.join(folder, TARGET)).run({ signal });
    },
    check: async (stage) => {
      const whole = Buffer.from(stage.stored(LARGE)).toString('latin1');
      const names = (await readdir(folder)).sort();
      assert.deepEqual(names, Object.keys(left).sort());
      for (const name of names) {
        const text = await readFile(path.join(folder, name), 'latin1');
        assert.ok(text === (left[name] === 'whole' ? whole : left[name]), `${name} is not what it should be`);
      }
      await stage.allClosed();
    },
  };
}

const nothing = (): void => undefined;
const REFUSED = { kind: 'answer', status: 403, headers: { 'x-ms-error-code': 'AuthenticationFailed' } } as const;

/** Faults of downloads into a file instead of memory. The first call of each fetches the action. */
export const FILES = faults([
  {
    id: 'file-broken-off',
    happens: 'the connection is reset in the middle, and the link is refused by then',
    where: 'blob',
    client: 'goes on where it broke off, through one new link; replaces the older file when all is checked',
    ...toFile(both(atBlob({ kind: 'resetMidBody', afterBytes: 5_000_000 }), atBlob(REFUSED)), { [TARGET]: 'whole' }),
    ends: OK,
    apiCalls: 3,
    downloads: 3,
  },
  {
    id: 'file-md5',
    happens: 'bytes that do not fit `Content-MD5`, again and again',
    where: 'blob',
    client: 'begins four times, leaves nothing but the older file, then says so',
    ...toFile(atBlob(stored(Buffer.alloc(100_000), { 'content-md5': 'XUFAKrxLKna5cZ2REBfFkg==' }), Infinity), OLDER),
    ends: failure('incompleteDownload', { host: BLOB_HOST, size: 0 }),
    apiCalls: 2,
    downloads: 4,
  },
  {
    id: 'file-cancelled',
    happens: 'cancelled in the middle of the file',
    where: 'this machine',
    client: 'closes the connection at once, leaves nothing but the older file',
    ...toFile(atBlob({ kind: 'drip', bytesPerSecond: 1_000_000 }), OLDER),
    cancelWhen: ({ tenant }) => until(() => (tenant.recording.at('blob')[0]?.bytesSent ?? 0) > 100_000, 'no bytes'),
    ends: failure('cancelled'),
    apiCalls: 2,
    downloads: 1,
  },
  {
    id: 'file-part',
    happens: 'there is an unfinished file of somebody else',
    where: 'this machine',
    client: 'touches nothing, spends no call',
    ...toFile(nothing, { ...OLDER, [PART]: 'theirs' }, { [PART]: 'theirs' }),
    ends: failure('fileFailed', { systemCode: 'EEXIST' }),
    apiCalls: 0,
    downloads: 0,
  },
]);
