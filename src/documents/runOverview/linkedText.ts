import { DocumentLink, Range, Uri } from 'vscode';
import { oneLine } from '../../platform/remoteText.ts';

/** A text of ours with links of our own making, made line by line. */
export class LinkedText {
  readonly #lines: string[] = [];
  readonly links: DocumentLink[] = [];
  #line = '';

  get text(): string {
    return this.#lines.join('\n');
  }

  /** Text of ours. */
  add(text: string): this {
    this.#line += text;
    return this;
  }

  /** Text of a device or a server: it stays on its line, and holds no address that the editor would make a link of. */
  remote(text: string): this {
    return this.add(safe(text));
  }

  /** Words that run a command, with one argument or none. */
  link(words: string, command: string, argument?: object): this {
    const start = this.#line.length;
    this.add(safe(words));
    const query = argument === undefined ? '' : JSON.stringify([argument]);
    const range = new Range(this.#lines.length, start, this.#lines.length, this.#line.length);
    const link = new DocumentLink(range, Uri.from({ scheme: 'command', path: command, query }));
    // Links come a moment after their text: this says where one leads. It is Markdown, so only plain names may stand in it.
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

/** The editor makes links of addresses wherever it finds them: what devices and servers say must hold none. */
export function safe(text: string): string {
  return oneLine(text).replaceAll(':/', ':\u2215');
}
