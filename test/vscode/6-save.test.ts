import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mock } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { EventEmitter, FileSystemError, FileType, Uri, window, workspace } from 'vscode';
import type { Disposable, FileChangeEvent } from 'vscode';
import { CommandRunner } from '../../src/commands/common/commandRunner.ts';
import { exportRaw } from '../../src/commands/save/exportRaw.ts';
import { exportRun } from '../../src/commands/runs/exportRun.ts';
import { saveOutput } from '../../src/commands/save/saveOutput.ts';
import { saveResult } from '../../src/commands/save/saveResult.ts';
import { createDefenderClient } from '../../src/defender/client.ts';
import { systemClock } from '../../src/base/clock.ts';
import { createResultFetcher } from '../../src/defender/download/resultFetcher.ts';
import type { Transport } from '../../src/defender/transport.ts';
import { WHOLE_BYTES } from '../../src/evidence/text/textParts.ts';
import { buildResultUri } from '../../src/base/resultUri.ts';
import { Settings } from '../../src/platform/config.ts';
import { Log } from '../../src/platform/log.ts';
import { NO_POLICY } from '../../src/policy/policy.ts';
import { ResultSaves } from '../../src/results/save/resultSaves.ts';
import { scenarioRef } from '../../src/sample/data/catalogue.ts';
import { createSampleTransport, sampleApiUrl } from '../../src/sample/api/sampleTransport.ts';
import type { Services } from '../../src/services/services.ts';
import { noCase } from '../unit/case/noCase.ts';
import { received } from '../unit/results/fixtures.ts';
import { waitFor } from './support/host.ts';

const SCHEME = 'kept-elsewhere';
const FILE = { cloud: 'custom', tenantId: received().ref.tenantId, ...scenarioRef('getFile') } as const;
const TOO_LARGE = /^More than 52\.4 MB can only be saved to a folder of the machine that this extension runs on/u;

/** A folder on another machine: VS Code reads and writes its files whole. */
class Elsewhere {
  readonly files = new Map<string, Uint8Array>();
  /** Number of writes that are refused. */
  refusals = 0;
  readonly #registered: Disposable;

  constructor() {
    const nothing = (): void => undefined;
    const find = (uri: Uri): Uint8Array => {
      const bytes = this.files.get(uri.path);
      if (bytes === undefined) throw FileSystemError.FileNotFound(uri);
      return bytes;
    };
    this.#registered = workspace.registerFileSystemProvider(SCHEME, {
      onDidChangeFile: new EventEmitter<FileChangeEvent[]>().event,
      watch: () => ({ dispose: nothing }),
      stat: (uri) =>
        uri.path === '/'
          ? { type: FileType.Directory, ctime: 0, mtime: 0, size: 0 }
          : { type: FileType.File, ctime: 0, mtime: 0, size: find(uri).length },
      readFile: find,
      // Never throws directly: VS Code would not end that write, nor begin another one to the same file.
      writeFile: (uri, bytes) => {
        if (this.refusals-- > 0) return Promise.reject(FileSystemError.NoPermissions(uri));
        this.files.set(uri.path, bytes);
        return undefined;
      },
      readDirectory: () => [],
      createDirectory: nothing,
      delete: nothing,
      rename: nothing,
    });
  }

  text(path: string): string {
    return new TextDecoder().decode(this.files.get(path));
  }

  dispose(): void {
    this.#registered.dispose();
  }
}

