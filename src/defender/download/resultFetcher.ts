import type { Priority } from '../calls/budget.ts';
import type { DefenderClient } from '../client.ts';
import type { Clock } from '../../base/clock.ts';
import { Download } from './download.ts';
import type { DownloadedResult, DownloadFacts, DownloadLimits } from './download.ts';
import { MemorySink } from './downloadSink.ts';
import type { DownloadSink } from './downloadSink.ts';
import { isLiveResponseError, LiveResponseError, throwIfCancelled } from '../../base/errors.ts';
import type { ResultLink } from './resultLink.ts';
import { enqueueRising, isClick } from '../../base/urgency.ts';

/**
 * Maximum number of downloads at once. A clicked download counts only other clicked ones, because background downloads
 * can fill all places for minutes.
 */
const DOWNLOADS_AT_ONCE = 4;

/** A new action can answer 404 for about this long, ms. Source: api-facts §2, seen in public clients. */
const YOUNG_MS = 120_000;
/** Pause before the link of a new action is requested again, ms. */
const YOUNG_PAUSE_MS = 5000;

/** Least remaining validity of a kept link, ms. A link that ends sooner is not used. */
const LINK_MARGIN_MS = 60_000;

/** A link that brought more than this before it was refused was good, and may be replaced again, bytes. */
const LINK_WORTH_BYTES = 1_000_000;

export interface FetchOptions extends DownloadLimits {
  readonly priority?: Priority;
  /** Creation time of the action by the server's clock, ms since 1970. */
  readonly actionCreatedAt?: number | undefined;
}

type Fetch<Result> = (
  actionId: string,
  commandIndex: number,
  signal: AbortSignal,
  options: FetchOptions,
) => Promise<Result>;

/** Fetches a whole result into memory. */
export type FetchResult = Fetch<DownloadedResult>;

/** Fetches a result into a sink. After a failure, the next call continues where the last one broke off. */
export type FetchInto = Fetch<DownloadFacts>;

export interface ResultFetcher {
  readonly fetchResult: FetchResult;
  /** Prepares a repeatable download for one result and one sink. */
  readonly fetchInto: (sink: DownloadSink, line?: Priority) => FetchInto;
}

/**
 * Creates the fetcher, which makes link and download one step. It gets a link only when the download can begin, so no
 * link ages in a queue. A link that arrived expired, or that the blob host refuses, is replaced once. A second refusal
 * is a rule of the network, not an expiry, unless enough bytes came through the link before it.
 */
export function createResultFetcher(client: DefenderClient, clock: Clock): ResultFetcher {
  const slots = createSlots(DOWNLOADS_AT_ONCE);
  // Links that were paid for and not used, because the result exceeded its limit. The user may ask for it in another
  // way.
  const unused = new Map<string, ResultLink>();

  const keepUnused = (key: string, link: ResultLink): void => {
    // A link is a secret: it is held only while it is of use.
    for (const [other, { expiresAt }] of unused) if ((expiresAt ?? 0) < clock.now()) unused.delete(other);
    unused.set(key, link);
  };

  const takeUnused = (key: string): ResultLink | undefined => {
    const link = unused.get(key);
    unused.delete(key);
    return link !== undefined && (link.expiresAt ?? 0) > clock.now() + LINK_MARGIN_MS ? link : undefined;
  };

  const getLink = async (
    actionId: string,
    commandIndex: number,
    signal: AbortSignal,
    options: FetchOptions,
  ): Promise<ResultLink> => {
    // The second bound is for a local clock that is behind: an old action would look new for as long as the clock lags.
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

  const begin = (sink: DownloadSink, line?: Priority): FetchInto => {
    const download = new Download(sink);
    return (actionId, commandIndex, signal, options) =>
      slots(line ?? options.priority ?? 'click', signal, async () => {
        const key = `${actionId}#${commandIndex.toString()}`;
        download.forgetStatements();
        // A file of gigabytes can outlive several links.
        for (let replaceAbove = -1; ;) {
          const link = takeUnused(key) ?? (await getLink(actionId, commandIndex, signal, options));
          try {
            if (link.cameExpired && replaceAbove < 0) throw new LiveResponseError('linkRefused', { host: link.host });
            return await client.downloadResult(link, signal, options, download);
          } catch (error) {
            if (isLiveResponseError(error) && error.code === 'tooLarge') keepUnused(key, link);
            const refused = isLiveResponseError(error) && error.code === 'linkRefused';
            if (!refused || download.received <= replaceAbove) throw error;
            replaceAbove = download.received + LINK_WORTH_BYTES;
          }
        }
      });
  };

  return {
    // Such results are large, so they queue as background work, which clicks do not count. The caller names another
    // priority where a user waits to read the result.
    fetchInto: (sink, line = 'background') => begin(sink, line),
    fetchResult: async (...request) => {
      const sink = new MemorySink();
      const facts = await begin(sink)(...request);
      return { ...facts, bytes: sink.bytes() };
    },
  };
}

function createSlots(
  count: number,
): <T>(priority: Priority, signal: AbortSignal, work: () => Promise<T>) => Promise<T> {
  const working: { readonly priority: Priority }[] = [];
  const waiting: { readonly priority: Priority; readonly enter: () => void }[] = [];
  const hasRoom = (priority: Priority): boolean =>
    (isClick(priority) ? working.filter((one) => isClick(one.priority)) : working).length < count;
  const admit = (): void => {
    for (let first = waiting[0]; first !== undefined && hasRoom(first.priority); first = waiting[0]) {
      waiting.shift();
      working.push(first);
      first.enter();
    }
  };
  return async (priority, signal, work) => {
    throwIfCancelled(signal);
    const place = await new Promise<{ readonly priority: Priority }>((resolve, reject) => {
      const leave = (): void => {
        waiting.splice(waiting.indexOf(mine), 1);
        stopRising();
        reject(new LiveResponseError('cancelled'));
      };
      const mine = {
        priority,
        enter: (): void => {
          signal.removeEventListener('abort', leave);
          stopRising();
          resolve(mine);
        },
      };
      const stopRising = enqueueRising(waiting, mine, admit);
      signal.addEventListener('abort', leave, { once: true });
      admit();
    });
    try {
      return await work();
    } finally {
      working.splice(working.indexOf(place), 1);
      admit();
    }
  };
}
