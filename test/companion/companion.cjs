// Connects through the same command that any other extension can call. It connects at every start of a window: a token
// is never kept in a file, and VS Code in the browser keeps secrets only as long as its window.
const http = require('node:http');
const vscode = require('vscode');

function ask(url) {
  return new Promise((resolve, reject) => {
    http
      .get(url, (answer) => {
        const chunks = [];
        answer.on('data', (chunk) => chunks.push(chunk));
        answer.on('end', () => resolve(JSON.parse(Buffer.concat(chunks).toString('utf8'))));
      })
      .on('error', reject);
  });
}

exports.activate = async (context) => {
  // Does what a ticket or a chat does with one of our addresses, as far as a browser can: see
  // test/ui/9-backLinks.test.ts.
  context.subscriptions.push(
    vscode.commands.registerCommand('localTenant.copyExternalAddress', async () => {
      const address = vscode.Uri.parse(await vscode.env.clipboard.readText()).with({ scheme: vscode.env.uriScheme });
      await vscode.env.clipboard.writeText((await vscode.env.asExternalUri(address)).toString(true));
    }),
  );
  // Writes the user's settings through VS Code's API. In a browser a changed settings file is noticed late.
  context.subscriptions.push(
    vscode.commands.registerCommand('localTenant.applySettings', async () => {
      const settings = JSON.parse(await vscode.env.clipboard.readText());
      for (const [name, value] of Object.entries(settings)) {
        await vscode.workspace.getConfiguration().update(name, value ?? undefined, vscode.ConfigurationTarget.Global);
      }
      await vscode.env.clipboard.writeText('settings applied');
    }),
  );
  const url = process.env.LOCAL_TENANT_CONNECTION;
  if (url === undefined) return;
  const connection = await ask(url);
  if (connection === null) await vscode.commands.executeCommand('liveResponse.openSampleTenant');
  else await vscode.commands.executeCommand('liveResponse.addConnection', connection);
  // Focuses the view at the first start only; after a reload the user's own focus stays.
  const nothingOpen = vscode.window.tabGroups.all.every((group) => group.tabs.length === 0);
  if (nothingOpen) await vscode.commands.executeCommand('liveResponse.actions.focus');
};
