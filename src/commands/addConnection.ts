import { l10n, window } from 'vscode';
import type { QuickPickItem } from 'vscode';
import { isAllowedUrl, readConnection, sampleConnection } from '../connections/connection.ts';
import type { Connection } from '../connections/connection.ts';
import { NEAR_REGIONS } from '../defender/clouds.ts';
import type { NearRegion } from '../defender/clouds.ts';
import { LiveResponseError } from '../defender/errors.ts';
import type { Cloud } from '../evidence/uri.ts';
import { isFor, readClaims } from '../identity/claims.ts';
import type { Services } from '../services.ts';
import { cloudName } from './cloudNames.ts';
import { askForToken, openSampleTenant } from './connectionCommands.ts';

/**
 * `liveResponse.addConnection`: asks step by step, or takes a connection as its argument. With `signIn: 'accessToken'`
 * the argument may carry `accessToken`, which goes to secret storage and nowhere else.
 */
export async function addConnection(services: Services, args: readonly unknown[]): Promise<void> {
  const [argument] = args;
  if (typeof argument === 'object' && argument !== null) await addGiven(services, argument);
  else await addAsked(services);
}

async function addGiven(services: Services, argument: object): Promise<void> {
  const read = readConnection(argument);
  if ('problem' in read) throw new LiveResponseError('badArgument', { path: read.problem.field });
  const token = 'accessToken' in argument ? argument.accessToken : undefined;
  if (token !== undefined && (typeof token !== 'string' || !isFor(readClaims(token), read.connection))) {
    throw new LiveResponseError('badArgument', { path: 'accessToken' });
  }
  await save(services, read.connection, token);
}

/** A token goes only where it was given for: a connection of the same name that leads elsewhere starts without one. */
async function save(services: Services, connection: Connection, token: string | undefined): Promise<void> {
  const known = services.connections.byName(connection.name);
  if (known !== undefined && JSON.stringify(known) !== JSON.stringify(connection)) {
    await services.tokens.forget(connection.name);
  }
  if (token !== undefined) await services.tokens.store(connection.name, token);
  await services.connections.add(connection);
}

async function addAsked(services: Services): Promise<void> {
  const way = await window.showQuickPick(
    [
      {
        label: `$(key) ${l10n.t('Paste an access token')}`,
        detail: l10n.t(
          'For example from "az account get-access-token --resource https://api.securitycenter.microsoft.com".',
        ),
        sample: false,
      },
      {
        label: `$(beaker) ${l10n.t('Sample tenant')}`,
        detail: l10n.t('Made-up devices and results in memory: no sign-in, no network.'),
        sample: true,
      },
    ],
    { title: l10n.t('Add Connection'), placeHolder: l10n.t('How to get at machine actions') },
  );
  if (way === undefined) return;
  if (way.sample) {
    await openSampleTenant(services);
    return;
  }
  const place = await askForCloud();
  if (place === undefined) return;
  const token = await askForToken(l10n.t('Add Connection: Access Token'));
  const claims = token === undefined ? undefined : readClaims(token);
  if (token === undefined || claims?.tenantId === undefined || claims.clientId === undefined) return;
  const name = await askForName(services, claims.account ?? claims.tenantId);
  if (name === undefined) return;
  const { tenantId, clientId } = claims;
  await save(services, { name, tenantId, clientId, signIn: 'accessToken', ...place }, token);
}

type Place = Pick<Connection, 'cloud' | 'region' | 'apiUrl' | 'downloadHosts'>;

async function askForCloud(): Promise<Place | undefined> {
  const item = (cloud: Cloud, region?: NearRegion): QuickPickItem & { place: Place } => ({
    label: region === undefined ? cloudName(cloud) : l10n.t('Commercial, near {0}', region.toUpperCase()),
    place: region === undefined ? { cloud } : { cloud, region },
  });
  const items = [
    item('commercial'),
    ...NEAR_REGIONS.map((region) => item('commercial', region)),
    item('gcc'),
    item('gccHigh'),
    item('dod'),
    item('custom'),
  ];
  const place = (await window.showQuickPick(items, { title: l10n.t('Add Connection: Cloud') }))?.place;
  if (place?.cloud !== 'custom') return place;
  const apiUrl = await window.showInputBox({
    title: l10n.t('Add Connection: API Address'),
    prompt: l10n.t('Base of the API, for example of a proxy. The token is sent there.'),
    placeHolder: 'https://defender.example.com',
    ignoreFocusOut: true,
    validateInput: (value) =>
      value === '' || isAllowedUrl(value) ? undefined : l10n.t('An https address, or http to this machine.'),
  });
  if (apiUrl === undefined || apiUrl === '') return undefined;
  const hosts = await window.showInputBox({
    title: l10n.t('Add Connection: Download Hosts'),
    prompt: l10n.t('Hosts that results come from besides Azure’s, with port, separated by commas. May stay empty.'),
    placeHolder: 'files.example.com:8443',
    ignoreFocusOut: true,
  });
  if (hosts === undefined) return undefined;
  const downloadHosts = hosts.split(/[\s,]+/u).filter((host) => host !== '');
  return { cloud: 'custom', apiUrl, ...(downloadHosts.length === 0 ? {} : { downloadHosts }) };
}

async function askForName(services: Services, suggestion: string): Promise<string | undefined> {
  const name = await window.showInputBox({
    title: l10n.t('Add Connection: Name'),
    prompt: l10n.t('What this connection is called in the tree and in the addresses of its results.'),
    value: suggestion,
    ignoreFocusOut: true,
    validateInput: (value) => {
      const read = readConnection({ ...sampleConnection(value.trim()) });
      if ('problem' in read) return l10n.t('A name of 1 to 80 characters.');
      return services.connections.byName(value.trim()) === undefined
        ? undefined
        : l10n.t('There is a connection of this name already.');
    },
  });
  return name?.trim();
}
