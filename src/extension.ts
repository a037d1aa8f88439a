import { l10n, MarkdownString, workspace } from 'vscode';
import type { ExtensionContext } from 'vscode';
import { openTarget } from './commands/openResult.ts';
import { CommandRunner } from './commands/commandRunner.ts';
import { registerCommands } from './commands/registerCommands.ts';
import { ExitCodeItem } from './documents/exitCodeItem.ts';
import { MissingResults } from './documents/missingResults.ts';
import { ResultFileSystem } from './documents/resultFileSystem.ts';
import { RESULT_SCHEME } from './evidence/uri.ts';
import { createServices } from './services.ts';

/** Registers everything and opens nothing: no file, no connection, no other bundle, no question. */
export function activate(context: ExtensionContext): void {
  const services = createServices(context);
  const missing = new MissingResults((addresses) => {
    const runner = new CommandRunner(services.log);
    for (const { stream, ...ref } of addresses) {
      void openTarget(services, runner, { ref, stream, line: undefined }, false);
    }
  });
  const files = new ResultFileSystem(services.store, (address) => {
    missing.report(address);
  });
  const isReadonly = new MarkdownString(
    l10n.t('This is what the device answered. It is kept as it came and cannot be changed.'),
  );
  services.companions.adoptOpenTabs();
  context.subscriptions.push(
    workspace.registerFileSystemProvider(RESULT_SCHEME, files, { isCaseSensitive: true, isReadonly }),
    ...registerCommands(services),
    new ExitCodeItem(services.store),
    services.view,
    services.companions,
    services.calls,
    files,
    missing,
    services.log.channel,
    services.store,
  );
}
