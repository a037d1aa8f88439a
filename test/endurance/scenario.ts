import path from 'node:path';
import { FileSink } from '../../src/results/save/fileSink.ts';
import { storeLargeFile } from '../../src/results/storeLargeFile.ts';
import { fileRef, resultKey } from '../../src/base/resultUri.ts';
import type { ResultRef } from '../../src/base/resultUri.ts';
import { toFactsJson } from '../../src/commands/save/resultFacts.ts';
import { findEvidence } from '../../src/evidence/blocks/readEvidence.ts';
import { buildEvidence } from '../../src/evidence/blocks/noteForms.ts';
import { refOf } from '../../src/model/run.ts';
import type { Run } from '../../src/model/run.ts';
import type { StoredFacts } from '../../src/model/storedResult.ts';
import { compareEvidence } from '../../src/notes/compareEvidence.ts';
import { toEvidenceSource } from '../../src/results/evidenceSource.ts';
import { describeOpened } from '../../src/results/openedResult.ts';
import { packBytes } from '../../src/runs/pack/packedBytes.ts';
import { packFiles } from '../../src/runs/pack/packFiles.ts';
import type { PackInput } from '../../src/runs/pack/packFiles.ts';
import { packHead } from '../../src/runs/pack/packHead.ts';
import { writePack } from '../../src/runs/pack/packWriter.ts';
import { toChunkLine, toChunks } from '../../src/runs/runChunks.ts';
import { toRows } from '../../src/runs/runRows.ts';
import type { RunRow } from '../../src/runs/runRows.ts';
import { findRuns } from '../../src/runs/runs.ts';
import { createOrder } from '../../src/runs/standingOrder.ts';
import { scenarioRef } from '../../src/sample/data/catalogue.ts';
import { huntingRun } from '../../src/sample/data/huntingRun.ts';
import { explainMember } from '../unit/runs/explainMember.ts';
import { resultFile } from '../unit/results/fixtures.ts';
import { LiveResponseError } from '../../src/base/errors.ts';
import { hashBytes } from '../../src/base/hashText.ts';
import { STARTED_AT } from './faultyTransport.ts';
import { SOME_TEXT, TENANT } from './session.ts';
import type { Session } from './session.ts';

/** Outcome of one step. */
export interface Outcome {
  readonly step: string;
  /** Undefined if the step did what it should. */
  readonly error: unknown;
}

/** Everything that a scenario claims to have done. */
export interface Journal {
  readonly outcomes: Outcome[];
  /** Results that were reported stored, by their keys. */
  readonly stored: Map<string, StoredFacts>;
  /** Files that were reported saved, with the hash that was told of each; undefined where none is. */
  readonly files: Map<string, string | undefined>;
}

const SMALL = scenarioRef('exitZero');
const FILE = scenarioRef('getFile');
/** Number of hosts of the run that are fetched. */
const HOSTS = 4;
/** Time in which the last hosts of the run began: see `huntingRun.ts`. A short list is soon loaded. */
const LAST_HOSTS = {
  from: new Date(STARTED_AT - 25 * 3_600_000 + 770_000).toISOString(),
  before: new Date(STARTED_AT - 24 * 3_600_000).toISOString(),
};
/** A result that is stored in two pieces. */
export const LARGE_BYTES = resultFile(`${'large line of a log\n'.repeat(14_000)}the end`, 'an error');

const patience = new AbortController().signal;
const LIMIT_MS = 20_000;
/** Time after which the person cancels an order, ms. */
const ORDER_MS = 1000;

