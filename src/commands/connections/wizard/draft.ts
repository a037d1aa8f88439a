import { destinationOf, readConnection, sampleConnection } from '../../../connections/connection.ts';
import type { Connection, SignIn } from '../../../connections/connection.ts';
import { LiveResponseError } from '../../../base/errors.ts';
import { withoutEnd, withoutStart } from '../../../evidence/text/trimEnds.ts';
import { readClaims } from '../../../identity/claims.ts';
import { AZURE_CLI_CLIENT_ID } from '../../../identity/tools/wellKnownClients.ts';

/** Steps that the user answers with a text. */
export type TextStep =
  | 'apiUrl'
  | 'authority'
  | 'scope'
  | 'downloadHosts'
  | 'tenantId'
  | 'clientId'
  | 'clientSecret'
  | 'certificate'
  | 'passphrase'
  | 'accessToken'
  | 'name';
export type Step = 'signIn' | 'place' | TextStep;

/** Cloud, with its region where there is one. */
export type Place = Pick<Connection, 'cloud' | 'region'>;

/** Answers so far, as they were typed: going back and forth loses nothing. */
export interface Draft {
  readonly signIn: SignIn | undefined;
  readonly place: Place | undefined;
  readonly texts: Readonly<Partial<Record<TextStep, string>>>;
  /** Known once the certificate file was read. */
  readonly keyIsEncrypted: boolean;
}

/** Secret, which goes to secret storage and nowhere else. */
export interface ConnectionSecret {
  readonly kind: 'accessToken' | 'clientSecret' | 'passphrase';
  readonly value: string;
}

/** Connection, with its secret where a new one was typed. */
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
  // Of a sample connection, only the name is worth keeping.
  if (existing === undefined || existing.signIn === 'sample') {
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
      // The Azure CLI's client id is not the user's own. It must not appear when the way to sign in is changed.
      clientId: clientId === AZURE_CLI_CLIENT_ID ? '' : clientId,
      apiUrl: existing.apiUrl ?? '',
      authority: existing.authority ?? '',
      scope: existing.scope ?? '',
      downloadHosts: (existing.downloadHosts ?? []).join(', '),
      certificate: existing.certificatePath ?? '',
    },
    keyIsEncrypted: false,
  };
}

/** Returns the steps that a draft needs, in order. Until a choice is made, the shortest way is assumed. */
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
    ...when(custom && signIn !== 'accessToken', 'scope'),
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

/** Returns the text of a step without surrounding blanks; empty if this draft does not have the step. */
function textOf(draft: Draft, step: TextStep): string {
  return stepsOf(draft).includes(step) ? (draft.texts[step] ?? '').trim() : '';
}

/** Returns the id in a typed text. An id copied from JSON or PowerShell has quotes, braces and capitals. */
export function idIn(text: string): string {
  return withoutEnd(withoutStart(text.trim(), `"'{`), `}"',`).toLowerCase();
}

/** Returns the hosts in a typed text, in the form that URLs use. Entries that are not hosts stay unchanged. */
export function hostsIn(text: string): readonly string[] {
  const hosts = text.split(/[\s,;]+/u).filter((host) => host !== '');
  return hosts.map((host) => (isHost(host) ? new URL(`https://${host}`).host : host));
}

/** Whether a text is a host name or address, with the port where there is one. */
export function isHost(text: string): boolean {
  return /^[^\s/?#@\\]+$/u.test(text) && URL.canParse(`https://${text}`);
}

/** Suggests a free name for the connection: the account of a pasted token, else the tenant. */
export function suggestedName(draft: Draft, taken: readonly string[]): string {
  const claims = readClaims(textOf(draft, 'accessToken'));
  const name = (claims?.account ?? claims?.tenantId ?? idIn(textOf(draft, 'tenantId'))).slice(0, 70);
  let free = name;
  for (let count = 2; taken.includes(free); count++) free = `${name} (${count})`;
  return free;
}

/**
 * Builds the connection from a draft in which all steps are answered.
 *
 * @param name - name of the connection, if it is not the one in the draft
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
 * Returns the secret of a step. Blanks at the ends of a passphrase may belong to it; those around a pasted secret or
 * token never do.
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
