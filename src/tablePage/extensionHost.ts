import type { FromPage, PageCalls, PageMethod, ToPage } from '../documents/table/tableMessages.ts';
import type { PageState } from './pageState.ts';

/** Functions that VS Code gives a webview. */
interface VsCodeApi {
  readonly postMessage: (message: FromPage) => void;
  readonly getState: () => unknown;
  readonly setState: (state: PageState) => void;
}

declare function acquireVsCodeApi(): VsCodeApi;

/** Connection to the extension. */
export class ExtensionHost {
  readonly #api = acquireVsCodeApi();
  readonly #waiting = new Map<number, { resolve: (answer: unknown) => void; reject: (error: Error) => void }>();
  #lastId = 0;

  constructor(onMessage: (message: Extract<ToPage, { type: 'tables' | 'query' }>) => void) {
    window.addEventListener('message', ({ data }: MessageEvent<ToPage>) => {
      switch (data.type) {
        case 'answer':
          this.#take(data.id)?.resolve(data.answer);
          break;
        case 'failure':
          this.#take(data.id)?.reject(new Error(data.message));
          break;
        case 'tables':
        case 'query':
          onMessage(data);
      }
    });
  }

  /** Asks the extension. @throws Error with a sentence for the user */
  ask<Method extends PageMethod>(
    method: Method,
    ...args: PageCalls[Method]['args']
  ): Promise<PageCalls[Method]['answer']> {
    const id = ++this.#lastId;
    return new Promise((resolve, reject) => {
      // The types of a method and its answer are the same on both sides of the border.
      this.#waiting.set(id, {
        resolve: (answer) => {
          resolve(answer as PageCalls[Method]['answer']);
        },
        reject,
      });
      this.#api.postMessage({ type: 'ask', id, method, args });
    });
  }

  send(message: Exclude<FromPage, { type: 'ask' }>): void {
    this.#api.postMessage(message);
  }

  /** The state that VS Code keeps for this tab, also over a restart. */
  get state(): unknown {
    return this.#api.getState();
  }

  keep(state: PageState): void {
    this.#api.setState(state);
  }

  #take(id: number): { resolve: (answer: unknown) => void; reject: (error: Error) => void } | undefined {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    return waiting;
  }
}
