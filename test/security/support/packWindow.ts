import assert from 'node:assert/strict';
import type { ActiveCase } from '../../../src/case/activeCase.ts';
import { CaseMarks } from '../../../src/case/marks/caseMarks.ts';
import { PackMarkReader } from '../../../src/case/marks/packMarks.ts';
import { toFactsJson } from '../../../src/commands/save/resultFacts.ts';
import type { Connection } from '../../../src/connections/connection.ts';
import { ConnectionList } from '../../../src/connections/connectionList.ts';
import { NoResults } from '../../../src/connections/noResults.ts';
import { Packs } from '../../../src/connections/packs.ts';
import { Sessions } from '../../../src/connections/sessions.ts';
import { packBytes } from '../../../src/runs/pack/packedBytes.ts';
import type { PackInput } from '../../../src/runs/pack/packFiles.ts';
import { openPack } from '../../../src/runs/pack/read/openPack.ts';
import type { ReadPack } from '../../../src/runs/pack/read/openPack.ts';
import { takePack } from '../../../src/services/takePack.ts';
import type { PackKeepers } from '../../../src/services/takePack.ts';
import { findRuns } from '../../../src/runs/runs.ts';
import { toRows } from '../../../src/runs/runRows.ts';
import { createHandlers } from '../../../src/worker/handlers/handlers.ts';
import { noCase } from '../../unit/case/noCase.ts';
import { TestStore } from '../../unit/results/testStore.ts';
import { threadOf } from '../../unit/results/threadInPlace.ts';
import { analysisInPlace } from '../../unit/results/analysisInPlace.ts';
import { Shelf } from '../../unit/connections/shelf.ts';

const { signal } = new AbortController();

/** Services of a window that opens packs. */
export class Window {
  readonly store: TestStore;
  readonly list: ConnectionList;
  readonly packs: Packs;
  readonly sessions: Sessions;
  readonly noResults: NoResults;
  readonly marks: CaseMarks;
  closing: Promise<void> = Promise.resolve();

  constructor(
    folder?: string,
    rules?: ConstructorParameters<typeof ConnectionList>[1],
    activeCase: ActiveCase = noCase(),
  ) {
    this.store = new TestStore({
      folder,
      startThread: () => Promise.resolve(threadOf(createHandlers())),
      onMemoryOnly: () => undefined,
      analysis: analysisInPlace(),
    });
    this.list = new ConnectionList(new Shelf(), rules);
    this.packs = new Packs(this.list);
    this.marks = new CaseMarks({
      activeCase,
      watch: () => ({ dispose: () => undefined }),
      onFailure: (error) => assert.fail(String(error)),
    });
    this.packs.onDidClose((tenant) => {
      this.marks.forgetPack(tenant);
      this.closing = this.store.deleteOf(tenant);
    });
    this.sessions = new Sessions(this.list, (one) => Promise.resolve(this.packs.client(one)));
    this.noResults = new NoResults({ connections: this.list, sessions: this.sessions, packs: this.packs });
  }

  /** Services that keep a pack. */
  get keepers(): PackKeepers {
    return { connections: this.list, marks: this.marks, packs: this.packs, store: this.store };
  }

  async open(zip: Uint8Array, change: (pack: ReadPack) => ReadPack = (pack) => pack): Promise<Connection> {
    const names = { file: 'run.zip', connection: 'Pack run' };
    const reader = new PackMarkReader();
    const options = { signal, readMarks: (name: string, bytes: Buffer) => reader.read(name, bytes) };
    return openPack(zip, options, async (pack) => {
      assert.deepEqual(pack.differences, []);
      await takePack(this.keepers, change(pack), names, { signal, marksOf: (tenant) => reader.marksOf(tenant) });
      const { active } = this.list;
      assert.ok(active !== undefined);
      return active;
    });
  }

  /** Returns what the pack is made of when its run is handed over again. */
  async input(connection: Connection): Promise<PackInput> {
    const { store } = this;
    const actions = this.sessions.of(connection).actions(true);
    await actions.ensureLoaded(signal);
    const [run] = findRuns(actions.actions, { cloud: connection.cloud, tenantId: connection.tenantId });
    assert.ok(run !== undefined);
    const rows = toRows({ run, state: 'none', failures: {} }, (one) => store.known(one), this.noResults.ofMember);
    const marks = await this.marks.linesAbout(rows.flatMap(({ facts }) => facts?.ref ?? []));
    return {
      run,
      rows,
      ...(marks.size === 0 ? {} : { marks }),
      canHold: () => true,
      packed: async (facts) => packBytes((await store.raw(facts.ref)) ?? new Uint8Array()),
      factsJson: async (facts) => toFactsJson(facts, await store.receivedAction(facts.ref), '0.1.0'),
    };
  }
}
