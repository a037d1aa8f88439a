import { destinationOf, readConnection, sampleConnection } from '../../../connections/connection.ts';
import type { Connection, SignIn } from '../../../connections/connection.ts';
import { LiveResponseError } from '../../../base/errors.ts';
import type { Cloud } from '../../../base/resultUri.ts';
import { withoutEnd, withoutStart } from '../../../evidence/text/trimEnds.ts';
import { readClaims } from '../../../identity/claims.ts';
import { AZURE_CLI_CLIENT_ID } from '../../../identity/tools/wellKnownClients.ts';

/** Steps for which the user types a text. */
export type TextStep =
  | 'apiUrl'
  | 'authority'
  | 'scope'
  | 'graphUrl'
  | 'downloadHosts'
  | 'tenantId'
  | 'clientId'
  | 'clientSecret'
  | 'certificate'
  | 'passphrase'
  | 'accessToken'
  | 'name';
export type Step = 'signIn' | 'place' | TextStep;

/** Cloud and, for the commercial cloud, optionally a region. */
export type Place = Pick<Connection, 'region'> & { readonly cloud: Cloud };

/** Answers of the user, exactly as typed. Therefore going back and forth between steps loses nothing. */
export interface Draft {
  readonly signIn: SignIn | undefined;
  readonly place: Place | undefined;
  readonly texts: Readonly<Partial<Record<TextStep, string>>>;
  /** Whether the key in the certificate file is encrypted. Known only after the file was read. */
  readonly keyIsEncrypted: boolean;
}

/** Secret of a connection. It is stored only in secret storage. */
export interface ConnectionSecret {
  readonly kind: 'accessToken' | 'clientSecret' | 'passphrase';
  readonly value: string;
}

/** Connection, and its secret if the user typed a new secret. */
export interface WizardResult {
  readonly connection: Connection;
  readonly secret: ConnectionSecret | undefined;
}

const SECRET_STEPS = ['accessToken', 'clientSecret', 'passphrase'] as const;
const WITH_SIGN_IN_SERVICE: ReadonlySet<SignIn> = new Set([
  'interactive',
  'deviceCode',
  'clientSecret',
  'clientCertificate',
]);

/** Returns the first draft: empty, or filled with the fields of an existing connection. */
export function draftOf(existing: Connection | undefined): Draft {
  // If the existing connection is the sample connection, only its name can be useful for another connection.
  if (existing === undefined || existing.signIn === 'sample' || existing.cloud === 'pack') {
    const texts = existing === undefined ? {} : { name: existing.name };
    return { signIn: undefined, place: undefined, texts, keyIsEncrypted: false };
  }
  const { name, cloud, region, tenantId, clientId, signIn } = existing;
  return {
    signIn,
    place: region === undefined ? { cloud } : { cloud, region },
    texts: {
      name,
      tenantId,
      // The Azure CLI's client id does not belong to the user. It must not appear in the box when the user changes the
      // way to sign in.
      clientId: clientId === AZURE_CLI_CLIENT_ID ? '' : clientId,
      apiUrl: existing.apiUrl ?? '',
      authority: existing.authority ?? '',
      scope: existing.scope ?? '',
      graphUrl: existing.graphUrl ?? '',
      downloadHosts: (existing.downloadHosts ?? []).join(', '),
      certificate: existing.certificatePath ?? '',
    },
    keyIsEncrypted: false,
  };
}

/**
 * Returns the steps that a draft needs, in order. Before the user has chosen, the answer with the fewest steps is
 * assumed.
 */
export function stepsOf({ signIn = 'interactive', place, keyIsEncrypted }: Draft): readonly Step[] {
  if (signIn === 'sample') return ['signIn'];
  const custom = place?.cloud === 'custom';
  const service = WITH_SIGN_IN_SERVICE.has(signIn);
  const when = (needed: boolean, ...steps: Step[]): readonly Step[] => (needed ? steps : []);
  return [
    'signIn',
    'place',
    ...when(custom, 'apiUrl'),
    ...when(custom && service, 'authority'),
    ...when(custom && signIn !== 'accessToken', 'scope', 'graphUrl'),
    ...when(custom, 'downloadHosts'),
    // A pasted token contains its tenant and its client id.
    ...when(signIn !== 'accessToken', 'tenantId'),
    ...when(service, 'clientId'),
    ...when(signIn === 'clientSecret', 'clientSecret'),
    ...when(signIn === 'clientCertificate', 'certificate'),
    ...when(signIn === 'clientCertificate' && keyIsEncrypted, 'passphrase'),
    ...when(signIn === 'accessToken', 'accessToken'),
    'name',
  ];
}

