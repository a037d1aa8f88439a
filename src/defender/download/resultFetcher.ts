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
 * Maximum number of downloads at once. For a clicked download, only other clicked downloads count, because background
 * downloads can take minutes.
 */
const DOWNLOADS_AT_ONCE = 4;

/**
 * Time during which the link call for a new action can answer 404, ms. Source: api-facts §2, seen in public clients.
 */
const YOUNG_MS = 120_000;
/** Pause before the link of a new action is requested again, ms. */
const YOUNG_PAUSE_MS = 5000;

/** Minimum remaining validity of a kept link, ms. A link that expires sooner is not used. */
const LINK_MARGIN_MS = 60_000;

/**
 * Number of bytes that prove that a link worked. If a link brought more bytes before it was refused, it may be replaced
 * again.
 */
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

/** Fetches a complete result into memory. */
export type FetchResult = Fetch<DownloadedResult>;

/** Fetches a result into a sink. After a failure, the next call continues the download that broke off. */
export type FetchInto = Fetch<DownloadFacts>;

/** Fetches an investigation package into a sink. It can be continued like a result. */
export type FetchPackageInto = (
  actionId: string,
  signal: AbortSignal,
  limits: DownloadLimits,
) => Promise<DownloadFacts>;

export interface ResultFetcher {
  /** Prepares a download of one investigation package into one sink. */
  readonly fetchPackageInto: (sink: DownloadSink) => FetchPackageInto;
  readonly fetchResult: FetchResult;
  /** Prepares a download of one result into one sink. The download can be continued after a failure. */
  readonly fetchInto: (sink: DownloadSink, line?: Priority) => FetchInto;
}

/** State of a download whose link was replaced. */
interface ReplacedLink {
  /** Number of received bytes above which the new link has brought enough to be replaced as well. */
  readonly enoughAbove: number;
}

/**
 * Creates the fetcher, which requests a link and downloads the result in one step. It requests the link only when the
 * download can begin, so that no link expires in a queue. A link that had expired on arrival, or that the blob host
 * refuses, is replaced once. A second refusal is a rule of the network, not an expiry, so the link is not replaced
 * again. The exception is a link that brought more than `LINK_WORTH_BYTES` before its refusal.
 */
export function createResultFetcher(client: DefenderClient, clock: Clock): ResultFetcher {
  const slots = createSlots(DOWNLOADS_AT_ONCE);
  // A package waits for its link, of which two a minute are allowed. Results must not wait behind it.
  const packageSlots = createSlots(DOWNLOADS_AT_ONCE);
  // Links that cost a call and were not used, because the result exceeded its limit. The user may fetch the same result
  // in another way.
  const unused = new Map<string, ResultLink>();

  const keepUnused = (key: string, link: ResultLink): void => {
    // A link is a secret, so expired links are deleted.
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
    // The second bound is for a local clock that is slow. Without this bound, an old action would count as new for as
    // long as the clock is behind.
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

  /** Downloads through links, one after the other. `key` names what the links lead to. */
  const downloadThrough = async (
    download: Download,
    key: string,
    newLink: () => Promise<ResultLink>,
    signal: AbortSignal,
    limits: DownloadLimits,
  ): Promise<DownloadFacts> => {
    download.forgetStatements();
    // The download of several gigabytes can take longer than the validity of several links.
    let replaced: ReplacedLink | undefined;
    for (;;) {
      const link = takeUnused(key) ?? (await newLink());
      try {
        if (link.cameExpired && replaced === undefined) throw new LiveResponseError('linkRefused', { host: link.host });
        return await client.downloadResult(link, signal, limits, download);
      } catch (error) {
        if (isLiveResponseError(error) && error.code === 'tooLarge') keepUnused(key, link);
        const refused = isLiveResponseError(error) && error.code === 'linkRefused';
        if (!refused || (replaced !== undefined && download.received <= replaced.enoughAbove)) throw error;
        replaced = { enoughAbove: download.received + LINK_WORTH_BYTES };
      }
    }
  };

  const begin = (sink: DownloadSink, line?: Priority): FetchInto => {
    const download = new Download(sink);
    return (actionId, commandIndex, signal, options) => {
      const key = `${actionId}#${commandIndex.toString()}`;
      const newLink = (): Promise<ResultLink> => getLink(actionId, commandIndex, signal, options);
      return slots(line ?? options.priority ?? 'click', signal, () =>
        downloadThrough(download, key, newLink, signal, options),
      );
    };
  };

  return {
    // Results that go into a sink are large, so by default they queue as background work. Background downloads never
    // delay a clicked download. If a user waits to read the result, the caller gives another priority.
    fetchInto: (sink, line = 'background') => begin(sink, line),
    fetchPackageInto: (sink) => {
      const download = new Download(sink);
      return (actionId, signal, limits) => {
        const newLink = (): Promise<ResultLink> => client.getPackageLink(actionId, signal);
        return packageSlots('background', signal, () =>
          downloadThrough(download, `${actionId}#package`, newLink, signal, limits),
        );
      };
    },
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
