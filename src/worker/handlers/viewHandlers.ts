import { buildQuery, wholeAddress } from '../../base/resultUri.ts';
import { DividedText } from '../../evidence/text/dividedText.ts';
import type { PackSource } from './packHandlers.ts';
import type { PlainAddress, ViewCalls } from '../viewCalls.ts';
import { encodeText, writeFile } from '../writeFile.ts';

type ViewHandlers = {
  readonly [Method in keyof ViewCalls]: (...args: ViewCalls[Method]['args']) => ViewCalls[Method]['answer'];
};

export interface TextViews {
  /** Drops the kept text. Called after a result was stored or deleted, because the text may have changed. */
  readonly forget: () => void;
  readonly handlers: ViewHandlers;
}

/**
 * Creates the handlers for the parts of texts. They keep the text that was requested last, because its parts are
 * requested one by one.
 */
export function createViews(source: Pick<PackSource, 'facts' | 'large' | 'text'>): TextViews {
  let latest:
    { readonly query: string; readonly sha256: string | undefined; readonly divided: DividedText } | undefined;

  const divided = (address: PlainAddress): DividedText | undefined => {
    const query = buildQuery(wholeAddress(address));
    const sha256 = source.facts(address)?.sha256;
    // Another window can have replaced or deleted the result since.
    if (latest?.query !== query || latest.sha256 !== sha256) {
      const text = source.text(address, address.stream);
      latest = text === undefined ? undefined : { query, sha256, divided: new DividedText(text) };
    }
    return latest?.divided;
  };

  return {
    forget: () => {
      latest = undefined;
    },
    handlers: {
      textParts: (address) => {
        const large = source.large(address, address.stream);
        return large === undefined ? divided(address)?.facts() : large.parts();
      },
      partDocument: (address) => {
        const large = source.large(address, address.stream);
        if (large !== undefined && address.part !== 'whole') {
          return large.document(address.part ?? { line: 1, column: 1 });
        }
        return divided(address)?.document(address.part);
      },
      saveText: (address, path) => {
        const large = source.large(address, address.stream);
        if (large !== undefined) return writeFile(path, large.bytes());
        const text = source.text(address, address.stream);
        return text === undefined ? undefined : writeFile(path, encodeText(text));
      },
      saveBytes: (bytes, path) => writeFile(path, [bytes]),
    },
  };
}