/** Returns the text of a step without surrounding blanks; empty if the draft does not need this step. */
function textOf(draft: Draft, step: TextStep): string {
  return stepsOf(draft).includes(step) ? (draft.texts[step] ?? '').trim() : '';
}

/**
 * Returns the id in a typed text. An id that was copied from JSON or PowerShell can have quotes, braces and capital
 * letters.
 */
export function idIn(text: string): string {
  return withoutEnd(withoutStart(text.trim(), `"'{`), `}"',`).toLowerCase();
}

/** Returns the hosts in a typed text, in the format that URLs use. Entries that are not hosts stay unchanged. */
export function hostsIn(text: string): readonly string[] {
  const hosts = text.split(/[\s,;]+/u).filter((host) => host !== '');
  return hosts.map((host) => (isHost(host) ? new URL(`https://${host}`).host : host));
}

/** Whether a text is a host name or an IP address, with a port or without. */
export function isHost(text: string): boolean {
  return /^[^\s/?#@\\]+$/u.test(text) && URL.canParse(`https://${text}`);
}

/** Suggests a name that no connection has: the account of a pasted token, or else the tenant. */
export function suggestedName(draft: Draft, taken: readonly string[]): string {
  const claims = readClaims(textOf(draft, 'accessToken'));
  const name = (claims?.account ?? claims?.tenantId ?? idIn(textOf(draft, 'tenantId'))).slice(0, 70);
  let free = name;
  for (let count = 2; taken.includes(free); count++) free = `${name} (${count})`;
  return free;
}

/**
 * Builds the connection from a draft in which all steps have an answer.
 *
 * @param name - name of the connection, if it differs from the name in the draft
 * @throws LiveResponseError `badArgument` with the wrong field, if a step accepted a wrong value
 */
export function resultOf(draft: Draft, existing: Connection | undefined, name = textOf(draft, 'name')): WizardResult {
  const { signIn, place } = draft;
  if (signIn === 'sample') return { connection: sampleConnection(name), secret: undefined };
  const claims = readClaims(textOf(draft, 'accessToken'));
  const pasted = signIn === 'accessToken';
  const clientId = pasted ? (claims?.clientId ?? existing?.clientId) : idIn(textOf(draft, 'clientId'));
  const optional = (field: keyof Connection, step: TextStep): object => {
    const text = textOf(draft, step);
    return text === '' ? {} : { [field]: text };
  };
  const hosts = hostsIn(textOf(draft, 'downloadHosts'));
  const read = readConnection({
    name,
    ...place,
    signIn,
    tenantId: pasted ? (claims?.tenantId ?? existing?.tenantId) : idIn(textOf(draft, 'tenantId')),
    clientId: signIn === 'azureCli' ? AZURE_CLI_CLIENT_ID : clientId,
    ...optional('apiUrl', 'apiUrl'),
    ...optional('authority', 'authority'),
    ...optional('scope', 'scope'),
    ...optional('graphUrl', 'graphUrl'),
    ...optional('certificatePath', 'certificate'),
    ...(hosts.length === 0 ? {} : { downloadHosts: hosts }),
  });
  if ('problem' in read) throw new LiveResponseError('badArgument', { path: read.problem.field });
  const kind = SECRET_STEPS.find((step) => secretOf(draft, step) !== '');
  return {
    connection: read.connection,
    secret: kind === undefined ? undefined : { kind, value: secretOf(draft, kind) },
  };
}

/**
 * Returns the secret of a step. Blanks at the beginning and the end of a passphrase may be part of it. Blanks around a
 * pasted secret or token never are.
 */
function secretOf(draft: Draft, step: (typeof SECRET_STEPS)[number]): string {
  if (step !== 'passphrase') return textOf(draft, step);
  return stepsOf(draft).includes(step) ? (draft.texts[step] ?? '') : '';
}

/** Whether a step may stay empty because the stored secret still applies. */
export function mayKeepSecret(draft: Draft, existing: Connection | undefined): boolean {
  if (existing === undefined) return false;
  const texts = { ...draft.texts, accessToken: '' };
  const { connection } = resultOf({ ...draft, texts }, existing, existing.name);
  return destinationOf(connection) === destinationOf(existing);
}