/** Does what a responder does with results. A step that fails does not keep the next ones from being tried. */
export async function runScenario(
  { store, list, client, results, runs, saves, search }: Session,
  folder: string,
): Promise<Journal> {
  const journal: Journal = { outcomes: [], stored: new Map(), files: new Map() };
  const step = async (name: string, work: () => Promise<void>): Promise<void> => {
    let error: unknown;
    try {
      await inTime(work());
    } catch (thrown) {
      error = thrown;
    }
    journal.outcomes.push({ step: name, error });
  };
  const kept = (facts: StoredFacts): StoredFacts => {
    journal.stored.set(resultKey(facts.ref), facts);
    return facts;
  };
  const saved = (file: string, sha256: string | undefined): void => {
    journal.files.set(path.join(folder, file), sha256);
  };
  let run: Run | undefined;
  let rows: RunRow[] = [];
  const small: ResultRef = { ...TENANT, actionId: SMALL.actionId, commandIndex: SMALL.commandIndex };

  await step('connections', async () => {
    await store.call('putConnection', 'Sample', '{}');
    await store.call('activateConnection', 'Sample');
    await store.call('connections');
  });
  await step('list', async () => {
    await list.loadSpan(LAST_HOSTS, patience);
    const all = findRuns(list.actions, TENANT).find(({ words }) => words.script === huntingRun.scriptName);
    if (all === undefined) throw new Error('there is no run');
    run = { ...all, members: all.members.slice(-HOSTS) };
  });
  await step('fetch', async () => {
    kept(await results.open(small, { signal: patience }));
  });
  await step('large', async () => {
    kept(
      await storeLargeFile(
        store,
        {
          chunks: pieces(LARGE_BYTES),
          describe: ({ sha256, size }) =>
            describeOpened({ kind: 'file', name: 'large.json', sha256, size, openedAt: Date.now() }).facts,
        },
        patience,
      ),
    );
  });
  await step('read', async () => {
    await store.document(small, 'output');
    await store.part({ ...small, stream: 'errors' });
    const large = { ...fileRef(hashBytes(LARGE_BYTES)), stream: 'output' } as const;
    const parts = await store.parts(large);
    if (parts?.parts[0] !== undefined) await store.part({ ...large, part: parts.parts[0].first });
  });
  await step('quote', async () => {
    const facts = await store.facts(small);
    const source = facts === undefined ? undefined : toEvidenceSource(facts, 'output', '1.0.0');
    const ranges = [{ start: { line: 0, character: 0 }, end: { line: 1, character: 0 } }];
    const quoted = await store.analysis.quoteText({ ref: small, stream: 'output', ranges }, 'asItIs');
    if (source === undefined || quoted === undefined || facts === undefined) return;
    store.noteQuoted(small);
    const note = buildEvidence({ kind: 'fullBlock' }, [{ source, quotation: quoted.quotation }]);
    const [found] = findEvidence(note);
    if (found === undefined) throw new Error('the note has no citation');
    const text = await store.text(small, 'output');
    const verdict = compareEvidence(found, facts, text);
    if (text !== undefined && verdict.verdict !== 'matching') throw new Error(`quotation: ${verdict.finding}`);
    await store.call('rememberCopy', hashBytes(Buffer.from(note)), '{}', { keep: true });
  });
  await step('run', async () => {
    if (run === undefined) return;
    await runs.start(run, { again: true });
  });
  await step('order', async () => {
    if (run === undefined) return;
    const { key } = run;
    // An order waits for a network that is away. Nobody waits here.
    const cancelling = setTimeout(() => {
      runs.cancel(key);
    }, ORDER_MS);
    await runs.start(run, { again: true, order: createOrder(run, Date.now()) });
    clearTimeout(cancelling);
  });
  await step('rows', async () => {
    if (run === undefined) return;
    const stored = new Map<string, StoredFacts>();
    for (const member of run.members) {
      const facts = await store.facts(refOf(run, member));
      if (facts !== undefined) stored.set(resultKey(facts.ref), kept(facts));
    }
    const record = runs.get(run.key) ?? { run, state: 'none', failures: {} };
    rows = toRows(record, (ref) => stored.get(resultKey(ref)), explainMember);
  });
  await step('search', async () => {
    await search.start(SOME_TEXT);
  });
  await step('table', async () => {
    for (const [at, { facts, ref }] of rows.filter((row) => row.facts !== undefined).entries()) {
      const host = {
        member: at,
        name: `host ${at}`,
        exitCode: facts?.transcript?.exitCode,
        errorLines: 0,
        isNewest: true,
      };
      await store.tables.add('tab', ref, host, at === 0);
    }
    await store.tables.ask('tableSummary', 'tab');
    await store.tables.close('tab');
  });
  await step('export', async () => {
    if (run === undefined) return;
    const file = 'run.ndjson';
    await writeInto(path.join(folder, file), async (append) => {
      for (const row of rows) {
        const texts =
          row.facts === undefined
            ? undefined
            : { output: await store.text(row.ref, 'output'), errors: await store.text(row.ref, 'errors') };
        for (const chunk of run === undefined ? [] : toChunks(run, row, '', texts))
          await append(Buffer.from(toChunkLine(chunk)));
      }
    });
    saved(file, undefined);
  });
  await step('save text', async () => {
    const facts = await store.facts(small);
    const size = await store.saveText({ ...small, stream: 'output' }, path.join(folder, 'output.txt'));
    if (size !== undefined) saved('output.txt', facts?.transcript?.output.sha256);
  });
  await step('save large', async () => {
    const ref = fileRef(hashBytes(LARGE_BYTES));
    const size = await store.saveFile(ref, path.join(folder, 'large.json'));
    if (size !== undefined) saved('large.json', hashBytes(LARGE_BYTES));
  });
  await step('save file', async () => {
    const save = saves.begin({ ...TENANT, ...FILE }, path.join(folder, 'collected.gz'));
    try {
      const { facts } = await save.run({ signal: patience });
      saved('collected.gz', facts.sha256);
    } catch (error) {
      // The user does not try again.
      await save.discard();
      throw error;
    }
  });
  await step('pack', async () => {
    if (run === undefined) return;
    const input: PackInput = {
      run,
      rows,
      canHold: () => true,
      packed: async (facts) => {
        const bytes = await store.raw(facts.ref);
        if (bytes === undefined) throw new LiveResponseError('databaseFailed', { reason: 'the bytes are gone' });
        if (hashBytes(bytes) !== facts.sha256) throw new Error('a result of the pack is not the one of its facts');
        return packBytes(bytes);
      },
      factsJson: async (facts) => toFactsJson(facts, await store.receivedAction(facts.ref), '1.0.0'),
    };
    await writeInto(path.join(folder, 'pack.zip'), async (append) => {
      await writePack(packFiles(input), packHead(input, '1.0.0'), append);
    });
    saved('pack.zip', undefined);
  });
  await step('share', async () => {
    const [action] = list.actions;
    if (action === undefined) return;
    const found = { actionId: action.id, text: JSON.stringify(action), received: undefined, told: false };
    await store.call('putFound', TENANT, [found], { keep: true });
    await store.call('foundAfter', TENANT, 0, 0);
    client.readFound(found.text, undefined);
  });
  await step('catch up', async () => {
    await store.learn(TENANT);
    await store.catchUp();
    await store.stored();
  });
  return journal;
}

/** Writes a file as the exports do. */
async function writeInto(
  file: string,
  write: (append: (bytes: Uint8Array) => Promise<void>) => Promise<void>,
): Promise<void> {
  const sink = new FileSink(file);
  try {
    await write((bytes) => sink.append(bytes));
    await sink.keep();
  } catch (error) {
    await sink.discard();
    throw error;
  }
}

async function* pieces(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += 200_000) yield await Promise.resolve(bytes.slice(at, at + 200_000));
}

/** Fails if work never ends. */
async function inTime(work: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(new Error('the step never ended'));
    }, LIMIT_MS);
  });
  try {
    await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
