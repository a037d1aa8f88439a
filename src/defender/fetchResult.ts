import type { Priority } from './budget.ts';
import type { DefenderClient } from './client.ts';
import type { Clock } from './clock.ts';
import { Download } from './download.ts';
import type { DownloadedResult, DownloadFacts, DownloadLimits } from './download.ts';
import { MemorySink } from './downloadSink.ts';
import type { DownloadSink } from './downloadSink.ts';
import { isLiveResponseError, LiveResponseError, throwIfCancelled } from './errors.ts';
import type { ResultLink } from './resultLink.ts';

/** How many results are downloaded at once. */
const DOWNLOADS_AT_ONCE = 4;
/** How many of these only what is soon over may have: a click on a result waits for no run and for no large file. */
const KEPT_FOR_CLICKS = 1;

/** A new action can answer 404 for about this long, ms. Source: api-facts §2, seen in public clients. */
const YOUNG_MS = 120_000;
/** Pause before a young action is asked again, ms. */
const YOUNG_PAUSE_MS = 5000;

/** A link that brought more than this before it was refused was good, and may be replaced again, bytes. */
const LINK_WORTH_BYTES = 1_000_000;

export interface FetchOptions extends DownloadLimits {
  readonly priority?: Priority;
  /** When the action was created, by the server's clock, ms since 1970. */
  readonly actionCreatedAt?: number | undefined;
}

type Fetch<Result> = (
  actionId: string,
  commandIndex: number,
  signal: AbortSignal,
  options: FetchOptions,
) => Promise<Result>;

/** Fetches a result whole, into memory. */
export type FetchResult = Fetch<DownloadedResult>;

/** Fetches a result into a sink. When it has failed, the next call goes on where it broke off. */
export type FetchInto = Fetch<DownloadFacts>;

export interface ResultFetcher {
  readonly fetchResult: FetchResult;
  /** Begins a download that can be tried again: for one result and one sink. */
  readonly fetchInto: (sink: DownloadSink) => FetchInto;
}

/**
 * Link and download as one step. A link is made only when its download can begin, so none ages in a queue. A link that
 * came expired or that the blob host refuses is replaced once: a second refusal is somebody's rule and not an expiry,
 * unless enough came through the link before it was refused.
 */
export function createResultFetcher(client: DefenderClient, clock: Clock): ResultFetcher {
  const slots = createSlots();

  const getLink = async (
    actionId: string,
    commandIndex: number,
    signal: AbortSignal,
    options: FetchOptions,
  ): Promise<ResultLink> => {
    // The second bound: with a clock that is behind, an old action would look young for as long as that.
    const young = Math.min((options.actionCreatedAt ?? -Infinity) + YOUNG_MS, clock.now() + YOUNG_MS);
    for (;;) {
      try {
        return await client.getResultLink(actionId, commandIndex, signal, options.priority);
      } catch (error) {
        if (!isLiveResponseError(error) || error.code !== 'noResult' || clock.now() + YOUNG_PAUSE_MS > young)
          throw error;
        await clock.wait(YOUNG_PAUSE_MS, signal);
      }
    }
  };

  const begin = (sink: DownloadSink, isLong: boolean): FetchInto => {
    const download = new Download(sink);
    return (actionId, commandIndex, signal, options) =>
      slots(isLong || options.priority === 'background', signal, async () => {
        // A file of gigabytes can outlive several links.
        for (let replaceAbove = -1; ;) {
          const link = await getLink(actionId, commandIndex, signal, options);
          try {
            if (link.cameExpired && replaceAbove < 0) throw new LiveResponseError('linkRefused', { host: link.host });
            return await client.downloadResult(link, signal, options, download);
          } catch (error) {
            const refused = isLiveResponseError(error) && error.code === 'linkRefused';
            if (!refused || download.received <= replaceAbove) throw error;
            replaceAbove = download.received + LINK_WORTH_BYTES;
          }
        }
      });
  };

  return {
    fetchInto: (sink) => begin(sink, true),
    fetchResult: async (...request) => {
      const sink = new MemorySink();
      const facts = await begin(sink, false)(...request);
      return { ...facts, bytes: sink.bytes() };
    },
  };
}

function createSlots(): <T>(canWait: boolean, signal: AbortSignal, work: () => Promise<T>) => Promise<T> {
  let free = DOWNLOADS_AT_ONCE;
  const clicks: (() => void)[] = [];
  const others: (() => void)[] = [];
  const admit = (): void => {
    for (;;) {
      const next = free > 0 ? (clicks.shift() ?? (free > KEPT_FOR_CLICKS ? others.shift() : undefined)) : undefined;
      if (next === undefined) return;
      free--;
      next();
    }
  };
  const enter = (line: (() => void)[], signal: AbortSignal): Promise<void> =>
    new Promise((resolve, reject) => {
      const leave = (): void => {
        line.splice(line.indexOf(go), 1);
        reject(new LiveResponseError('cancelled'));
      };
      const go = (): void => {
        signal.removeEventListener('abort', leave);
        resolve();
      };
      line.push(go);
      signal.addEventListener('abort', leave, { once: true });
      admit();
    });
  return async (canWait, signal, work) => {
    throwIfCancelled(signal);
    await enter(canWait ? others : clicks, signal);
    try {
      return await work();
    } finally {
      free++;
      admit();
    }
  };
}