describe('saving to a folder that is not on this machine', () => {
  let log: Log;
  let elsewhere: Elsewhere;
  let runner: CommandRunner;
  /** Answers to the save dialogs, one after the other; afterwards the dialogs are closed. */
  let answers: Uri[];
  /** Schemes of the files that the dialogs suggested. */
  let suggested: string[];
  let told: string[];
  /** The button that is clicked. */
  let click: string | undefined;

  before(() => {
    log = new Log();
    elsewhere = new Elsewhere();
    mock.method(window, 'showSaveDialog', ({ defaultUri }: { readonly defaultUri: Uri }) => {
      suggested.push(defaultUri.scheme);
      return Promise.resolve(answers.shift());
    });
    const tell = (message: string, ...buttons: readonly string[]): Promise<string | undefined> => {
      told.push(message);
      return Promise.resolve(buttons.find((button) => button === click));
    };
    mock.method(window, 'showInformationMessage', tell);
    mock.method(window, 'showErrorMessage', tell);
  });
  beforeEach(() => {
    runner = new CommandRunner({ log, settings: new Settings(NO_POLICY) });
    elsewhere.files.clear();
    elsewhere.refusals = 0;
    [answers, suggested, told, click] = [[], [], [], undefined];
  });
  after(() => {
    mock.restoreAll();
    elsewhere.dispose();
  });

  const at = (path: string): Uri => Uri.from({ scheme: SCHEME, path });

  /** Creates the services for saving the sample tenant's collected file, or one with this number of bytes. */
  function saving(size?: number): {
    readonly services: Pick<Services, 'actions' | 'activeCase' | 'log' | 'notes' | 'saves' | 'toolVersion'>;
    readonly downloads: () => number;
  } {
    const sample = createSampleTransport({ now: Date.now, startedAt: Date.now() });
    let downloads = 0;
    const transport: Transport = {
      api: sample.api,
      download: async (request) => {
        downloads++;
        const answer = await sample.download(request);
        return size === undefined
          ? answer
          : { ...answer, headers: { ...answer.headers, 'content-length': size.toString() } };
      },
    };
    const client = createDefenderClient({
      apiUrl: sampleApiUrl,
      getAccessToken: () => Promise.resolve('token'),
      downloadHosts: () => ['blob.sample.invalid'],
      transport,
    });
    const saves = new ResultSaves(() =>
      Promise.resolve({
        ...createResultFetcher(client, systemClock),
        connectionName: 'Sample',
        account: () => Promise.resolve(undefined),
        knownAction: () => undefined,
        fetchAction: (actionId, signal) => client.getMachineAction(actionId, signal),
        receivedAction: (action) => client.receivedAction(action),
        toolVersion: '0.1.0',
      }),
    );
    const notes = {} as Services['notes'];
    const actions = {} as Services['actions'];
    const services = { saves, actions, activeCase: noCase(), log, notes, toolVersion: '0.1.0' };
    return { services, downloads: () => downloads };
  }

  it('a collected file is there whole, with its facts beside it and both hashes told', async () => {
    answers = [at('/collected.gz')];
    await saveResult(saving().services, runner, FILE, 'file');
    const bytes = elsewhere.files.get('/collected.gz') ?? new Uint8Array();
    const content = gunzipSync(bytes);
    assert.match(content.toString('utf8'), /^row,sha1,path/u);
    const facts = JSON.parse(elsewhere.text('/collected.gz.facts.json')) as Record<'actionId' | 'file', unknown>;
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    assert.deepEqual([facts.actionId, (facts.file as { readonly sha256: string }).sha256], [FILE.actionId, sha256]);
    assert.equal(told.length, 1);
    assert.ok(
      told[0]?.includes(sha256) && told[0].includes(createHash('sha256').update(content).digest('hex')),
      told[0],
    );
  });

  it('one that could not be written there is written by Try Again, and not fetched twice', async () => {
    elsewhere.refusals = 1;
    const { services, downloads } = saving();
    answers = [at('/collected.gz')];
    click = 'Try Again';
    await saveResult(services, runner, FILE, 'file');
    assert.match(told[0] ?? '', /^You may not write there\. .*\(NoPermissions\)$/u);
    await waitFor('the file and what is told of it', () => told.length === 2);
    assert.deepEqual([...elsewhere.files.keys()], ['/collected.gz', '/collected.gz.facts.json']);
    assert.equal(downloads(), 1);
  });

  it('above the limit it is refused before it comes, and a local folder is offered', async () => {
    const { services, downloads } = saving(WHOLE_BYTES + 1);
    answers = [at('/collected.gz')];
    click = 'Save to File…';
    await saveResult(services, runner, FILE, 'file');
    await waitFor('the second dialog', () => suggested.length === 2);
    assert.match(told.join('\n'), TOO_LARGE);
    assert.equal(suggested[1], 'file');
    assert.deepEqual([...elsewhere.files.keys()], []);
    assert.equal(downloads(), 1);
  });

  /** Creates the services for a stored result with this output. */
  function stored(output: string): { readonly services: Services; readonly uri: Uri; readonly reads: () => number } {
    let reads = 0;
    const facts = { ...received({ size: output.length }), transcript: { output: { length: output.length } } };
    const read = <Value>(value: Value): Promise<Value> => {
      reads++;
      return Promise.resolve(value);
    };
    const services = {
      activeCase: noCase(),
      results: { open: () => Promise.resolve(facts) },
      store: {
        text: () => read(output),
        raw: () => read(new TextEncoder().encode(output)),
        receivedAction: () => Promise.resolve(undefined),
      },
      toolVersion: '0.1.0',
    } as unknown as Services;
    const uri = Uri.from(buildResultUri({ ...facts.ref, stream: 'output' }, facts.name));
    return { services, uri, reads: () => reads };
  }

  it('an output is there whole; above the limit it is not even read', async () => {
    answers = [at('/output.txt')];
    const small = stored('bir\0\r\niki ğ');
    await saveOutput(small.services, runner, [small.uri]);
    assert.equal(elsewhere.text('/output.txt'), 'bir\0\r\niki ğ');
    answers = [at('/large.txt')];
    click = 'Save to File…';
    const large = stored('x'.repeat(WHOLE_BYTES + 1));
    await saveOutput(large.services, runner, [large.uri]);
    await waitFor('the second dialog', () => suggested.length === 3);
    assert.match(told.at(-1) ?? '', TOO_LARGE);
    assert.deepEqual([suggested[2], large.reads()], ['file', 0]);
    assert.ok(!elsewhere.files.has('/large.txt'));
  });

  it('an output that is above the limit in bytes alone is refused as well', async () => {
    answers = [at('/large.txt')];
    const large = stored('ğ'.repeat(WHOLE_BYTES / 2 + 1));
    await saveOutput(large.services, runner, [large.uri]);
    assert.match(told.at(-1) ?? '', TOO_LARGE);
    assert.deepEqual([large.reads(), elsewhere.files.size], [1, 0]);
  });

  it('a raw result above the limit is not even read', async () => {
    answers = [at('/small.json'), at('/large.json')];
    const small = stored('{}');
    await exportRaw(small.services, runner, [small.uri]);
    assert.deepEqual([...elsewhere.files.keys()], ['/small.json', '/small.json.facts.json']);
    const large = stored('x'.repeat(WHOLE_BYTES + 1));
    await exportRaw(large.services, runner, [large.uri]);
    assert.match(told.at(-1) ?? '', TOO_LARGE);
    assert.deepEqual([large.reads(), elsewhere.files.size], [0, 2]);
  });

  const WORDS = { script: 'hunt.ps1', args: '', comment: '' };
  it('a run is there whole; above the limit nothing of it is, and no more of it is read', async () => {
    const run = (output: string, hosts: number): { readonly services: Services; readonly reads: () => number } => {
      const { services, reads } = stored(output);
      const record = {
        run: { key: 'run', words: WORDS, tenant: { cloud: 'custom', tenantId: FILE.tenantId }, members: [] },
      };
      const member = { device: 'dc1', actionId: FILE.actionId, commandIndex: 0, actionStatus: 'Succeeded' };
      const rows = Array.from({ length: hosts }, () => ({ member, ref: FILE, state: 'result' }));
      const runs = { get: () => record, all: [], note: () => record };
      const others = { runs, connections: { forTenant: () => undefined } };
      const runOverviews = { picture: () => Promise.resolve({ record, rows, comparison: { groups: [] } }) };
      return { services: { ...services, ...others, runOverviews }, reads } as unknown as ReturnType<typeof run>;
    };
    answers = [at('/run.ndjson'), at('/large.ndjson')];
    await exportRun(run('bir', 2).services, runner, 'ndjson', [{ run: 'run' }]);
    assert.match(told.join('\n'), /^Saved run\.ndjson \(4 rows, .+\)\.$/u);
    const lines = elsewhere.text('/run.ndjson').trimEnd().split('\n');
    assert.deepEqual(
      lines.map((line) => {
        const { stream, text } = JSON.parse(line) as { readonly stream: string; readonly text: string };
        return `${stream}: ${text}`;
      }),
      ['output: bir', 'errors: bir', 'output: bir', 'errors: bir'],
    );
    const large = run('x'.repeat(WHOLE_BYTES / 4), 100);
    await exportRun(large.services, runner, 'ndjson', [{ run: 'run' }]);
    assert.match(told.at(-1) ?? '', TOO_LARGE);
    assert.ok(!elsewhere.files.has('/large.ndjson'));
    // Output and errors of each row: the second row exceeds the limit.
    assert.equal(large.reads(), 4);
  });
});
