import type { Priority } from './budget.ts';
import type { DefenderClient } from './client.ts';
import type { DownloadedResult, DownloadLimits } from './download.ts';
import { isLiveResponseError, LiveResponseError, throwIfCancelled } from './errors.ts';

/** How many results are downloaded at once. */
const DOWNLOADS_AT_ONCE = 4;

/** Fetches a result whole. */
export type FetchResult = (
  actionId: string,
  commandIndex: number,
  signal: AbortSignal,
  limits: DownloadLimits & { readonly priority?: Priority },
) => Promise<DownloadedResult>;

/**
 * Link and download as one step. A link is made only when its download can begin, so none ages in a queue; a link that
 * the blob host refuses is replaced once, and a second refusal is somebody's rule and not an expiry.
 */
export function createResultFetcher(client: DefenderClient): FetchResult {
  const slots = createSlots(DOWNLOADS_AT_ONCE);
  return (actionId, commandIndex, signal, limits) =>
    slots(signal, async () => {
      const attempt = async (): Promise<DownloadedResult> => {
        const link = await client.getResultLink(actionId, commandIndex, signal, limits.priority);
        return client.downloadResult(link, signal, limits);
      };
      try {
        return await attempt();
      } catch (error) {
        if (!isLiveResponseError(error) || error.code !== 'linkRefused') throw error;
        return attempt();
      }
    });
}

function createSlots(count: number): <T>(signal: AbortSignal, work: () => Promise<T>) => Promise<T> {
  let free = count;
  const waiting: (() => void)[] = [];
  const wait = (signal: AbortSignal): Promise<void> =>
    new Promise((resolve, reject) => {
      const leave = (): void => {
        waiting.splice(waiting.indexOf(enter), 1);
        reject(new LiveResponseError('cancelled'));
      };
      const enter = (): void => {
        signal.removeEventListener('abort', leave);
        resolve();
      };
      waiting.push(enter);
      signal.addEventListener('abort', leave, { once: true });
    });
  return async (signal, work) => {
    throwIfCancelled(signal);
    if (free > 0) free--;
    else await wait(signal);
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next === undefined) free++;
      else next();
    }
  };
}
