import type { Disposable } from 'vscode';
import type { ResultAddress } from '../../base/resultUri.ts';
import { setContextKey } from '../../platform/contextKeys.ts';
import type { ContextKeys } from '../../platform/contextKeys.ts';
import { resultOf } from '../../model/machineAction.ts';
import { explainEmptiness } from '../../results/emptiness.ts';
import type { ResultStore } from '../../results/resultStore.ts';
import type { StoredFacts } from '../../model/storedResult.ts';
import { followActiveResult } from './followActiveResult.ts';
import { fitsWhole, partsOf } from '../parts.ts';
import { activeAddress } from '../resultUris.ts';

/**
 * Longest text that is checked for emptiness, in UTF-16 units. The line that Defender's script runner writes is
 * shorter, so a longer text has other content.
 */
const EMPTY_UNITS = 1000;

/**
 * Sets the context keys that describe the active document: its part, whether it is empty, whether there are errors,
 * and whether its action has other commands.
 */
export class ReadingContext implements Disposable {
  readonly #store: ResultStore;
  readonly #following: Disposable;
  #updates = 0;

  constructor(store: ResultStore) {
    this.#store = store;
    this.#following = followActiveResult(store, () => void this.#update());
  }

  dispose(): void {
    this.#following.dispose();
  }

  async #update(): Promise<void> {
    const address = activeAddress();
    const update = ++this.#updates;
    // A failure of the store is reported when the user opens a result.
    const facts = address === undefined ? undefined : await this.#store.facts(address).catch(() => undefined);
    const isKnown = address !== undefined && facts !== undefined;
    const part = isKnown ? await this.#partOf(address, facts).catch(() => 'none' as const) : 'none';
    const isEmpty = isKnown && (await this.#isEmpty(address, facts).catch(() => false));
    // Another document may have become active meanwhile.
    if (update !== this.#updates) return;
    if (isKnown) setContextKey('liveResponse.opened', 'yes');
    setContextKey('liveResponse.part', part);
    setContextKey('liveResponse.empty', isEmpty ? 'yes' : 'no');
    setContextKey('liveResponse.errors', (facts?.transcript?.errors.length ?? 0) > 0 ? 'yes' : 'no');
    const scripts = facts?.action.commands.filter((one) => resultOf(facts.action, one) === 'transcript') ?? [];
    setContextKey('liveResponse.commands', scripts.length > 1 ? 'several' : 'one');
  }

  async #isEmpty({ stream }: ResultAddress, facts: StoredFacts): Promise<boolean> {
    const known = stream === 'raw' ? undefined : facts.transcript?.[stream];
    if (known === undefined || known.length - known.trailingNuls > EMPTY_UNITS) return false;
    const text = await this.#store.text(facts.ref, stream);
    const { action, ref } = facts;
    return explainEmptiness(action, ref.commandIndex, facts, stream, text) !== 'notEmpty';
  }

  async #partOf(address: ResultAddress, facts: StoredFacts): Promise<ContextKeys['liveResponse.part']> {
    const known = address.stream === 'raw' ? facts.raw : facts.transcript?.[address.stream];
    if (known === undefined || fitsWhole(known)) return 'none';
    if (address.part === 'whole') return 'whole';
    const parts = (await partsOf(this.#store, address))?.parts ?? [];
    if (parts.length < 2) return 'none';
    const { part } = address;
    if (part === undefined) return 'first';
    const last = parts.at(-1)?.first;
    return last?.line === part.line && last.column === part.column ? 'last' : 'middle';
  }
}
