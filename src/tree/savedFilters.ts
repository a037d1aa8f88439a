import type { Memento } from 'vscode';
import { readFilter } from '../actions/actionFilter.ts';
import type { ActionFilter } from '../actions/actionFilter.ts';

const KEY = 'liveResponse.filters';

export interface SavedFilter {
  readonly name: string;
  readonly filter: ActionFilter;
  /** Tenant in which the filter's device ids are valid. */
  readonly tenantId: string;
}

/** Named filters of this machine. Saved filters survive a restart; the filter in use does not. */
export class SavedFilters {
  readonly #memento: Pick<Memento, 'get' | 'update'>;

  constructor(memento: Pick<Memento, 'get' | 'update'>) {
    this.#memento = memento;
  }

  /** The saved filters, sorted by name. */
  get all(): readonly SavedFilter[] {
    const kept = this.#memento.get<unknown>(KEY);
    if (!Array.isArray(kept)) return [];
    return kept.flatMap((one: unknown) => {
      if (typeof one !== 'object' || one === null || !('name' in one) || !('filter' in one)) return [];
      const tenantId = 'tenantId' in one && typeof one.tenantId === 'string' ? one.tenantId : '';
      return typeof one.name === 'string' ? [{ name: one.name, filter: readFilter(one.filter), tenantId }] : [];
    });
  }

  /** Saves a filter. Replaces a saved filter with the same name. */
  async save(saved: SavedFilter): Promise<void> {
    const kept = [...this.all.filter((one) => one.name !== saved.name), saved];
    kept.sort((one, other) => one.name.localeCompare(other.name));
    await this.#memento.update(KEY, kept);
  }

  async remove(name: string): Promise<void> {
    await this.#memento.update(
      KEY,
      this.all.filter((one) => one.name !== name),
    );
  }
}
