import 'regular-table';
import type { RegularTableElement } from 'regular-table';
import { shownText } from './shownText.ts';

/** A column as the grid shows it. */
export interface ShownColumn {
  readonly name: string;
  /** Sort direction of the column, for its header and a screen reader. */
  readonly sort: 'ascending' | 'descending' | 'none';
  /** Whether its cells are numbers, which stand at the right. */
  readonly isNumber: boolean;
}

/** One row of the grid: its cells in the order of pinned and free columns. */
export interface GridRow {
  readonly cells: readonly (string | null)[];
  /** Share of a bar behind the last cell, from 0 to 1. */
  readonly bar?: number;
}

export interface GridContent {
  readonly pinned: readonly ShownColumn[];
  readonly free: readonly ShownColumn[];
  readonly count: number;
  readonly rows: (from: number, to: number) => Promise<readonly GridRow[]>;
}

export interface GridEvents {
  readonly onHeader: (column: number, isMenu: boolean) => void;
  readonly onEnter: (row: number, isBeside: boolean) => void;
  readonly onCopy: (isCell: boolean) => void;
  readonly onType: (letter: string) => void;
  readonly onMove: () => void;
}

/** Number of rows that Page Up and Page Down move. */
const PAGE = 20;
const EMPTY: GridContent = { pinned: [], free: [], count: 0, rows: () => Promise.resolve([]) };

/**
 * The grid of rows: a real table of which only the visible part exists. One cell is active, and the rows between it and
 * the anchor are selected.
 */
export class Grid {
  readonly #element: RegularTableElement;
  readonly #events: GridEvents;
  #content = EMPTY;
  #row = 0;
  #column = 0;
  #anchor = 0;
  #isShown = false;

  constructor(element: RegularTableElement, events: GridEvents) {
    this.#element = element;
    this.#events = events;
    element.addStyleListener(() => {
      this.#style();
    });
    element.addEventListener('keydown', (event) => {
      this.#onKey(event);
    });
    element.addEventListener('mousedown', (event) => {
      this.#onMouse(event);
    });
    element.addEventListener('dblclick', (event) => {
      if (this.#placeOf(event.target)?.type === 'body') events.onEnter(this.#row, event.ctrlKey || event.metaKey);
    });
    element.addEventListener('contextmenu', (event) => {
      const place = this.#placeOf(event.target);
      if (place === undefined || place.type === 'body') return;
      event.preventDefault();
      events.onHeader(place.column, true);
    });
  }

  /** The active column, as an index into pinned and free columns. */
  get column(): number {
    return this.#column;
  }

  get row(): number {
    return this.#row;
  }

  /** The selected rows, from `from` up to before `to`. */
  get selection(): { readonly from: number; readonly to: number } {
    return { from: Math.min(this.#row, this.#anchor), to: Math.max(this.#row, this.#anchor) + 1 };
  }

  /** Shows other rows or columns. @param keepsPlace - whether the active cell and the scroll position stay */
  async show(content: GridContent, keepsPlace: boolean): Promise<void> {
    this.#content = content;
    if (!keepsPlace) {
      this.#row = this.#anchor = 0;
      this.#element.scrollTop = 0;
    }
    this.#row = Math.max(0, Math.min(this.#row, content.count - 1));
    this.#anchor = Math.max(0, Math.min(this.#anchor, content.count - 1));
    this.#column = Math.max(0, Math.min(this.#column, content.pinned.length + content.free.length - 1));
    this.#element.setDataListener((x0, y0, x1, y1) => this.#read(x0, y0, x1, y1), {
      virtual_mode: 'both',
      // Before the first rows there is no state to preserve.
      preserve_state: keepsPlace && this.#isShown,
    });
    this.#isShown = true;
    this.#element.resetAutoSize();
    await this.#element.draw({ invalid_viewport: true });
  }

  focus(): void {
    this.#element.focus();
  }

  async #read(
    x0: number,
    y0: number,
    x1: number,
    y1: number,
  ): ReturnType<Parameters<RegularTableElement['setDataListener']>[0]> {
    const { pinned, free, count, rows } = this.#content;
    const shown = count === 0 ? [] : await rows(y0, Math.min(y1, count));
    const cell = (row: GridRow, column: number): string => {
      const text = row.cells[column];
      return text === null || text === undefined ? '' : shownText(text);
    };
    return {
      num_rows: count,
      num_columns: free.length,
      num_row_headers: pinned.length,
      num_column_headers: 1,
      // Header cells have unique keys in place of names: cells with the same name would become one.
      column_headers: free.slice(x0, x1).map((_, column) => [`${x0 + column}`]),
      row_headers: shown.map((row) => pinned.map((_, column) => cell(row, column))),
      data: free.slice(x0, x1).map((_, column) => shown.map((row) => cell(row, pinned.length + x0 + column))),
      metadata: free.slice(x0, x1).map(() => shown.map(({ bar }) => bar ?? null)),
      merge_headers: 'column',
    };
  }

