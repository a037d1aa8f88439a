import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Uri, workspace } from 'vscode';
import type { TextDocument } from 'vscode';

const folder = mkdtempSync(path.join(tmpdir(), 'notes-'));
process.once('exit', () => {
  rmSync(folder, { recursive: true, force: true });
});
let count = 0;

/**
 * Opens a file that is saved. VS Code would show an unsaved one a moment later by itself, and empty it when the next
 * test closes the open editors.
 */
export async function openNote(content: string): Promise<TextDocument> {
  const file = path.join(folder, `note-${(++count).toString()}.md`);
  writeFileSync(file, content);
  return workspace.openTextDocument(Uri.file(file));
}
