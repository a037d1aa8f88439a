import type { MachineAction } from '../defender/schema.ts';
import type { StoredFacts } from './storedResult.ts';

/** Limit for a remote text in the facts, in UTF-16 units: the longest possible command line on Windows. */
const MAX_TEXT_UNITS = 32_768;
/** Limit for all remote texts of a result, in UTF-16 units. Every window has the facts of every result in memory. */
const MAX_ALL_UNITS = 256 * 1024;
/** Limit for the entries of a list. A session has few commands, and a command has few parameters and errors. */
const MAX_ENTRIES = 100;

/**
 * Shortens texts that a device or the service can make arbitrarily long. The result's bytes and the action's JSON are
 * stored unshortened elsewhere.
 *
 * @returns the same facts if nothing is too long; otherwise shortened facts, with a change `factsCut` that counts the
 * cuts
 */
export function boundFacts(facts: StoredFacts): StoredFacts {
  const cutter = new Cutter();
  const { transcript, promisedName } = facts;
  const bounded: StoredFacts = {
    ...facts,
    // All texts share one limit. The result's names are processed first, so that other texts cannot use up the limit.
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

/** Shortens the action. The result's own command is processed first and never left out. */
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

/** Shortens texts and lists, and counts the cuts. */
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

  /** Shortens the texts of an object. Its other values stay as they are. */
  texts<Value extends object>(value: Value): Value {
    const entries = Object.entries(value).map(([key, one]: [string, unknown]) => [
      key,
      typeof one === 'string' ? this.text(one) : one,
    ]);
    // The cast is safe: the keys and the types of their values have not changed.
    return Object.fromEntries(entries) as Value;
  }

  entries<Value>(list: readonly Value[]): Value[] {
    this.count += Math.max(0, list.length - MAX_ENTRIES);
    return list.slice(0, MAX_ENTRIES);
  }
}