  #style(): void {
    const { pinned, free, count } = this.#content;
    const table = this.#element.querySelector('table');
    if (table === null) return;
    const width = pinned.length + free.length;
    setAll(this.#element, {
      role: 'grid',
      'aria-multiselectable': 'true',
      'aria-rowcount': `${count + 1}`,
      'aria-colcount': `${width}`,
    });
    setAll(table, { role: 'presentation' });
    for (const part of [table.tHead, ...table.tBodies]) part?.setAttribute('role', 'rowgroup');
    let active = '';
    for (const row of table.rows) row.setAttribute('role', 'row');
    for (const row of table.tHead?.rows ?? []) row.setAttribute('aria-rowindex', '1');
    for (const head of table.querySelectorAll('thead th')) this.#styleHead(head as HTMLElement);
    for (const row of table.tBodies[0]?.rows ?? []) {
      for (const cell of row.cells) {
        const place = this.#placeOf(cell);
        if (place?.row === undefined) continue;
        const { from, to } = this.selection;
        const isActive = place.row === this.#row && place.column === this.#column;
        row.setAttribute('aria-rowindex', `${place.row + 2}`);
        row.setAttribute('aria-selected', `${place.row >= from && place.row < to}`);
        cell.id = `cell-${place.row}-${place.column}`;
        setAll(cell, {
          role: place.column < pinned.length ? 'rowheader' : 'gridcell',
          'aria-colindex': `${place.column + 1}`,
        });
        cell.title = cell.textContent;
        cell.classList.toggle('active', isActive);
        cell.classList.toggle('number', this.#columnAt(place.column)?.isNumber === true);
        const bar = place.column === width - 1 && typeof place.user === 'number' ? place.user : undefined;
        cell.classList.toggle('bar', bar !== undefined);
        if (bar !== undefined) cell.style.setProperty('--share', `${Math.max(1, bar * 100)}%`);
        if (isActive) active = cell.id;
      }
    }
    if (active === '') this.#element.removeAttribute('aria-activedescendant');
    else this.#element.setAttribute('aria-activedescendant', active);
  }

  #styleHead(head: HTMLElement): void {
    const place = this.#placeOf(head);
    const column = place === undefined ? undefined : this.#columnAt(place.column);
    if (place === undefined || column === undefined) return;
    const mark = { ascending: ' ↑', descending: ' ↓', none: '' }[column.sort];
    const text = head.querySelector('span') ?? head;
    const name = `${column.name === '' ? '–' : shownText(column.name)}${mark}`;
    if (text.textContent !== name) text.textContent = name;
    head.title = shownText(column.name);
    setAll(head, { role: 'columnheader', 'aria-colindex': `${place.column + 1}`, 'aria-sort': column.sort });
    head.classList.toggle('number', column.isNumber);
  }

  #columnAt(column: number): ShownColumn | undefined {
    const { pinned, free } = this.#content;
    return pinned[column] ?? free[column - pinned.length];
  }

  #placeOf(target: EventTarget | null):
    | {
        readonly type: 'body' | 'head';
        readonly row: number | undefined;
        readonly column: number;
        readonly user: unknown;
      }
    | undefined {
    const cell = target instanceof HTMLElement ? target.closest<HTMLElement>('td, th') : null;
    const meta = cell === null ? undefined : this.#element.getMeta(cell);
    const pinned = this.#content.pinned.length;
    switch (meta?.type) {
      case 'body':
        return { type: 'body', row: meta.y, column: pinned + meta.x, user: meta.user };
      case 'row_header':
        return { type: 'body', row: meta.y, column: meta.row_header_x, user: undefined };
      case 'column_header':
        return { type: 'head', row: undefined, column: pinned + meta.x, user: undefined };
      case 'corner':
        return { type: 'head', row: undefined, column: meta.row_header_x, user: undefined };
      case undefined:
        return undefined;
    }
  }

  #onMouse(event: MouseEvent): void {
    const isResize = event.target instanceof HTMLElement && event.target.classList.contains('rt-column-resize');
    const place = this.#placeOf(event.target);
    if (place === undefined || isResize) return;
    const { from, to } = this.selection;
    const isSelected = place.row !== undefined && place.row >= from && place.row < to;
    // The context menu works on the selected rows, so a click with the other button keeps them.
    if (event.button === 2 && (place.type === 'head' || isSelected)) return;
    if (place.type === 'head') {
      this.#column = place.column;
      this.#events.onHeader(place.column, false);
      return;
    }
    this.#row = place.row ?? 0;
    this.#column = place.column;
    if (!event.shiftKey) this.#anchor = this.#row;
    this.#style();
    this.#events.onMove();
  }

  #onKey(event: KeyboardEvent): void {
    const { key, shiftKey } = event;
    const isMain = event.ctrlKey || event.metaKey;
    if (key === 'Enter') this.#events.onEnter(this.#row, isMain);
    else if (isMain && key.toLowerCase() === 'c') this.#events.onCopy(shiftKey);
    else if (isMain && key.toLowerCase() === 'a') this.#move(this.#content.count - 1, this.#column, 0);
    else if ((shiftKey && key === 'F10') || key === 'ContextMenu' || (event.altKey && key === 'ArrowDown'))
      this.#events.onHeader(this.#column, true);
    else if (this.#moveBy(key, isMain, shiftKey)) event.preventDefault();
    else if (key.length === 1 && key !== ' ' && !isMain && !event.altKey) this.#events.onType(key);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  #moveBy(key: string, isMain: boolean, keepsAnchor: boolean): boolean {
    const last = this.#content.count - 1;
    const width = this.#content.pinned.length + this.#content.free.length;
    const places: Readonly<Record<string, readonly [row: number, column: number]>> = {
      ArrowUp: [this.#row - 1, this.#column],
      ArrowDown: [this.#row + 1, this.#column],
      ArrowLeft: [this.#row, this.#column - 1],
      ArrowRight: [this.#row, this.#column + 1],
      PageUp: [this.#row - PAGE, this.#column],
      PageDown: [this.#row + PAGE, this.#column],
      Home: [isMain ? 0 : this.#row, 0],
      End: [isMain ? last : this.#row, width - 1],
    };
    const place = places[key];
    if (place === undefined) return false;
    this.#move(place[0], place[1], keepsAnchor ? this.#anchor : undefined);
    return true;
  }

  #move(row: number, column: number, anchor?: number): void {
    const { pinned, free, count } = this.#content;
    this.#row = Math.max(0, Math.min(row, count - 1));
    this.#column = Math.max(0, Math.min(column, pinned.length + free.length - 1));
    this.#anchor = anchor ?? this.#row;
    void this.#reveal();
    this.#events.onMove();
  }

  /** Scrolls only if the active cell is not in view. */
  async #reveal(): Promise<void> {
    const id = `cell-${this.#row}-${this.#column}`;
    const shown = document.getElementById(id)?.getBoundingClientRect();
    const frame = this.#element.getBoundingClientRect();
    const head = this.#element.querySelector('thead')?.getBoundingClientRect();
    const isInView =
      shown !== undefined &&
      shown.top >= (head?.bottom ?? frame.top) &&
      shown.bottom <= frame.top + this.#element.clientHeight &&
      (this.#column < this.#content.pinned.length || shown.left < frame.left + this.#element.clientWidth - 20);
    if (!isInView) {
      const height = shown?.height ?? head?.height ?? 22;
      const rows = Math.max(1, Math.floor(this.#element.clientHeight / height) - 2);
      const first = Math.round(this.#element.scrollTop / height);
      const top = this.#row < first ? this.#row : Math.max(0, this.#row - rows + 1);
      const x = Math.max(0, this.#column - this.#content.pinned.length);
      await this.#element.scrollToCell(x, top);
    }
    this.#style();
  }
}

function setAll(target: Element, attributes: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(attributes))
    if (target.getAttribute(name) !== value) target.setAttribute(name, value);
}
