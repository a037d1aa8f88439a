import { DocumentLink, Range, Uri } from 'vscode';
import { oneLine } from '../../platform/remoteText.ts';

/** Builder of a text with links, line by line. All links are made by this extension. */
export class LinkedText {
  readonly #lines: string[] = [];
  readonly links: DocumentLink[] = [];
  #line = '';

  get text(): string {
    return this.#lines.join('\n');
  }

  /** Adds text of this extension. */
  add(text: string): this {
    this.#line += text;
    return this;
  }

  /**
   * Adds text of a device or a server. It stays on its line and contains no address that the editor would turn into a
   * link.
   */
  remote(text: string): this {
    return this.add(safe(text));
  }

  /** Adds words that run a command, with one argument or none. */
  link(words: string, command: string, argument?: object): this {
    const start = this.#line.length;
    this.add(safe(words));
    const query = argument === undefined ? '' : JSON.stringify([argument]);
    const range = new Range(this.#lines.length, start, this.#lines.length, this.#line.length);
    const link = new DocumentLink(range, Uri.from({ scheme: 'command', path: command, query }));
    // Links appear a moment after their text. The tooltip names the target. It is Markdown, so it may hold only plain
    // names.
    if (/^[\w-]+$/u.test(words)) link.tooltip = words;
    this.links.push(link);
    return this;
  }

  end(): this {
    this.#lines.push(this.#line);
    this.#line = '';
    return this;
  }
}

/** Breaks every address in a text of a device or a server, because the editor makes links of addresses. */
export function safe(text: string): string {
  return oneLine(text).replaceAll(':/', ':\u2215');
}
