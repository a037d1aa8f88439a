import assert from 'node:assert/strict';
import { cp, mkdtemp, readFile, rm } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import path from 'node:path';
import { after, afterEach, before, suite, test } from 'node:test';
import { createVSIX } from '@vscode/vsce';
import { buildBundles } from '../../scripts/build.ts';
import { describeEvents } from '../../scripts/telemetry.ts';
import { sampleTenantId } from '../../src/sample/base/identifiers.ts';
import { runCommand } from '../rig/quickInput.ts';
import { waitFor } from '../rig/waiting.ts';
import { openWorkbench } from '../rig/workbench.ts';
import { clickRow } from '../rig/workbenchParts.ts';
import { startIngestion } from './support/ingestion.ts';
import type { Envelope, Ingestion } from './support/ingestion.ts';
import { pictureOfFailure, SAMPLE, startSession, waitForRows, waitForTab } from './support/session.ts';
import type { Session } from './support/session.ts';

const EXTENSION_ID = 'live-response-results.live-response-results';
/** The library sends what it has every 15 s. */
const SENT_MS = 60_000;

const titles = JSON.parse(await readFile('package.nls.json', 'utf8')) as Record<string, string>;

/** The extension as it ships, but built with a connection string. */
async function packageWith(connectionString: string, folder: string): Promise<string> {
  const files = ['package.json', 'package.nls.json', 'telemetry.json', 'l10n', 'media', '.vscodeignore'];
  const texts = ['README.md', 'CHANGELOG.md', 'SECURITY.md', 'LICENSE', 'THIRD_PARTY_NOTICES.md'];
  for (const file of [...files, ...texts]) await cp(file, path.join(folder, file), { recursive: true });
  await buildBundles({ production: true, connectionString, outdir: path.join(folder, 'dist') });
  const vsix = path.join(folder, 'with-telemetry.vsix');
  await createVSIX({ cwd: folder, packagePath: vsix, dependencies: false });
  return vsix;
}

suite('a build with a connection string, in the real extension host', () => {
  let ingestion: Ingestion;
  let session: Session;
  let folder: string;

  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'telemetry-build-'));
    ingestion = await startIngestion();
    const vsix = await packageWith(ingestion.connectionString, folder);
    // VS Code's telemetry is off, as in every window of the rig.
    session = await startSession({ tenant: 'sample', vsix });
    await waitForRows(session.page, SAMPLE);
  });
  after(async () => {
    await session.stop();
    await ingestion.stop();
    await rm(folder, { recursive: true, force: true });
  });
  afterEach(async (context) => {
    await pictureOfFailure(session, context);
  });

  const run = (command: string): Promise<void> =>
    runCommand(session.page, `Live Response: ${titles[`command.${command}`] ?? command}`);

  const reopen = async (): Promise<void> => {
    await openWorkbench(session.page, session.url);
    await waitForRows(session.page, SAMPLE);
  };

  function commandsSent(): string[] {
    return ingestion.received.flatMap(({ data }) => data.baseData.properties['command'] ?? []);
  }

  /** Runs a command again and again until one more of its events comes: when a new setting holds is not seen outside. */
  async function runUntilSent(command: string): Promise<void> {
    const count = (): number => commandsSent().filter((sent) => sent === `liveResponse.${command}`).length;
    const before = count();
    const oneMore = async (): Promise<boolean> => {
      await run(command);
      return waitFor(`an event of ${command}`, () => count() > before, 5000).catch(() => false);
    };
    await waitFor(`${command} to be sent`, oneMore, SENT_MS);
  }

  // Events are sent in the order in which they came to be: what comes later proves that the earlier one was not sent.
  test('sends nothing of what happens while VS Code’s telemetry is off', async () => {
    await run('showLog');
    await session.server.setSettings({ 'telemetry.telemetryLevel': 'all' });
    await reopen();
    await runUntilSent('refresh');
    assert.ok(!commandsSent().includes('liveResponse.showLog'), commandsSent().join());
  });

  test('sends nothing of what happens while our own switch is off', async () => {
    await session.server.setSettings({ 'liveResponse.telemetry.enabled': false });
    await reopen();
    await run('showLog');
    await session.server.setSettings({ 'liveResponse.telemetry.enabled': true });
    // A running window of this rig does not see every change of its settings.
    await reopen();
    // For the test below: sent together with what is waited for here.
    await clickRow(session.page, SAMPLE, 'check-integrity.ps1');
    await waitForTab(session.page, 'check-integrity.ps1');
    await runUntilSent('refresh');
    assert.ok(!commandsSent().includes('liveResponse.showLog'), commandsSent().join());
  });

  test('sends what telemetry.json lists and no other word', async () => {
    const isOpened = ({ data }: Envelope): boolean => data.baseData.name.endsWith('/resultOpened');
    await waitFor('the event of a result', () => ingestion.received.some(isOpened), SENT_MS);
    const events = new Map(describeEvents().map((event) => [`${EXTENSION_ID}/${event.name}`, event.properties]));
    const { commonProperties } = JSON.parse(await readFile('telemetry.json', 'utf8')) as { commonProperties: object };
    const common = new Set(Object.keys(commonProperties));
    for (const { tags, data } of ingestion.received) {
      const { name, properties, measurements = {} } = data.baseData;
      const declared = events.get(name) ?? assert.fail(`${name} is not listed`);
      const ours = {
        ...Object.fromEntries(Object.entries(properties).filter(([key]) => !common.has(key))),
        ...measurements,
      };
      assert.deepEqual(Object.keys(ours).sort(), declared.map((property) => property.name).sort(), name);
      for (const property of declared) {
        const value = ours[property.name];
        if (property.values === undefined) assert.equal(typeof value, 'number', property.name);
        else
          assert.ok(
            property.values.some((allowed) => allowed === value),
            `${property.name}: ${String(value)}`,
          );
      }
      const known = ['ai.internal.sdkVersion', 'ai.session.id', 'ai.user.authUserId', 'ai.user.id'];
      assert.deepEqual(Object.keys(tags).sort(), known);
      assert.equal(tags['ai.user.authUserId'], properties['common.vscodemachineid']);
    }
    for (const request of ingestion.requests) {
      for (const secret of ['check-integrity', 'Sample tenant', sampleTenantId, hostname(), folder]) {
        assert.ok(!request.includes(secret), `${secret} in ${request}`);
      }
    }
  });
});
