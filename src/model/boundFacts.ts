import type { MachineAction } from '../defender/schema.ts';
import type { StoredFacts } from './storedResult.ts';

/** UTF-16 units of a remote text that are kept in facts: as long as a command line can be on Windows. */
const MAX_TEXT_UNITS = 32_768;
/** UTF-16 units of all of them together. Every window holds the facts of every result in memory. */
const MAX_ALL_UNITS = 256 * 1024;
/** Entries of a list that are kept: a session has a few commands, and a command a few parameters and errors. */
const MAX_ENTRIES = 100;

/**
 * Shortens what a device or the service can make as long as it likes. The result itself is stored whole, and so is the
 * action as it was received.
 *
 * @returns the same facts where nothing is too long; else with a change `factsCut` that counts what was cut
 */
export function boundFacts(facts: StoredFacts): StoredFacts {
  const cutter = new Cutter();
  const { transcript, promisedName } = facts;
  const bounded: StoredFacts = {
    ...facts,
    // First what names the result: the room is for all of them together.
    name: cutter.texts(facts.name),
    promisedName: cutter.optional(promisedName),
    blob: cutter.texts(facts.blob),
    transcript:
      transcript === undefined ? undefined : { ...transcript, scriptName: cutter.optional(transcript.scriptName) },
    mismatches: facts.mismatches.map((mismatch) => cutter.texts(mismatch)),
    action: boundAction(facts, cutter),
  };
  if (cutter.count === 0) return facts;
  return { ...bounded, changes: [...facts.changes, { kind: 'factsCut', count: cutter.count }] };
}

/** The command that the result is of comes first: it is never left out. */
function boundAction({ action, ref }: StoredFacts, cutter: Cutter): MachineAction {
  const texts = cutter.texts(action);
  const own = action.commands.filter(({ index }) => index === ref.commandIndex);
  const others = action.commands.filter(({ index }) => index !== ref.commandIndex);
  const kept = new Set(cutter.entries([...own, ...others]));
  const commands = action.commands
    .filter((command) => kept.has(command))
    .map((command) => ({
      ...cutter.texts(command),
      errors: command.errors && cutter.entries(command.errors).map((text) => cutter.text(text)),
      command: {
        type: cutter.text(command.command.type),
        params: command.command.params && cutter.entries(command.command.params).map((one) => cutter.texts(one)),
      },
    }));
  return { ...texts, commands };
}

/** Shortens texts and lists, and counts. */
class Cutter {
  count = 0;
  #left = MAX_ALL_UNITS;

  text(text: string): string {
    const length = Math.min(text.length, MAX_TEXT_UNITS, this.#left);
    this.#left -= length;
    if (length === text.length) return text;
    this.count++;
    return `${text.slice(0, length)}…`;
  }

  optional(text: string | undefined): string | undefined {
    return text === undefined ? undefined : this.text(text);
  }

  /** Shortens the texts of an object; whatever else it holds stays as it is. */
  texts<Value extends object>(value: Value): Value {
    const entries = Object.entries(value).map(([key, one]: [string, unknown]) => [
      key,
      typeof one === 'string' ? this.text(one) : one,
    ]);
    // The same keys, with values of the same types.
    return Object.fromEntries(entries) as Value;
  }

  entries<Value>(list: readonly Value[]): Value[] {
    this.count += Math.max(0, list.length - MAX_ENTRIES);
    return list.slice(0, MAX_ENTRIES);
  }
}
