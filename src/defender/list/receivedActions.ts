import { findElements } from '../../evidence/decode/jsonElements.ts';
import type { JsonAnswer } from '../answers.ts';
import type { ActionPage, MachineAction } from '../schema.ts';

/** A machine action as the API wrote it. */
export interface ReceivedAction {
  /** Unchanged JSON: the whole answer, or one element cut out of a list. */
  readonly text: string;
  readonly from: 'action' | 'list';
  /** Local clock when the answer's headers arrived, ms since 1970. */
  readonly receivedAt: number;
  /** The `Date` of the answer, verbatim. */
  readonly serverDate: string | undefined;
}

interface Received extends JsonAnswer {
  readonly receivedAt: number;
  readonly date: string | undefined;
}

/** Most text kept for one connection, in UTF-16 code units: about 300 actions. */
const MAX_KEPT = 512 * 1024;

/**
 * Texts of the actions that came last. A list can bring ten thousand, and a user opens a few, so the oldest texts are
 * dropped. The text of an opened action is stored with its result at once.
 */
export class ReceivedActions {
  readonly #kept = new Map<MachineAction, ReceivedAction>();
  #size = 0;

  rememberAction(action: MachineAction, { text, receivedAt, date }: Received): void {
    this.remember(action, { text, from: 'action', receivedAt, serverDate: date });
  }

  /** @param page - its actions in the order of the answer */
  rememberPage({ actions, leftOut = [] }: ActionPage, { text, receivedAt, date }: Received): void {
    // Each slice would keep the whole page's text in memory.
    if (text.length > MAX_KEPT) return;
    const others = new Set(leftOut);
    const spans = findElements(text, 'value').filter((_, place) => !others.has(place));
    if (spans.length !== actions.length) return;
    for (const [at, { start, end }] of spans.entries()) {
      const action = actions[at];
      if (action === undefined) continue;
      this.remember(action, { text: text.slice(start, end), from: 'list', receivedAt, serverDate: date });
    }
  }

  of(action: MachineAction): ReceivedAction | undefined {
    return this.#kept.get(action);
  }

  remember(action: MachineAction, received: ReceivedAction): void {
    this.#kept.set(action, received);
    this.#size += received.text.length;
    for (const [oldest, { text }] of this.#kept) {
      if (this.#size <= MAX_KEPT) return;
      this.#kept.delete(oldest);
      this.#size -= text.length;
    }
  }
}
