import { DocumentLink, Range, Uri } from 'vscode';
import { oneLine } from '../platform/remoteText.ts';

/** Builder of a text with links, line by line. Only this extension creates the links. */
export class LinkedText<Source = never> {
  readonly #lines: string[] = [];
  readonly #sources: Source[][] = [];
  readonly links: DocumentLink[] = [];
  #line = '';

  get text(): string {
    return this.#lines.join('\n');
  }

  /** Records the source of a text on the current line, for a quotation of the line. */
  source(source: Source): this {
    (this.#sources[this.#lines.length] ??= []).push(source);
    return this;
  }

  /** Returns the sources of lines. @param first - from 0 @param last - inclusive */
  sourcesOf(first: number, last: number): Source[] {
    return this.#sources.slice(first, last + 1).flatMap((sources) => sources);
  }

  /** Adds text of this extension. */
  add(text: string): this {
    this.#line += text;
    return this;
  }

  /**
   * Adds text of a device or a server. The text cannot begin a new line, and the editor finds no address in it that it
   * would turn into a link.
   */
  remote(text: string): this {
    return this.add(safe(text));
  }

  /** Adds words that run a command when they are clicked. The command gets one argument or none. */
  link(words: string, command: string, argument?: object): this {
    const start = this.#line.length;
    this.add(safe(words));
    const query = argument === undefined ? '' : JSON.stringify([argument]);
    const range = new Range(this.#lines.length, start, this.#lines.length, this.#line.length);
    const link = new DocumentLink(range, Uri.from({ scheme: 'command', path: command, query }));
    // The tooltip names the link's target, because links can lag behind their text. The tooltip is Markdown, so only
    // plain names become tooltips.
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

/** Breaks every address in a text of a device or a server, because the editor would turn the address into a link. */
export function safe(text: string): string {
  return oneLine(text).replaceAll(':/', ':\u2215');
}
