import type { Worker } from 'node:worker_threads';
import type { AnalysisThread } from './analysis.ts';

/**
 * Creates an {@link AnalysisThread} from a worker that runs main.ts.
 *
 * @returns the thread when it is ready, so that loading takes no time from the first request
 * @throws Error where it does not start
 */
export async function toAnalysisThread(worker: Worker): Promise<AnalysisThread> {
  await new Promise<void>((resolve, reject) => {
    // Its first message says that it is ready.
    worker.once('message', resolve).once('error', reject);
  });
  return {
    send: (request) => {
      // The analysis thread alone needs these bytes: they are moved, not copied.
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

/** Returns the memory of bytes that are an argument, or the source of a view. */
function buffersOf(argument: unknown): ArrayBuffer[] {
  if (argument instanceof Uint8Array) {
    const { buffer, byteLength } = argument;
    // Small arrays share their memory with others, and are copied.
    return buffer instanceof ArrayBuffer && buffer.byteLength === byteLength ? [buffer] : [];
  }
  if (typeof argument !== 'object' || argument === null || !('source' in argument)) return [];
  return buffersOf(argument.source);
}
