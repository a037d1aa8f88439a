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

// Runs a command as the palette would: after VS Code's window has reported every change of editors and selections that
// it shows by now. A command that asks questions ends when they are answered, so its start is enough.
async function run(command, args, waits) {
  await vscode.commands.executeCommand('setContext', 'localTenant.asked', command);
  const done = Promise.resolve(vscode.commands.executeCommand(command, ...args));
  done.catch(() => undefined);
  await (waits ? done : Promise.race([done, new Promise((resolve) => setTimeout(resolve, 20))]));
}

// Runs commands for a test that waits at `url`. The palette takes ten times as long on a busy
// machine, so tests use it only where the palette itself is what they look at. Loopback only, and only where a test asks for it.
function runForTest(url, context) {
  const server = http.createServer((request, response) => {
    const chunks = [];
    request.on('data', (chunk) => chunks.push(chunk));
    request.on('end', () => {
      // Only the test knows the path: no other program, and no page of a browser, can run a command.
      if (request.url !== new URL(url).pathname) {
        response.writeHead(403).end();
        return;
      }
      Promise.resolve(Buffer.concat(chunks).toString('utf8'))
        .then(JSON.parse)
        .then(({ command, args, waits }) => run(command, args, waits))
        .then(
          () => response.end(),
          (error) => response.writeHead(500).end(String(error)),
        );
    });
  });
  context.subscriptions.push({ dispose: () => server.close() });
  server.listen(0, '127.0.0.1', () => {
    http
      .request(url, { method: 'POST', headers: { 'x-port': server.address().port } })
      .on('error', () => undefined)
      .end();
  });
}

exports.activate = async (context) => {
  const remote = process.env.RIG_REMOTE_CONTROL;
  if (remote !== undefined) runForTest(remote, context);
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
    vscode.commands.registerCommand('localTenant.applySettings', async (settings) => {
      for (const [name, value] of Object.entries(settings)) {
        await vscode.workspace.getConfiguration().update(name, value ?? undefined, vscode.ConfigurationTarget.Global);
      }
    }),
  );
  const url = process.env.LOCAL_TENANT_CONNECTION;
  if (url === undefined) return;
  const connection = await ask(url);
  if (connection === null) await vscode.commands.executeCommand('liveResponse.openSampleTenant');
  else await vscode.commands.executeCommand('liveResponse.addConnection', connection);
  // Focuses the view at the first start only; after a reload the user's own focus stays.
  if (context.workspaceState.get('wasShown') === true) return;
  await context.workspaceState.update('wasShown', true);
  await vscode.commands.executeCommand('liveResponse.actions.focus');
};
