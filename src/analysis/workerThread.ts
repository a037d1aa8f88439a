import type { Worker } from 'node:worker_threads';
import type { AnalysisThread } from './analysis.ts';

/**
 * Makes an {@link AnalysisThread} of a worker that runs main.ts.
 *
 * @returns when it is ready: loading takes no time from the first request
 * @throws Error where it does not start
 */
export async function toAnalysisThread(worker: Worker): Promise<AnalysisThread> {
  await new Promise<void>((resolve, reject) => {
    // Its first message says that it is there.
    worker.once('message', resolve).once('error', reject);
  });
  return {
    send: (request) => {
      // What is read here is needed nowhere else: it is moved, not copied.
      worker.postMessage(request, request.args.flatMap(buffersOf));
    },
    onAnswer: (listener) => {
      worker.on('message', listener);
    },
    onEnd: (listener) => {
      worker.on('error', (error) => {
        const isMemory = error instanceof Error && 'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY';
        listener(isMemory ? 'memory' : 'ended', error instanceof Error ? error.message : 'unknown');
      });
      worker.on('exit', (code) => {
        listener('ended', `exit ${code.toString()}`);
      });
    },
    stop: async () => {
      await worker.terminate();
    },
  };
}

/** The memory of bytes that are an argument, or the source of a view. */
function buffersOf(argument: unknown): ArrayBuffer[] {
  if (argument instanceof Uint8Array) {
    const { buffer, byteLength } = argument;
    // Small ones share their memory with others, and are copied.
    return buffer instanceof ArrayBuffer && buffer.byteLength === byteLength ? [buffer] : [];
  }
  if (typeof argument !== 'object' || argument === null || !('source' in argument)) return [];
  return buffersOf(argument.source);
}
