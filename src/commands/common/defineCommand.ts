import type { Services } from '../../services.ts';
import type { CommandRunner } from './commandRunner.ts';

/**
 * Something a command cannot work without. `connection`: a connection to a tenant. `result`: a result, as an argument,
 * in the active editor or selected in the tree. Without it the command explains what is missing, and the palette hides
 * it while VS Code knows that it is missing.
 */
export type Need = 'nothing' | 'connection' | 'result';

/** Places where VS Code shows commands, by their names in package.json. */
export type Menu =
  | 'view/title'
  | 'view/item/context'
  | 'editor/title'
  | 'editor/context'
  | 'editor/title/context'
  | 'liveResponse.copyAs';

/** One place in a menu. */
export interface MenuEntry {
  readonly menu: Menu;
  /** Group and order in it, such as `2_copy@1`. */
  readonly group: string;
  /** When clause; without one the entry always shows. */
  readonly when?: string;
}

/** A default key of a command. */
export interface KeyBinding {
  readonly key: string;
  readonly mac?: string;
  readonly when: string;
}

/** Arguments of one call of a command, and the runner that knows how this call ends. */
export interface CommandCall {
  readonly args: readonly unknown[];
  readonly runner: CommandRunner;
}

/** Everything that one command is. `npm run manifest` writes its part of package.json from it. */
export interface CommandDefinition {
  /** Last part of the id; `liveResponse.` comes before it. Its title is `command.<name>` in package.nls.json. */
  readonly name: string;
  readonly needs: Need;
  /** Icon of VS Code, by its name, such as `refresh`. */
  readonly icon?: string;
  /** When clause of the palette, instead of the one that `needs` gives; `false` hides the command there. */
  readonly palette?: string;
  readonly menus?: readonly MenuEntry[];
  readonly keys?: readonly KeyBinding[];
  /** True for a command that works while the stored data cannot be opened. Default false. */
  readonly worksWithoutStore?: boolean;
  /** Returns the sentence to show where the command would do nothing. */
  readonly whyNothingToDo?: (services: Services) => string | undefined;
  /** Does the work. A promise is awaited; what it rejects with becomes a message. */
  readonly run: (services: Services, call: CommandCall) => unknown;
}

/** Declares a command. Only the list in `commandList.ts` makes it known to VS Code. */
export function defineCommand(definition: CommandDefinition): CommandDefinition {
  return definition;
}
