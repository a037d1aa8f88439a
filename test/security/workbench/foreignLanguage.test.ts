import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { chooseQuickPick, runCommand } from '../../rig/quickInput.ts';
import { waitFor } from '../../rig/waiting.ts';
import { reloadWindow } from '../../rig/workbench.ts';
import { readStatusBar } from '../../rig/workbenchParts.ts';
import { menuTitle } from '../../ui/support/commands.ts';
import { answerFileDialog } from '../../ui/support/fileDialog.ts';
import type { SessionOptions } from '../../ui/support/session.ts';
import { workbenchSuite } from '../../ui/support/workbenchSuite.ts';

/** Settings that a workspace can make for our documents, trusted or not. */
const SETTINGS = {
  'files.associations': { '*.lr-output': 'json', '*.lr-errors': 'markdown', '**/*': 'json' },
  // The Markdown preview loads the pictures in a text.
  'workbench.editorAssociations': { '*.lr-output': 'vscode.markdown.preview.editor' },
  '[live-response-output]': { 'editor.links': true },
  'json.schemaDownload.enable': true,
  'liveResponse.defangOnCopy': false,
  'liveResponse.pasteAs': 'plainText',
};

for (const version of ['oldest', 'newest'] as const) {
  for (const workspaceTrust of [false, true]) {
    const options: SessionOptions = {
      version,
      tenant: 'none',
      workspaceTrust,
      files: { '.vscode/settings.json': JSON.stringify(SETTINGS) },
    };
    const where = `${version} VS Code${workspaceTrust ? ', untrusted' : ''}`;
    workbenchSuite(`M8: a workspace that takes our documents for JSON, ${where}`, options, (session) => {
      const reached: string[] = [];
      const attacker = createServer((request, response) => {
        reached.push(request.url ?? '');
        response.end('{}');
      });

      before(async () => {
        await new Promise<void>((resolve) => attacker.listen(0, '127.0.0.1', resolve));
        const { port } = attacker.address() as AddressInfo;
        // 1.106 asks before it opens an untrusted folder, 1.139 opens it restricted.
        if (workspaceTrust && version === 'oldest') {
          await session.page
            .getByRole('button', { name: 'No, I don\u2019t trust the authors' })
            .or(session.page.getByRole('button', { name: "No, I don't trust the authors" }))
            .click();
        }
        const address = `http://127.0.0.1:${port}`;
        const output = JSON.stringify(
          { $schema: `${address}/schema.json`, a: `![](${address}/picture.png)` },
          undefined,
          2,
        );
        const result = { script_name: 'x.ps1', exit_code: 0, script_output: output, script_errors: '' };
        const file = path.join(session.workspace.folder, 'result.json.bin');
        await writeFile(file, JSON.stringify(result));
        await runCommand(session.page, `Live Response: ${menuTitle('openSavedResult')}`);
        await chooseQuickPick(session.page, 'File…');
        await answerFileDialog(session.page, 'Open Saved Result', '/', file);
      });
      after(() => {
        attacker.closeAllConnections();
        attacker.close();
      });

      const language = async (): Promise<string> =>
        (await readStatusBar(session.page)).find(({ id }) => id === 'status.editor.mode')?.text ?? '';

      test('they have their own language all the same, and no schema is asked for', async () => {
        await session.page.locator('.part.editor .view-line').filter({ hasText: 'schema' }).first().waitFor();
        await waitFor('our own language', async () => /live response/iu.test(await language()));
        assert.deepEqual(reached, []);
      });

      test('a restored tab, too', async () => {
        await runCommand(session.page, 'View: Keep Editor');
        await reloadWindow(session.page);
        await session.page.locator('.part.editor .view-line').filter({ hasText: 'schema' }).first().waitFor();
        await waitFor('our own language', async () => /live response/iu.test(await language()));
        assert.deepEqual(reached, []);
      });
    });
  }
}
