import { EventEmitter, FileType, window, workspace } from 'vscode';
import type { FileChangeEvent, Uri } from 'vscode';

/** Reports the figures to the bench outside. */
export function tell(figures: object): void {
  console.log(`BENCH ${JSON.stringify(figures)}`);
}

/** Waits for the editor that shows the document, by the event and not by polling. */
export function shown(isIt: (uri: Uri) => boolean): Promise<void> {
  return new Promise((resolve) => {
    const look = (): boolean => {
      const found = window.visibleTextEditors.some(({ document }) => isIt(document.uri));
      if (found) {
        subscription.dispose();
        resolve();
      }
      return found;
    };
    const subscription = window.onDidChangeVisibleTextEditors(look);
    look();
  });
}

/** Registers `bench-floor`, a file system that holds only the entries of the returned map. */
export function registerFloor(): Map<string, Uint8Array> {
  const texts = new Map<string, Uint8Array>();
  const read = (uri: Uri): Uint8Array => texts.get(uri.path) ?? new Uint8Array();
  workspace.registerFileSystemProvider(
    'bench-floor',
    {
      onDidChangeFile: new EventEmitter<FileChangeEvent[]>().event,
      watch: () => ({ dispose: () => undefined }),
      stat: (uri) => ({ type: FileType.File, ctime: 0, mtime: 0, size: read(uri).length }),
      readFile: read,
      readDirectory: () => [],
      createDirectory: () => undefined,
      writeFile: () => undefined,
      delete: () => undefined,
      rename: () => undefined,
    },
    { isReadonly: true },
  );
  return texts;
}
