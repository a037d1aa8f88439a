import type { Worker } from 'node:worker_threads';
import type { AnalysisThread } from './analysis.ts';

/**
 * Creates an {@link AnalysisThread} from a worker that runs main.ts.
 *
 * @returns the thread when it is ready, so that the time for loading does not count for the first request
 * @throws Error if the worker does not start
 */
export async function toAnalysisThread(worker: Worker): Promise<AnalysisThread> {
  await new Promise<void>((resolve, reject) => {
    // The first message of the worker means that it is ready.
    worker.once('message', resolve).once('error', reject);
  });
  return {
    send: (request) => {
      // The bytes are moved instead of copied, because only the analysis thread needs them.
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

/** Returns the buffers to move: the bytes of an argument, those in a list, or those of the source of a view. */
function buffersOf(argument: unknown): ArrayBuffer[] {
  if (argument instanceof Uint8Array) {
    const { buffer, byteLength } = argument;
    // Small arrays share their memory with others, so they are copied.
    return buffer instanceof ArrayBuffer && buffer.byteLength === byteLength ? [buffer] : [];
  }
  if (Array.isArray(argument)) return argument.flatMap(buffersOf);
  if (typeof argument !== 'object' || argument === null || !('source' in argument)) return [];
  return buffersOf(argument.source);
}
