import { destinationOf, readConnection, sampleConnection } from '../../../connections/connection.ts';
import type { Connection, SignIn } from '../../../connections/connection.ts';
import { LiveResponseError } from '../../../base/errors.ts';
import { withoutEnd, withoutStart } from '../../../evidence/text/trimEnds.ts';
import { readClaims } from '../../../identity/claims.ts';
import { AZURE_CLI_CLIENT_ID } from '../../../identity/tools/wellKnownClients.ts';

/** Steps that are answered in words. */
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

/** A cloud, and the region of it where there is one. */
export type Place = Pick<Connection, 'cloud' | 'region'>;

/** What was entered so far, as it was typed: going back and forth loses nothing. */
export interface Draft {
  readonly signIn: SignIn | undefined;
  readonly place: Place | undefined;
  readonly texts: Readonly<Partial<Record<TextStep, string>>>;
  /** Known once the file was looked at. */
  readonly keyIsEncrypted: boolean;
}

/** What goes to secret storage and nowhere else. */
export interface ConnectionSecret {
  readonly kind: 'accessToken' | 'clientSecret' | 'passphrase';
  readonly value: string;
}

/** A connection, with its secret where a new one was typed. */
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

/** A draft to begin with: empty, or what an existing connection says. */
export function draftOf(existing: Connection | undefined): Draft {
  // A sample leads nowhere: nothing of it is worth keeping but its name.
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
      // Not the person's own: it must not stand there when the way to sign in is changed.
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

/** The steps that a draft needs, in order. Until a choice is made the shortest way is assumed. */
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
    // A pasted token says both by itself.
    ...when(signIn !== 'accessToken', 'tenantId'),
    ...when(service, 'clientId'),
    ...when(signIn === 'clientSecret', 'clientSecret'),
    ...when(signIn === 'clientCertificate', 'certificate'),
    ...when(signIn === 'clientCertificate' && keyIsEncrypted, 'passphrase'),
    ...when(signIn === 'accessToken', 'accessToken'),
    'name',
  ];
}

/** What was typed at a step that this draft has, without blanks around it. */
function textOf(draft: Draft, step: TextStep): string {
  return stepsOf(draft).includes(step) ? (draft.texts[step] ?? '').trim() : '';
}

/** The id in what was typed: copied from JSON or PowerShell, it comes with quotes, braces and capitals. */
export function idIn(text: string): string {
  return withoutEnd(withoutStart(text.trim(), `"'{`), `}"',`).toLowerCase();
}

/** The hosts in what was typed, as addresses have them; those that are none stay as they are. */
export function hostsIn(text: string): readonly string[] {
  const hosts = text.split(/[\s,;]+/u).filter((host) => host !== '');
  return hosts.map((host) => (isHost(host) ? new URL(`https://${host}`).host : host));
}

/** A host name or address, with port where there is one. */
export function isHost(text: string): boolean {
  return /^[^\s/?#@\\]+$/u.test(text) && URL.canParse(`https://${text}`);
}

/** A name for the connection: whom a pasted token speaks for, else the tenant; one that is not taken. */
export function suggestedName(draft: Draft, taken: readonly string[]): string {
  const claims = readClaims(textOf(draft, 'accessToken'));
  const name = (claims?.account ?? claims?.tenantId ?? idIn(textOf(draft, 'tenantId'))).slice(0, 70);
  let free = name;
  for (let count = 2; taken.includes(free); count++) free = `${name} (${count})`;
  return free;
}

/**
 * What a draft comes to, all of whose steps were answered.
 *
 * @param name - the name to give it, where that is not to be the one in the draft
 * @throws LiveResponseError `badArgument` with the field that is wrong: a step let something through
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

/** Blanks at the ends of a passphrase may belong to it; those around a pasted secret or token never do. */
function secretOf(draft: Draft, step: (typeof SECRET_STEPS)[number]): string {
  if (step !== 'passphrase') return textOf(draft, step);
  return stepsOf(draft).includes(step) ? (draft.texts[step] ?? '') : '';
}

/** Whether a step may stay empty since the stored secret goes on to serve. */
export function mayKeepSecret(draft: Draft, existing: Connection | undefined): boolean {
  if (existing === undefined) return false;
  const texts = { ...draft.texts, accessToken: '' };
  const { connection } = resultOf({ ...draft, texts }, existing, existing.name);
  return destinationOf(connection) === destinationOf(existing);
}
