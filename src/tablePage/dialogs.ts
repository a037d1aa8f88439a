import type { HostsWithout, PageWords } from '../documents/table/tableMessages.ts';
import { guardCell } from '../evidence/export/csv.ts';
import { button, element, shownText } from './shownText.ts';

/** Creates a dialog that removes itself when it closes. */
export function openDialog(title: string, closeWord: string, onClose: () => void): HTMLDialogElement {
  for (const open of document.querySelectorAll('dialog')) open.remove();
  const dialog = element('dialog', '', { 'aria-labelledby': 'dialog-title' });
  const head = element('div', '', { class: 'head' });
  const close = (): void => {
    dialog.close();
  };
  head.append(
    element('h2', title, { id: 'dialog-title' }),
    button('×', close, { 'aria-label': closeWord, class: 'close' }),
  );
  dialog.append(head);
  dialog.addEventListener('close', () => {
    dialog.remove();
    onClose();
  });
  dialog.addEventListener('click', (event) => {
    if (event.target === dialog) dialog.close();
  });
  document.body.append(dialog);
  return dialog;
}

/** Asks for a list of values, one a line. @param known - the list that applies now */
export function openList(words: PageWords, known: string, apply: (value: string) => void, onClose: () => void): void {
  const dialog = openDialog(words.matchList, words.close, onClose);
  const area = element('textarea', '', { rows: '10', 'aria-label': words.matchListHint, spellcheck: 'false' });
  area.value = known;
  const use = (): void => {
    dialog.close();
    apply(area.value);
  };
  dialog.append(element('p', words.matchListHint), area, button(words.apply, use));
  dialog.showModal();
  area.focus();
}

/** Lists the hosts without a row, and those of which it is not known. */
export function openHosts(
  words: PageWords,
  sentence: string,
  found: HostsWithout,
  copy: (text: string) => void,
  onClose: () => void,
): void {
  const dialog = openDialog(words.withoutTitle, words.close, onClose);
  const list = element('ul', '', { class: 'hosts', tabindex: '0', 'aria-label': words.withoutTitle });
  list.append(
    ...found.without.map((name) => element('li', shownText(name))),
    ...found.unknown.map(({ name, why }) =>
      element('li', `${shownText(name)} – ${shownText(why)}`, { class: 'unknown' }),
    ),
  );
  const lines = [...list.querySelectorAll('li')].map(({ textContent }) => guardCell(textContent));
  const copyAll = (): void => {
    copy([sentence, ...lines].join('\n'));
  };
  dialog.append(element('p', sentence), list, button(words.copyList, copyAll));
  dialog.showModal();
}
