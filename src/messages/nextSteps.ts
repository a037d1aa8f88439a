import { commandIds } from '../platform/commandIds.ts';
import type { CommandId } from '../platform/commandIds.ts';
import type { NextStep } from './failureMessage.ts';

/** Commands of next steps. Each of these steps runs the same command after every failure. */
export const STEP_COMMANDS: Readonly<Partial<Record<NextStep, CommandId>>> = {
  addConnection: commandIds.addConnection,
  signIn: commandIds.signIn,
  editConnection: commandIds.editConnection,
  copyRegistrationCommands: commandIds.copyAppRegistrationCommands,
  selectConnection: commandIds.selectConnection,
  replaceToken: commandIds.replaceAccessToken,
  refresh: commandIds.refresh,
  openSaved: commandIds.openSavedResult,
  showManagedSettings: commandIds.showManagedSettings,
  showLog: commandIds.showLog,
};
