import type { FetchOptions } from '../../../src/defender/download/resultFetcher.ts';
import type { DownloadedResult, DownloadLimits } from '../../../src/defender/download/download.ts';
import { LiveResponseError } from '../../../src/base/errors.ts';
import type { ReceivedAction } from '../../../src/defender/list/receivedActions.ts';
import type { MachineAction } from '../../../src/defender/schema.ts';
import type { Priority } from '../../../src/base/urgency.ts';
import { ResultService } from '../../../src/results/resultService.ts';
import { TestStore } from './testStore.ts';
import type { StoreThread } from '../../../src/worker/workerClient.ts';
import { createHandlers } from '../../../src/worker/handlers/handlers.ts';
import type { WorkerAnswer } from '../../../src/worker/protocol.ts';
import { settle } from '../defender/simulatedClock.ts';
import { analysisInPlace } from './analysisInPlace.ts';
import { action, ACTION_ID, arrived, resultFile } from './fixtures.ts';

/** Does the worker's work on this thread, in memory. */
function threadInPlace(onPut: () => void): StoreThread {
  const handlers = createHandlers();
  const listeners: ((answer: WorkerAnswer) => void)[] = [];
  return {
    send: ({ id, method, args }) => {
      const handler = handlers[method] as (...args: readonly unknown[]) => unknown;
      const answer = handler(...args);
      if (method === 'put') onPut();
      setImmediate(() => {
        for (const listener of listeners) listener({ id, answer });
      });
    },
    onAnswer: (listener) => {
      listeners.push(listener);
    },
    onEnd: () => undefined,
    stop: () => Promise.resolve(),
  };
}

export const BYTES = resultFile('the output', 'an error');
export const [{ sha256: SHA256 }] = arrived(BYTES);

/** A service whose downloads the test ends. */
export class Scene {
  known: MachineAction | undefined = action();
  atServer: MachineAction = action();
  /** Limit of the person, bytes. */
  maxBytes = 1000;
  account: () => Promise<string | undefined> = () => Promise.resolve('anna@contoso.com');
  received: (known: MachineAction) => ReceivedAction | undefined = () => undefined;
  /** Called while a result is stored. */
  onPut: () => void = () => undefined;
  /** Calls to the server, in order. */
  readonly asked: string[] = [];
  readonly signals: AbortSignal[] = [];
  /** Priority of each fetch. */
  /** Limits of each download. */
  readonly limits: FetchOptions[] = [];
  readonly priorities: Priority[] = [];
  readonly store = new TestStore({
    folder: undefined,
    analysis: analysisInPlace(),
    startThread: () =>
      Promise.resolve(
        threadInPlace(() => {
          this.onPut();
        }),
      ),
    onMemoryOnly: () => undefined,
  });
  readonly service = new ResultService({
    store: this.store,
    maxBytes: () => this.maxBytes,
    findSource: () =>
      Promise.resolve({
        connectionName: 'Contoso',
        account: () => this.account(),
        knownAction: () => this.known,
        receivedAction: (known) => this.received(known),
        toolVersion: '0.1.0',
        fetchAction: () => {
          this.asked.push('action');
          return Promise.resolve(this.atServer);
        },
        fetchResult: (actionId, commandIndex, signal, limits) => {
          this.asked.push(`result ${actionId === ACTION_ID ? '' : actionId}${commandIndex}`);
          this.signals.push(signal);
          this.priorities.push(limits.priority ?? 'click');
          this.limits.push(limits);
          return this.#download(signal, limits);
        },
        fetchInto: () => () => Promise.reject(new Error('nothing is saved here')),
        fetchPackageInto: () => () => Promise.reject(new Error('nothing is saved here')),
      }),
  });
  readonly #ends: (() => void)[] = [];
  #failWith: Error | undefined;
  /** Whether a cancelled download is refused only when the test ends it, like a socket that closes late. */
  slowToCancel = false;

  /** Ends the first download under way. With an error, the download fails. */
  async land(error?: Error): Promise<void> {
    await flush();
    this.#failWith = error;
    this.#ends.shift()?.();
    await flush();
  }

  #download(signal: AbortSignal, limits: DownloadLimits): Promise<DownloadedResult> {
    return new Promise((resolve, reject) => {
      if (!this.slowToCancel) {
        signal.addEventListener('abort', () => {
          reject(new LiveResponseError('cancelled'));
        });
      }
      this.#ends.push(() => {
        limits.onProgress?.(5, 10);
        const error = signal.aborted ? new LiveResponseError('cancelled') : this.#failWith;
        const promisedName = `output_${ACTION_ID}_0.json`;
        if (error !== undefined) reject(error);
        else
          resolve({
            bytes: BYTES,
            size: BYTES.length,
            sha256: SHA256,
            receivedAt: 7,
            answeredAt: 5,
            promisedName,
            blob: {},
          });
      });
    });
  }
}

/** Lets the thread answer. Each of its answers takes a turn. */
export async function flush(): Promise<void> {
  for (let turn = 0; turn < 10; turn++) await settle();
}
