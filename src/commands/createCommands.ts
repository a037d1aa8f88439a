import { l10n } from 'vscode';
import { commandIds } from '../platform/commandIds.ts';
import type { CommandId } from '../platform/commandIds.ts';
import type { Services } from '../services.ts';
import { addConnection } from './addConnection.ts';
import type { CommandRunner } from './commandRunner.ts';
import { openSampleTenant, removeConnection, replaceAccessToken, selectConnection } from './connectionCommands.ts';
import { copyActionId } from './copyActionId.ts';
import { copyOutput } from './copyOutput.ts';
import { exportRaw } from './exportRaw.ts';
import { fetchResult } from './fetchResult.ts';
import { loadDevice, loadMore, refresh } from './listCommands.ts';
import { openDeviceInPortal } from './openDeviceInPortal.ts';
import { openFocused, openResult } from './openResult.ts';
import { showResultActions } from './showResultActions.ts';
import { showStream } from './showStream.ts';

type Handler = (args: readonly unknown[]) => Promise<void> | void;

/** Every command's work by its id. What one of them throws becomes a sentence, and never an "unhandled error". */
export function createCommands(
  services: Services,
  runner: CommandRunner,
): (id: CommandId, args: readonly unknown[]) => Promise<void> {
  const { view } = services;
  const handlers: Readonly<Record<CommandId, Handler>> = {
    [commandIds.addConnection]: (args) => addConnection(services, args),
    [commandIds.openSampleTenant]: () => openSampleTenant(services),
    [commandIds.selectConnection]: () => selectConnection(services),
    [commandIds.replaceAccessToken]: () => replaceAccessToken(services, runner),
    [commandIds.removeConnection]: () => removeConnection(services),
    [commandIds.refresh]: () => refresh(services, runner),
    [commandIds.loadMore]: () => loadMore(services, runner),
    [commandIds.loadDevice]: (args) => loadDevice(services, runner, args),
    [commandIds.showAllTypes]: () => {
      view.showTypes(false);
    },
    [commandIds.showLiveResponseOnly]: () => {
      view.showTypes(true);
    },
    [commandIds.groupByDevice]: () => {
      view.groupBy('device');
    },
    [commandIds.groupByAction]: () => {
      view.groupBy('action');
    },
    [commandIds.openResult]: (args) => openResult(services, runner, args),
    [commandIds.openFocused]: () => openFocused(),
    [commandIds.fetchResult]: (args) => fetchResult(services, runner, args),
    [commandIds.openOutput]: (args) => showStream(services, runner, 'output', args),
    [commandIds.openErrors]: (args) => showStream(services, runner, 'errors', args),
    [commandIds.copyOutput]: (args) => copyOutput(services, runner, args),
    [commandIds.copyActionId]: (args) => copyActionId(services, args),
    [commandIds.exportRaw]: (args) => exportRaw(services, runner, args),
    [commandIds.openDeviceInPortal]: (args) => openDeviceInPortal(services, args),
    [commandIds.showResultActions]: (args) => showResultActions(services, args),
    [commandIds.showLog]: () => {
      services.log.show();
    },
  };
  return async (id, args) => {
    try {
      // Nearly everything is about a connection; what is not must work without a database.
      if (id !== commandIds.showLog) await services.connections.load();
      await handlers[id](args);
    } catch (error) {
      runner.fail(l10n.t('Live Response'), error);
    }
  };
}
