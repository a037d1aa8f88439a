import { LiveResponseError, throwIfCancelled } from '../base/errors.ts';
import type { AnalysisAnswer, AnalysisCalls, AnalysisMethod, AnalysisRequest } from './analysisCalls.ts';

/** The thread that reads texts of devices. `node:worker_threads` provides it. */
export interface AnalysisThread {
  /** Sends a request. Bytes among its arguments are moved to the other thread, and are then empty in this thread. */
  readonly send: (request: AnalysisRequest) => void;
  readonly onAnswer: (listener: (answer: AnalysisAnswer) => void) => void;
  /** Registers a listener that is called when the thread ends by itself. */
  readonly onEnd: (listener: (reason: EndReason, said: string) => void) => void;
  /** Ends the thread at once, even in the middle of a regular expression. */
  readonly stop: () => Promise<void>;
}

/** The reason why a thread ended by itself. `memory`: it exceeded its memory limit. `ended`: any other reason. */
export type EndReason = 'memory' | 'ended';

/** Sends a request to the thread. May be called only within the work that receives this function. */
export type AskAnalysis = <Method extends AnalysisMethod>(
  method: Method,
  ...args: AnalysisCalls[Method]['args']
) => Promise<AnalysisCalls[Method]['answer']>;

export interface AnalysisOptions {
  readonly startThread: () => Promise<AnalysisThread>;
  /** Time after which an idle thread is ended, ms; {@link IDLE_MS} by default. */
  readonly idleMs?: number;
}

export interface TurnLimits {
  readonly signal?: AbortSignal | undefined;
  /** Longest time for each request, ms; {@link LIMIT_MS} by default. */
  readonly limitMs?: number;
}

/** Time after which an idle thread is ended, ms. This frees its memory. */
export const IDLE_MS = 30_000;
/** Maximum time for one request, ms. 64 MB of indicators only take 40 s on a slow machine. */
export const LIMIT_MS = 60_000;

interface Running {
  readonly thread: AnalysisThread;
  ask: { readonly id: number; readonly end: (settled: Settled) => void } | undefined;
}

type Settled = { readonly answer: unknown } | { readonly failure: LiveResponseError };

/**
 * A thread that reads the output of devices, for one piece of work at a time. Work that is cancelled or takes too long
 * ends the thread, and the next piece of work starts another thread. A hostile text can therefore delay other work only
 * for a limited time.
 */
export class Analysis {
  readonly #options: AnalysisOptions;
  /** Settles when the latest piece of work and all earlier ones have ended. Never rejects. */
  #lastTurn: Promise<unknown> = Promise.resolve();
  #turns = 0;
  #starting: Promise<Running> | undefined;
  #running: Running | undefined;
  #idle: NodeJS.Timeout | undefined;
  #isDisposed = false;
  #lastId = 0;

  constructor(options: AnalysisOptions) {
    this.#options = options;
  }

