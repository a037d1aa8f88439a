import { findElements } from '../../evidence/decode/jsonElements.ts';
import type { JsonAnswer } from '../answers.ts';
import type { ActionPage, MachineAction } from '../schema.ts';

/** A machine action as the API wrote it. */
export interface ReceivedAction {
  /** Unchanged JSON: the complete answer, or one element of a list. */
  readonly text: string;
  readonly from: 'action' | 'list';
  /** Time by the local clock when the answer's headers arrived, ms since 1970. */
  readonly receivedAt: number;
  /** The `Date` of the answer, verbatim. */
  readonly serverDate: string | undefined;
}

interface Received extends JsonAnswer {
  readonly receivedAt: number;
  readonly date: string | undefined;
}

/** Maximum length of the texts that are kept for one connection, in UTF-16 code units: about 300 actions. */
const MAX_KEPT = 512 * 1024;

/**
 * JSON texts of the actions that were received last. A list can contain ten thousand actions, and a user opens a few of
 * them, so the oldest texts are dropped. When a user opens an action, its text is stored with its result at once.
 */
export class ReceivedActions {
  readonly #kept = new Map<MachineAction, ReceivedAction>();
  #size = 0;

  rememberAction(action: MachineAction, { text, receivedAt, date }: Received): void {
    this.remember(action, { text, from: 'action', receivedAt, serverDate: date });
  }

  /** @param page - the page, with its actions in the order of the answer */
  rememberPage({ actions, leftOut = [] }: ActionPage, { text, receivedAt, date }: Received): void {
    // A page that is larger than the limit is not kept, because each slice would keep the text of the complete page in
    // memory.
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
