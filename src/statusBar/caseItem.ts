import { l10n } from 'vscode';
import type { Disposable, StatusBarItem } from 'vscode';
import type { ActiveCase } from '../case/activeCase.ts';
import { commandIds } from '../platform/commandIds.ts';
import { createStatusItem, showStatus } from '../platform/show/statusItems.ts';

/** Longest name that the status bar shows, in UTF-16 units. Others have room there, too. */
const MAX_NAME = 40;

/** The open case, in the status bar: its name, and whether steps are recorded. Without a case there is no item. */
export class CaseItem implements Disposable {
  readonly #case: ActiveCase;
  readonly #item: StatusBarItem;
  readonly #listening: { dispose: () => void };

  constructor(activeCase: ActiveCase) {
    this.#case = activeCase;
    this.#item = createStatusItem('case', l10n.t('Live Response Case'), 97);
    this.#item.command = commandIds.case;
    this.#listening = activeCase.onDidChange(() => {
      this.#update();
    });
    this.#update();
  }

  dispose(): void {
    this.#listening.dispose();
    this.#item.dispose();
  }

  #update(): void {
    const { current, records } = this.#case;
    if (current === undefined) {
      this.#item.hide();
      return;
    }
    const tooltip = records
      ? l10n.t('Steps are recorded as "{0}". Click to verify, anchor or close.', current.writer)
      : l10n.t('Steps are not recorded. Click to verify, anchor or close.');
    const name = current.name.length > MAX_NAME ? `${current.name.slice(0, MAX_NAME)}…` : current.name;
    const text = records ? l10n.t('Case {0}, recorded', name) : l10n.t('Case {0}', name);
    showStatus(this.#item, { icon: records ? 'record' : 'briefcase', text, tooltip });
  }
}