  /**
   * Waits until all earlier work has ended, and then runs a piece of work with the thread.
   *
   * @param work - uses the thread. It may also wait for other things, and a cancel ends that wait, too
   * @throws LiveResponseError `cancelled`, `analysisStopped`, and all errors that the work throws
   */
  async run<Answer>(work: (ask: AskAnalysis) => Promise<Answer>, limits: TurnLimits = {}): Promise<Answer> {
    this.#turns++;
    clearTimeout(this.#idle);
    const before = this.#lastTurn;
    const turn = this.#take(before, work, limits);
    // Work that is cancelled in the queue ends at once. Later work must still wait for the earlier work.
    this.#lastTurn = Promise.allSettled([before, turn]);
    try {
      return await turn;
    } finally {
      this.#turns--;
      if (this.#turns === 0) this.#waitForMore();
    }
  }

  /** Ends the thread. A caller that waits for the thread receives `cancelled`. */
  async dispose(): Promise<void> {
    this.#isDisposed = true;
    clearTimeout(this.#idle);
    const running = await this.#starting?.catch(() => undefined);
    this.#forget();
    running?.ask?.end({ failure: new LiveResponseError('cancelled') });
    await running?.thread.stop();
  }

  async #take<Answer>(
    before: Promise<unknown>,
    work: (ask: AskAnalysis) => Promise<Answer>,
    { signal = NEVER, limitMs = LIMIT_MS }: TurnLimits,
  ): Promise<Answer> {
    await untilAborted(before, signal);
    return await untilAborted(
      work((method, ...args) => this.#ask(method, args, signal, limitMs)),
      signal,
    );
  }

  async #ask<Method extends AnalysisMethod>(
    method: Method,
    args: AnalysisCalls[Method]['args'],
    signal: AbortSignal,
    limitMs: number,
  ): Promise<AnalysisCalls[Method]['answer']> {
    throwIfCancelled(signal);
    const running = await (this.#starting ??= this.#start());
    // The thread takes a moment to start. The request may have been cancelled in that time.
    throwIfCancelled(signal);
    const id = ++this.#lastId;
    const settled = await new Promise<Settled>((resolve) => {
      const stop = (failure: LiveResponseError): void => {
        this.#forget();
        running.ask?.end({ failure });
        void running.thread.stop();
      };
      const cancel = (): void => {
        stop(new LiveResponseError('cancelled'));
      };
      const timer = setTimeout(() => {
        stop(new LiveResponseError('analysisStopped', { reason: 'time', limit: limitMs }));
      }, limitMs);
      signal.addEventListener('abort', cancel, { once: true });
      running.ask = {
        id,
        end: (end) => {
          running.ask = undefined;
          clearTimeout(timer);
          signal.removeEventListener('abort', cancel);
          resolve(end);
        },
      };
      try {
        running.thread.send({ id, method, args });
      } catch (error) {
        running.ask.end({ failure: stopped('failed', error instanceof Error ? error.message : 'unknown') });
      }
    });
    if ('failure' in settled) throw settled.failure;
    // The type of the answer follows from the method, on both sides of the thread's border.
    return settled.answer as AnalysisCalls[Method]['answer'];
  }

  async #start(): Promise<Running> {
    if (this.#isDisposed) throw new LiveResponseError('cancelled');
    const thread = await this.#options.startThread().catch((error: unknown) => {
      this.#starting = undefined;
      throw stopped('ended', error instanceof Error ? error.message : 'unknown');
    });
    const running: Running = { thread, ask: undefined };
    this.#running = running;
    thread.onAnswer(({ id, answer, failure }) => {
      if (running.ask?.id !== id) return;
      running.ask.end(failure === undefined ? { answer } : { failure: stopped('failed', failure) });
    });
    thread.onEnd((reason, said) => {
      if (this.#running === running) this.#forget();
      running.ask?.end({ failure: stopped(reason, said) });
    });
    return running;
  }

  /** Forgets the thread, so that the next request starts another one. */
  #forget(): void {
    this.#starting = undefined;
    this.#running = undefined;
  }

  #waitForMore(): void {
    const { idleMs = IDLE_MS } = this.#options;
    if (this.#running === undefined || this.#isDisposed) return;
    this.#idle = setTimeout(() => {
      const running = this.#running;
      this.#forget();
      void running?.thread.stop();
    }, idleMs);
    // The timer must not keep the process alive when everything else has ended.
    this.#idle.unref();
  }
}

const NEVER = new AbortController().signal;

function stopped(reason: string, said: string): LiveResponseError {
  return new LiveResponseError('analysisStopped', { reason, state: said });
}

/**
 * Waits for a promise. @throws LiveResponseError `cancelled` as soon as the signal is aborted, even if the promise is
 * still pending
 */
async function untilAborted<Answer>(promise: Promise<Answer>, signal: AbortSignal): Promise<Answer> {
  throwIfCancelled(signal);
  return new Promise<Answer>((resolve, reject) => {
    const cancel = (): void => {
      reject(new LiveResponseError('cancelled'));
    };
    signal.addEventListener('abort', cancel, { once: true });
    promise.then(resolve, reject).finally(() => {
      signal.removeEventListener('abort', cancel);
    });
  });
}
