import { l10n } from 'vscode';
import type { Connection } from '../../../connections/connection.ts';
import { cloudAddresses } from '../../../defender/clouds.ts';
import type { Problem } from './checks.ts';
import type { Step, TextStep } from './draft.ts';

/** Returns the title of a step. VS Code adds "(n/m)". */
export function stepTitle(step: Step, existing: Connection | undefined): string {
  const titles: Readonly<Record<Step, string>> = {
    signIn: l10n.t('How to Sign In'),
    place: l10n.t('Cloud and Region'),
    apiUrl: l10n.t('API Address'),
    authority: l10n.t('Sign-in Service'),
    scope: l10n.t('Scope'),
    graphUrl: l10n.t('Microsoft Graph'),
    downloadHosts: l10n.t('Download Hosts'),
    tenantId: l10n.t('Tenant ID'),
    clientId: l10n.t('Client ID'),
    clientSecret: l10n.t('Client Secret'),
    certificate: l10n.t('Client Certificate'),
    passphrase: l10n.t('Passphrase'),
    accessToken: l10n.t('Access Token'),
    name: l10n.t('Name'),
  };
  return existing === undefined
    ? l10n.t('Add Connection: {0}', titles[step])
    : l10n.t('Edit "{0}": {1}', existing.name, titles[step]);
}

/** Returns the instruction of a step: what to type, and where the user finds it. */
export function promptFor(step: TextStep, cloud: Connection['cloud'], mayKeep: boolean): string {
  const resource = cloudAddresses(cloud === 'custom' || cloud === 'pack' ? 'commercial' : cloud).scope.replace(
    '/.default',
    '',
  );
  const { authority, scope, graphUrl } = cloudAddresses('commercial');
  const prompts: Readonly<Record<TextStep, string>> = {
    apiUrl: l10n.t('Base of the API, for example of a proxy. The token is sent there.'),
    authority: l10n.t('The service that people sign in at, without the tenant. Left empty: {0}', authority),
    scope: l10n.t('What a token is asked for. Left empty: {0}', scope),
    graphUrl: l10n.t(
      'Where the audit trail is asked for, such as {0}. Left empty: this connection cannot ask for it.',
      graphUrl,
    ),
    downloadHosts: l10n.t(
      'Hosts that results come from besides Azure’s, with port, separated by commas. May stay empty.',
    ),
    tenantId: l10n.t(
      'The ID of your tenant: in the Entra admin center under Overview, or as tenantId in what "az account show" prints.',
    ),
    clientId: l10n.t(
      'Application (client) ID. Prefer an app registration of your own: Defender counts calls per application. The button above copies the commands to create one.',
    ),
    clientSecret: l10n.t('The value of the client secret, not its ID. It is kept in VS Code’s secret storage only.'),
    certificate: l10n.t('Absolute path of a PEM file with certificate and private key'),
    passphrase: l10n.t(
      'The private key in this file is encrypted. Its passphrase is kept in VS Code’s secret storage only.',
    ),
    accessToken: l10n.t(
      'An access token, for example from: az account get-access-token --resource {0} – it is kept in VS Code’s secret storage only.',
      resource,
    ),
    name: l10n.t('What this connection is called in the tree and in the addresses of its results.'),
  };
  return mayKeep ? `${prompts[step]} ${l10n.t('Leave it empty to keep the stored one.')}` : prompts[step];
}

/** Returns the text that an empty box shows: the format of the value, or the default value. */
export function placeholderFor(step: TextStep): string {
  const { authority, scope, graphUrl } = cloudAddresses('commercial');
  const placeholders: Readonly<Partial<Record<TextStep, string>>> = {
    apiUrl: 'https://defender.example.com',
    authority,
    scope,
    graphUrl,
    downloadHosts: 'files.example.com:8443',
    tenantId: '00000000-0000-0000-0000-000000000000',
    clientId: '00000000-0000-0000-0000-000000000000',
  };
  return placeholders[step] ?? '';
}

/** Returns the message for a problem: what is wrong, and what the step needs instead. */
export function problemText(problem: Problem): string {
  const texts: Readonly<Record<Problem, string>> = {
    missing: l10n.t('This cannot stay empty.'),
    noApiUrl: l10n.t('An https address, or http to this machine.'),
    noAuthority: l10n.t('An https address without path, such as {0}', cloudAddresses('commercial').authority),
    noScope: l10n.t('A scope ends in /.default, such as {0}', cloudAddresses('commercial').scope),
    noHost: l10n.t('Only hosts, such as files.example.com:8443: without https:// and without a path.'),
    tenantName: l10n.t(
      'This is a name of the tenant. Its ID is needed: in the Entra admin center under Overview, Tenant ID.',
    ),
    noTenantId: l10n.t('A tenant ID has 32 digits and letters from a to f, in groups of 8, 4, 4, 4 and 12.'),
    noClientId: l10n.t('A client ID has 32 digits and letters from a to f, in groups of 8, 4, 4, 4 and 12.'),
    tenantAsClient: l10n.t('This is the tenant’s ID. The client ID stands on the page of the app registration.'),
    otherAudience: l10n.t(
      'This token is not for the Defender API: ask for one with --resource https://api.securitycenter.microsoft.com.',
    ),
    secretId: l10n.t('This looks like the secret’s ID. What is needed is its value, shown only once, when it is made.'),
    noAbsolutePath: l10n.t('The whole path is needed, from the root or the drive on.'),
    networkShare: l10n.t('A file on a network share is not taken. Copy it to this machine.'),
    noFile: l10n.t('There is no such file, or it cannot be read.'),
    notPem: l10n.t('This is no PEM file. Convert a .pfx with: openssl pkcs12 -in file.pfx -out file.pem'),
    noCertificate: l10n.t('There is no certificate in this file, only a key. Both are needed.'),
    noPrivateKey: l10n.t('There is no private key in this file, only a certificate. Both are needed.'),
    noToken: l10n.t('This is no access token: it names no tenant and no application.'),
    tokenExpired: l10n.t('This token has expired.'),
    foreignToken: l10n.t('This token is for another tenant, or for another app registration.'),
    nameTooLong: l10n.t('A name of 1 to 80 characters.'),
    oddName: l10n.t('A name without control characters, and without "](" or "$(".'),
    nameTaken: l10n.t('There is a connection of this name already.'),
  };
  return texts[problem];
}
