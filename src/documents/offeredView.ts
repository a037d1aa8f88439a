import { resultKey } from '../base/resultUri.ts';
import type { ResultAddress, ResultRef } from '../base/resultUri.ts';
import type { TextView } from '../base/textView.ts';
import { withoutEnd } from '../evidence/text/trimEnds.ts';
import type { StoredFacts } from '../model/storedResult.ts';
import type { ResultStore } from '../results/resultStore.ts';

/** Longest text that is looked at for a view that would make it readable, in UTF-16 units. */
const MOST_UNITS = 1_000_000;
/** Longest text in which other encodings are tried, because each is tried on the complete text. */
const MOST_READ_UNITS = 200_000;
/** Character outside ASCII, or the NUL of a two-byte encoding. Any other text is the same in every encoding. */
const MAY_BE_MISREAD = /[^\p{ASCII}]|\0/u;
/** Share of NULs from which a text is two-byte text that was read as one-byte text. Half of English text would be NULs. */
const UTF16_NULS = 0.2;
/** Beginning of a text that Windows PowerShell wrote for another PowerShell. */
const CLIXML_START = '#< CLIXML';
/** Escape sequence that sets colors or moves the cursor of a terminal. */
const ESCAPE = '\u001b[';

/** Remembers what was found in each text, because the same text is asked about at each change of tabs. */
export class OfferedViews {
  readonly #store: Pick<ResultStore, 'text' | 'analysis'>;
  readonly #found = new Map<string, Promise<TextView | undefined>>();

  constructor(store: Pick<ResultStore, 'text' | 'analysis'>) {
    this.#store = store;
  }

  /** Returns the view that makes a text readable; undefined if the text is readable as it was received. */
  find({ stream, ...ref }: ResultAddress, facts: StoredFacts): Promise<TextView | undefined> {
    const text = stream === 'raw' ? undefined : facts.transcript?.[stream];
    if (stream === 'raw' || text === undefined || text.length === 0 || text.length > MOST_UNITS)
      return Promise.resolve(undefined);
    const key = `${resultKey(ref)} ${stream} ${text.sha256}`;
    const found = this.#found.get(key) ?? this.#look(ref, stream).catch(() => undefined);
    this.#found.set(key, found);
    return found;
  }

  async #look(ref: ResultRef, stream: 'output' | 'errors'): Promise<TextView | undefined> {
    const text = (await this.#store.text(ref, stream)) ?? '';
    if (isClixml(text)) return 'clixml';
    const nuls = countOf(text, '\0');
    if (nuls >= text.length * UTF16_NULS) return 'utf16';
    if (text.length <= MOST_READ_UNITS && MAY_BE_MISREAD.test(withoutEnd(text, '\0'))) {
      const [reading] = await this.#store.analysis.suggestReadings(ref, stream);
      if (reading !== undefined) return reading.view;
    }
    return text.includes(ESCAPE) ? 'terminal' : undefined;
  }
}

function countOf(text: string, unit: string): number {
  let count = 0;
  for (let at = text.indexOf(unit); at >= 0; at = text.indexOf(unit, at + 1)) count++;
  return count;
}

/** Whether a text begins as CLIXML, perhaps behind blank lines. */
export function isClixml(text: string): boolean {
  return text.trimStart().startsWith(CLIXML_START);
}
