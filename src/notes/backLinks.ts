import { DocumentLink, env, Hover, l10n, Range, Uri } from 'vscode';
import type { Position, TextDocument } from 'vscode';
import { isLiveResponseError } from '../base/errors.ts';
import { buildOutsideAddress } from '../evidence/blocks/citation.ts';
import { toLineSpans } from '../evidence/text/quotation.ts';
import type { Packs } from '../connections/packs.ts';
import { commandIds } from '../platform/commandIds.ts';
import { exitWords } from '../messages/exitWords.ts';
import { fetchedWords } from '../messages/pack/packWords.ts';
import { describeFailure } from '../messages/failureMessages.ts';
import { hoverOfLines } from '../platform/show/hovers.ts';
import type { ResultStore } from '../results/resultStore.ts';
import type { StoredFacts } from '../model/storedResult.ts';
import { findCitationPlaces } from './citationPlaces.ts';
import type { CitationPlace } from './citationPlaces.ts';
import type { EvidenceNotes } from './evidenceNotes.ts';
import { CANNOT_BE_READ, findingSentence, verdictWord } from './verdictWords.ts';

/** Links from citations in Markdown editors back to the cited lines. Reads the store, never the network. */
export class BackLinks {
  readonly #store: Pick<ResultStore, 'facts' | 'known' | 'text'>;
  readonly #notes: Pick<EvidenceNotes, 'texts'>;
  readonly #packs: Pick<Packs, 'resolve'>;

  constructor(
    store: Pick<ResultStore, 'facts' | 'known' | 'text'>,
    notes: Pick<EvidenceNotes, 'texts'>,
    packs: Pick<Packs, 'resolve'>,
  ) {
    this.#store = store;
    this.#notes = notes;
    this.#packs = packs;
  }

  /** Returns the links of a note. */
  links(document: TextDocument): DocumentLink[] {
    return findCitationPlaces(document.getText()).map((place) => {
      const link = new DocumentLink(rangeOf(place), citationCommand(place.link));
      link.tooltip = l10n.t('Open the cited result');
      return link;
    });
  }

  /** Returns the facts about the citation under the pointer, as text without links. */
  async hover(document: TextDocument, position: Position): Promise<Hover | undefined> {
    const place = findCitationPlaces(document.getText()).find((one) => rangeOf(one).contains(position));
    if (place === undefined) return undefined;
    const lines = await this.#describe(place);
    return new Hover(hoverOfLines(lines), rangeOf(place));
  }

  async #describe({ found }: CitationPlace): Promise<string[]> {
    const address = await this.#packs.resolve(found.address, this.#store);
    const outside = [l10n.t('For a preview, a ticket or a chat:'), buildOutsideAddress(found, env.uriScheme)];
    const facts = await this.#store.facts(address);
    if (facts === undefined) {
      return [
        `${address.actionId}#${address.commandIndex} · ${address.stream}`,
        l10n.t('Not stored on this machine, so the hash was not compared.'),
        l10n.t('Opening it asks before it makes a call.'),
        ...outside,
      ];
    }
    const said = await this.#compare({ ...found, address }, facts);
    const { name } = facts;
    return [
      [name.device, name.script, exitWords(facts)].join(' · '),
      `${name.connection} · ${address.actionId}#${address.commandIndex} · ${address.stream}`,
      l10n.t('Created {0}', name.createdAt),
      fetchedWords(facts),
      `SHA-256 ${facts.sha256}`,
      said,
      ...outside,
    ];
  }

  async #compare(found: CitationPlace['found'], facts: StoredFacts): Promise<string> {
    const { address, spans } = found;
    try {
      const text = await this.#store.text(address, address.stream, address.view, { lines: toLineSpans(spans) });
      const { compareEvidence } = await this.#notes.texts();
      const { verdict, finding } = compareEvidence(found, facts, text);
      return `${verdictWord(verdict)}: ${findingSentence(finding)}`;
    } catch (error) {
      if (!isLiveResponseError(error) || !CANNOT_BE_READ.has(error.code)) throw error;
      return `${verdictWord('unknown')}: ${describeFailure(error).sentence}`;
    }
  }
}

function rangeOf({ line, start, end }: CitationPlace): Range {
  return new Range(line, start, line, end);
}

/** Returns the command address for a citation. It contains only checked ids and no other text of the note. */
export function citationCommand(link: string): Uri {
  return Uri.parse(`command:${commandIds.openCitation}?${encodeURIComponent(JSON.stringify([link]))}`);
}
