import { ResultStore } from '../../../src/results/resultStore.ts';
import type { ResultStoreOptions } from '../../../src/results/resultStore.ts';
import type { WorkerMethod } from '../../../src/worker/protocol.ts';
import { WorkerClient } from '../../../src/worker/workerClient.ts';
import type { WorkerClientOptions, WorkerPort } from '../../../src/worker/workerClient.ts';

export type TestStoreOptions = Omit<ResultStoreOptions, 'worker'> & Omit<WorkerClientOptions, 'keeps'>;

/** A store of results together with its thread, which the product's services build apart. */
export class TestStore extends ResultStore implements WorkerPort<WorkerMethod> {
  readonly call: WorkerClient['call'];
  readonly dispose: () => Promise<void>;

  constructor(options: TestStoreOptions) {
    const worker = new WorkerClient({ ...options, keeps: () => options.rules?.().keep ?? true });
    super({ ...options, worker });
    this.call = (method, ...args) => worker.call(method, ...args);
    this.dispose = () => worker.dispose();
  }
}
