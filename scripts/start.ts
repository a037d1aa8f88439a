import { spawn } from 'node:child_process';
import { parseArgs } from 'node:util';
import { startWorkspace } from '../test/rig/devWorkspace.ts';
import { startBrowser } from '../test/rig/browser.ts';
import { agreeToConnection } from '../test/rig/questions.ts';
import { openWorkbench } from '../test/rig/workbench.ts';

const USAGE = `Usage: npm start -- [--port N] [--no-open] [--sample]
  --port N    the port on this machine; any free one by default
  --no-open   only print the address
  --sample    the sample tenant inside the extension, instead of the local tenant over HTTPS`;

/** Starts VS Code in the browser with the packaged extension, connected to a tenant. Runs until Ctrl+C. */
async function start(port: number, open: boolean, sample: boolean): Promise<void> {
  const running = await startWorkspace({ port, tenant: sample ? 'sample' : 'local' });
  const url = running.url;
  // Opens a page and checks it first, because "Running" may only be printed when a page really works.
  const probe = await startBrowser();
  await openWorkbench(probe.page, url);
  // Agrees once, so that the next window already knows the connection.
  if (!sample) await agreeToConnection(probe.page);
  await probe.stop();
  console.log(`Live Response Results is running at ${url}`);
  // Ctrl+C is the normal end, not a failure.
  process.exitCode = 0;
  if (open) openInBrowser(url);
  await running.ended;
}

function openInBrowser(url: string): void {
  const [command = '', ...args] =
    process.platform === 'darwin'
      ? ['open', url]
      : process.platform === 'win32'
        ? ['cmd', '/c', 'start', '', url]
        : ['xdg-open', url];
  const child = spawn(command, args, { stdio: 'ignore', detached: true });
  // Without a desktop the printed address is enough.
  child.on('error', () => undefined);
  child.unref();
}

function readArguments(): { port: number; open: boolean; sample: boolean } {
  const { values } = parseArgs({
    options: {
      port: { type: 'string', default: '0' },
      'no-open': { type: 'boolean', default: false },
      sample: { type: 'boolean', default: false },
    },
  });
  const port = Number(values.port);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new Error(`--port takes a number from 0 to 65535.`);
  return { port, open: !values['no-open'], sample: values.sample };
}

let options: ReturnType<typeof readArguments>;
try {
  options = readArguments();
} catch (error) {
  console.error(`${error instanceof Error ? error.message : String(error)}\n${USAGE}`);
  process.exit(2);
}
await start(options.port, options.open, options.sample);
