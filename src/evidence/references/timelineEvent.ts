import { buildCitation, parseCitation } from '../blocks/citation.ts';
import type { Span } from '../../base/places.ts';
import type { ResultRef, ResultStream } from '../../base/resultUri.ts';

/** An event of a timeline, with the fields that Timesketch requires: `message`, `datetime`, `timestamp_desc`. */
export interface TimelineEvent extends Readonly<Record<string, string | number>> {
  readonly message: string;
  /** ISO 8601 with an offset. */
  readonly datetime: string;
  readonly timestamp_desc: string;
  readonly data_type: string;
}

/** A result that an event is about. */
export interface TimelineResult extends ResultRef {
  readonly stream?: ResultStream;
  readonly sha256?: string;
}

/** Returns the fields of an event that lead back to a result: its action, its hash, and the link that opens it. */
export function backTo(result: TimelineResult, spans: readonly Span[] = []): Readonly<Record<string, string | number>> {
  const { cloud, tenantId, actionId, commandIndex, stream = 'output', sha256 } = result;
  const link = buildCitation({ address: { cloud, tenantId, actionId, commandIndex, stream }, spans });
  return {
    action_id: actionId,
    command_index: commandIndex,
    // A record that somebody else wrote can name what is no result.
    ...(parseCitation(link) === undefined ? {} : { link }),
    ...(sha256 === undefined ? {} : { sha256 }),
  };
}

/** Returns a time as Timesketch reads it. @param time - ms since 1970 */
export function toDatetime(time: number): string {
  return new Date(time).toISOString().replace('Z', '+00:00');
}

/** Sorts events, oldest first. Those of the same time keep their order. */
export function sortEvents(events: readonly TimelineEvent[]): readonly TimelineEvent[] {
  return events.toSorted((one, other) => (one.datetime < other.datetime ? -1 : one.datetime > other.datetime ? 1 : 0));
}
