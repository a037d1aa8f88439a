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
 * A file that is open and saved. One that was never saved would be shown by VS Code a moment later, of its own accord,
 * and be emptied when the next test closes what is open.
 */
export async function openNote(content: string): Promise<TextDocument> {
  const file = path.join(folder, `note-${(++count).toString()}.md`);
  writeFileSync(file, content);
  return workspace.openTextDocument(Uri.file(file));
}
