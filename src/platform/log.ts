import { window } from 'vscode';
import type { LogOutputChannel } from 'vscode';
import type { CallRecord, OddRows } from '../defender/client.ts';
import { isLiveResponseError } from '../base/errors.ts';

/** Our log. It gets codes, hosts, paths without query, states and times; never a token, a link or an output. */
export class Log {
  readonly channel: LogOutputChannel = window.createOutputChannel('Live Response', { log: true });
  #calls = 0;

  /** One request: API paths are counted, since calls are what runs out. */
  call(record: CallRecord): void {
    const count = record.door === 'api' ? ` · call ${(++this.#calls).toString()}` : '';
    this.channel.info(
      `GET ${record.target} → ${record.outcome.toString()} in ${Math.round(record.durationMs).toString()} ms${count}`,
    );
  }

  /** Rows of an answer that are not what the API promises. */
  oddRows({ leftOut, odd, fields }: OddRows): void {
    const names = fields.length === 0 ? '' : ` (${fields.join(', ')})`;
    this.channel.warn(`rows of the list: ${leftOut.toString()} left out without an id, ${odd.toString()} odd${names}`);
  }

  info(text: string): void {
    this.channel.info(text);
  }

  /** What a library says of its work. */
  library(level: 'warn' | 'info' | 'debug' | 'trace', text: string): void {
    this.channel[level](text);
  }

  /** A failure by its code and values; of errors that are not ours only name and message. */
  failure(what: string, error: unknown): void {
    if (isLiveResponseError(error))
      this.channel.warn(`${what}: ${error.code} ${JSON.stringify(error.values, notPersonal)}`);
    else if (error instanceof Error) this.channel.error(`${what}: ${error.name}: ${error.message}`);
    else this.channel.error(`${what}: failed`);
  }

  show(): void {
    this.channel.show(true);
  }
}

/** Who asked, and in which tenant, is not needed to find a fault. */
function notPersonal(key: string, value: unknown): unknown {
  return key === 'account' || key === 'command' ? undefined : value;
}
