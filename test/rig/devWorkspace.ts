import { copyFile, mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { packageExtension } from '../../scripts/package.ts';
import { removeFolder } from '../secrets/runFolder.ts';
import { startLocalTenant } from '../tenant/localTenant.ts';
import type { LocalTenant, LocalTenantOptions } from '../tenant/localTenant.ts';
import { stopAtShutdown } from './processes.ts';
import { installAll, installKept, startVsCode } from './server.ts';
import type { VsCodeOptions, VsCodeServer } from './server.ts';

export interface DevWorkspaceOptions extends Omit<VsCodeOptions, 'version' | 'extensionsDir'> {
  readonly version?: VsCodeOptions['version'];
  /** `local`: over HTTPS, with real blobs. `sample`: inside the extension. `none`: nothing is connected. */
  readonly tenant: 'local' | 'sample' | 'none';
  readonly tenantOptions?: LocalTenantOptions;
  /** False leaves it to the person to connect to the tenant. Default true. */
  readonly connected?: boolean;
  /** More files of the folder that the window opens, by their paths in it. */
  readonly files?: Readonly<Record<string, string>>;
  /** A package that was built before; by default one is built. */
  readonly vsix?: string;
}

/** VS Code with the packaged extension, a tenant and a folder with notes. */
export interface DevWorkspace {
  readonly url: string;
  readonly server: VsCodeServer;
  readonly tenant: LocalTenant | undefined;
  /** Folder that the window opens. */
  readonly folder: string;
  /** Settles when everything was stopped. */
  readonly ended: Promise<void>;
  readonly stop: () => Promise<void>;
}

const COMPANION = path.join(import.meta.dirname, '..', 'companion');
const TOKEN_SECONDS = 24 * 3600;

/** Starts all of it; what was started is stopped together, at `stop` or when this process is ended. */
export async function startWorkspace(options: DevWorkspaceOptions): Promise<DevWorkspace> {
  const {
    tenant: kind,
    tenantOptions,
    connected = kind !== 'none',
    files = {},
    vsix,
    version = 'newest',
    ...vsCode
  } = options;
  const temporary = await mkdtemp(path.join(tmpdir(), 'live-response-'));
  const closers: (() => Promise<void>)[] = [() => removeFolder(temporary, ['investigation'])];
  let end: () => void = () => undefined;
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  const stop = async (): Promise<void> => {
    for (const close of closers.splice(0).reverse()) await close();
    end();
  };
  closers.push(stopLater(stopAtShutdown(stop)));
  try {
    const folder = path.join(temporary, 'investigation');
    await mkdir(folder);
    await copyFile(path.join(COMPANION, 'investigation-notes.md'), path.join(folder, 'investigation-notes.md'));
    for (const [file, text] of Object.entries(files)) {
      await mkdir(path.dirname(path.join(folder, file)), { recursive: true });
      await writeFile(path.join(folder, file), text);
    }
    const extensionsDir = path.join(temporary, 'extensions');
    const folders = connected ? [COMPANION] : [];
    if (vsix !== undefined) await installKept(version, vsix, folders, extensionsDir);
    else await installAll(version, await packageExtension(false), folders, extensionsDir);

    const tenant = kind === 'local' ? await startLocalTenant(tenantOptions) : undefined;
    if (tenant !== undefined) closers.push(tenant.stop);
    const connection = await serveConnection(kind, tenant);
    closers.push(connection.stop);
    const env = {
      // Only a test that asks for it lets the companion run commands.
      RIG_REMOTE_CONTROL: undefined,
      ...vsCode.env,
      LOCAL_TENANT_CONNECTION: connected ? connection.url : undefined,
      ...(tenant === undefined ? {} : { NODE_EXTRA_CA_CERTS: tenant.caFile }),
    };
    const server = await startVsCode({ ...vsCode, version, extensionsDir, env });
    closers.push(() => server.stop());
    return { url: server.urlFor({ folder }), server, tenant, folder, ended, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function stopLater(unregister: () => void): () => Promise<void> {
  return () => {
    unregister();
    return Promise.resolve();
  };
}

/** Answers the companion with the connection and a fresh token: loopback only, never a file. */
async function serveConnection(
  kind: DevWorkspaceOptions['tenant'],
  tenant: LocalTenant | undefined,
): Promise<{ url: string; stop: () => Promise<void> }> {
  const server = createServer((_request, response) => {
    void connectionTo(tenant).then((connection) => {
      response.setHeader('content-type', 'application/json').end(JSON.stringify(kind === 'local' ? connection : null));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/`,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}

/** The argument of `liveResponse.addConnection` that leads to the local tenant. */
export async function connectionTo(tenant: LocalTenant | undefined): Promise<object | undefined> {
  if (tenant === undefined) return undefined;
  return {
    name: 'Local tenant',
    cloud: 'custom',
    apiUrl: tenant.apiUrl,
    downloadHosts: [tenant.blobHost],
    tenantId: tenant.tenantId,
    clientId: tenant.clientId,
    signIn: 'accessToken',
    accessToken: await tenant.mintAccessToken({
      scp: 'Machine.Read Machine.LiveResponse',
      upn: 'analyst@fabrikam.example',
      expiresInSeconds: TOKEN_SECONDS,
    }),
  };
}
