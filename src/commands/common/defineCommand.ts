import type { Services } from '../../services/services.ts';
import type { CommandRunner } from './commandRunner.ts';

/**
 * Something that a command needs to work. `connection`: a connection to a tenant. `result`: a result, given as an
 * argument, in the active editor or selected in the tree. Without it, the command explains what is missing. The palette
 * hides the command while VS Code knows that it is missing.
 */
export type Need = 'nothing' | 'connection' | 'result';

/** Menus in which VS Code shows commands, by their names in package.json. */
export type Menu =
  | 'view/title'
  | 'view/item/context'
  | 'editor/title'
  | 'editor/context'
  | 'editor/title/context'
  | 'webview/context'
  | 'comments/commentThread/context'
  | 'comments/comment/title'
  | 'comments/comment/context'
  | 'liveResponse.copyAs';

/** One place in a menu. */
export interface MenuEntry {
  readonly menu: Menu;
  /** Group, and sort order in the group, such as `2_copy@1`. */
  readonly group: string;
  /** When clause. Without a when clause, the entry is always shown. */
  readonly when?: string;
}

/** Default key binding of a command. */
export interface KeyBinding {
  readonly key: string;
  readonly mac?: string;
  readonly when: string;
}

/** Arguments of one call of a command, and the runner that records how this call ends. */
export interface CommandCall {
  readonly args: readonly unknown[];
  readonly runner: CommandRunner;
}

/** Definition of a command. `npm run manifest` writes the command's part of package.json from the definition. */
export interface CommandDefinition {
  /**
   * Last part of the command's id; the first part is `liveResponse.`. Its title is `command.<name>` in
   * package.nls.json.
   */
  readonly name: string;
  readonly needs: Need;
  /** Name of a VS Code icon, such as `refresh`. */
  readonly icon?: string;
  /**
   * When clause for the palette. It replaces the clause that follows from `needs`. `false` hides the command in the
   * palette, `true` shows it always.
   */
  readonly palette?: string;
  readonly menus?: readonly MenuEntry[];
  readonly keys?: readonly KeyBinding[];
  /** Whether the command works even if the stored data cannot be opened. The default is false. */
  readonly worksWithoutStore?: boolean;
  /** Returns the sentence to show if the command would do nothing; undefined if it can work. */
  readonly whyNothingToDo?: (services: Services) => string | undefined;
  /** Does the work. If it returns a promise, the promise is awaited, and its rejection becomes a message. */
  readonly run: (services: Services, call: CommandCall) => unknown;
}

/** Declares a command. VS Code knows the command only if the list in `commandList.ts` contains it. */
export function defineCommand(definition: CommandDefinition): CommandDefinition {
  return definition;
}
