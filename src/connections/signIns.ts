import type { Clock } from '../base/clock.ts';
import type { Refusal } from '../defender/client.ts';
import { isLiveResponseError, LiveResponseError } from '../base/errors.ts';
import type { SendSignIn } from '../defender/transport.ts';
import { Leases, sinceStart } from '../base/leases.ts';
import type { MsalParts, SignInLimits } from '../identity/msal/application.ts';
import type { MsalTokens } from '../identity/msal/createMsalTokens.ts';
import type { Resource } from '../identity/claims.ts';
import { PastedToken } from '../identity/pastedToken.ts';
import { openDrawer, SECRET_KINDS } from '../identity/secrets.ts';
import type { SecretDrawer, SecretKind, Secrets } from '../identity/secrets.ts';
import type { PersonalTokenSource, PersonalWay, SignInPrompts, TokenSource } from '../identity/tokenSource.ts';
import { Emitter } from '../base/emitter.ts';
import { leasePort } from '../worker/ports.ts';
import type { WorkerPort } from '../worker/workerClient.ts';
import { destinationOf, needsNoSignIn, ownerOf } from './connection.ts';
import type { Connection } from './connection.ts';
import { createTokenSource } from './tokenSources.ts';

export interface SignInsParts {
  readonly secrets: Secrets;
  readonly worker: WorkerPort<'takeLease' | 'releaseLease' | 'account' | 'setAccount'>;
  readonly clock: Clock;
  readonly loadMsal: () => Promise<MsalTokens>;
  readonly loadSend: () => Promise<SendSignIn>;
  readonly log: MsalParts['log'];
  /** Environment variables with which Azure CLI and Az PowerShell are found. */
  readonly environment: NodeJS.ProcessEnv;
  readonly platform: NodeJS.Platform;
  /** Whether an administrator allows that a connection signs in in this way. By default, all ways are allowed. */
  readonly allowsWay?: (connection: Connection, way: PersonalWay) => boolean;
  readonly limits?: SignInLimits;
}

/** Time after a refusal by the user, in milliseconds, during which a new prompt appears only after a confirmation. */
const COOL_DOWN_MS = 60_000;
const PROMPT = 'sign-in prompt';
const REFUSED = 'sign-in refused';

/** Token sources of all connections, and the secrets that belong to them. */
export class SignIns {
  readonly #parts: SignInsParts;
  readonly #leases: Leases;
  /** Sources by resource, then by owner. */
  readonly #sources: Readonly<Record<Resource, Map<string, Promise<TokenSource>>>> = {
    defender: new Map(),
    graph: new Map(),
  };
  readonly #changed = new Emitter<Connection>();
  /** The prompt that is open in this window. */
  #prompting:
    { readonly owner: string; readonly controller: AbortController; readonly ended: Promise<void> } | undefined;

  /** Fires when the account of a connection changes in this window: a sign-in, a sign-out or a new secret. */
  readonly onDidChange = this.#changed.event;

  constructor(parts: SignInsParts) {
    this.#parts = parts;
    this.#leases = new Leases(leasePort(parts.worker), parts.clock, sinceStart);
  }

  /**
   * Returns a token from the connection's source.
   *
   * @throws the errors of that source: see `TokenSource`
   */
  async getAccessToken(
    connection: Connection,
    signal: AbortSignal,
    refusal?: Refusal,
    resource?: Resource,
  ): Promise<string> {
    return (await this.#source(connection, resource)).getAccessToken(signal, refusal);
  }

  /** Returns the account that the connection signs in as; undefined when no one is signed in. */
  async account(connection: Connection): Promise<string | undefined> {
    return needsNoSignIn(connection) ? undefined : (await this.#source(connection)).account();
  }

  /** Returns the time at which a pasted token expires, in ms since 1970; undefined for tokens that renew themselves. */
  async expiresAt(connection: Connection): Promise<number | undefined> {
    if (connection.signIn !== 'accessToken') return undefined;
    const source = await this.#source(connection);
    return source instanceof PastedToken ? source.expiresAt() : undefined;
  }

  /** Whether the user refused to sign in within the last minute, in any window. */
  wasRefused(): Promise<boolean> {
    return this.#leases.isTaken(REFUSED);
  }

  /**
   * Signs the user in. Only one prompt is open at a time, across all windows.
   *
   * @param resource - what the user consents to
   * @returns the account that signed in
   * @throws LiveResponseError `managed` if an administrator forbids the way, and see `PersonalTokenSource`
   */
  async signIn(
    connection: Connection,
    way: PersonalWay,
    prompts: SignInPrompts,
    signal: AbortSignal,
    resource?: Resource,
  ): Promise<string> {
    if (this.#parts.allowsWay?.(connection, way) === false)
      throw new LiveResponseError('managed', { reason: 'signIns', connection: connection.name });
    const source = await this.#source(connection, resource);
    if (!isPersonal(source)) throw new LiveResponseError('badArgument', { path: 'signIn' });
    // A user who starts a second sign-in has abandoned the first page, so the first attempt ends.
    this.#prompting?.controller.abort();
    await this.#prompting?.ended;
    const controller = new AbortController();
    const all = AbortSignal.any([signal, controller.signal]);
    try {
      const asking = this.#leases.holdOnly(PROMPT, () => source.signIn(way, prompts, all));
      this.#prompting = { owner: ownerOf(connection), controller, ended: asking.then(noop, noop) };
      const account = await asking;
      await this.#leases.giveBack(REFUSED);
      // Consent to a further resource changes neither the account nor what it sees.
      if (resource !== 'graph') this.#changed.fire(connection);
      return account;
    } catch (error) {
      const refused = isLiveResponseError(error) && (error.code === 'cancelled' || error.values.reason === 'declined');
      if (refused && !controller.signal.aborted) await this.#leases.takeFor(REFUSED, COOL_DOWN_MS);
      throw error;
    }
  }

  /** Reports that the connection got a token without {@link signIn}, e.g. by a sign-in in a terminal. */
  tellChanged(connection: Connection): void {
    this.#changed.fire(connection);
  }

  /** Deletes everything that the sign-in stored. For the sign-in of an application, also deletes its secret. */
  async signOut(connection: Connection): Promise<void> {
    await this.#endPrompt(connection);
    await (await this.#source(connection)).signOut();
    // Its tokens are deleted with the others. This is for what it holds in memory.
    const further = await this.#sources.graph.get(ownerOf(connection))?.catch(() => undefined);
    await further?.signOut();
    this.#changed.fire(connection);
  }

  async storeSecret(connection: Connection, kind: Exclude<SecretKind, 'tokens'>, value: string): Promise<void> {
    const drawer = this.#drawer(connection);
    await drawer.store(kind, value);
    this.#drop(connection);
    // Tokens that were fetched with the previous secret may belong to another application.
    await drawer.delete('tokens');
    this.#changed.fire(connection);
  }

  /** Deletes everything about a connection that is removed or whose destination was changed. */
  async forget(connection: Connection): Promise<void> {
    if (needsNoSignIn(connection)) return;
    await this.#endPrompt(connection);
    // Signs out first, because a renewal in progress would store its tokens again.
    await (await this.#source(connection)).signOut();
    const drawer = this.#drawer(connection);
    for (const kind of SECRET_KINDS) await drawer.delete(kind);
    await this.#remember(connection, undefined);
    this.#drop(connection);
  }

  /** Copies the secrets when a connection gets another name but keeps its destination. */
  async rename(from: Connection, to: Connection): Promise<void> {
    if (destinationOf(from) !== destinationOf(to)) return;
    const [old, renamed] = [this.#drawer(from), this.#drawer(to)];
    for (const kind of SECRET_KINDS) {
      const secret = await old.get(kind);
      if (secret !== undefined) await renamed.store(kind, secret);
    }
    await this.#remember(to, await this.#parts.worker.call('account', ownerOf(from)));
  }

  dispose(): void {
    for (const sources of Object.values(this.#sources)) {
      for (const owner of sources.keys()) drop(sources, owner);
    }
  }

  #source(connection: Connection, resource: Resource = 'defender'): Promise<TokenSource> {
    const owner = ownerOf(connection);
    const sources = this.#sources[resource];
    const known = sources.get(owner);
    if (known !== undefined) return known;
    const { clock, environment, platform, loadMsal } = this.#parts;
    const made = createTokenSource(connection, resource, {
      drawer: this.#drawer(connection),
      loadMsal,
      msalParts: () => this.#msalParts(connection),
      environment,
      platform,
      now: clock.now,
    });
    sources.set(owner, made);
    made.catch(() => sources.delete(owner));
    return made;
  }

  async #msalParts(connection: Connection): Promise<Omit<MsalParts, 'registration'>> {
    const { clock, log, limits } = this.#parts;
    return {
      drawer: this.#drawer(connection),
      leases: this.#leases,
      accounts: {
        get: () => this.#parts.worker.call('account', ownerOf(connection)).catch(() => undefined),
        set: (account) => this.#remember(connection, account),
      },
      onOtherPerson: () => {
        this.#changed.fire(connection);
      },
      clock,
      log,
      send: await this.#parts.loadSend(),
      ...(limits === undefined ? {} : { limits }),
    };
  }

  /** Ends an open page of this connection: its end would sign in again. */
  async #endPrompt(connection: Connection): Promise<void> {
    if (this.#prompting?.owner !== ownerOf(connection)) return;
    this.#prompting.controller.abort();
    await this.#prompting.ended;
  }

  #drawer(connection: Connection): SecretDrawer {
    return openDrawer(this.#parts.secrets, ownerOf(connection));
  }

  /**
   * Stores the account. A failure is ignored: without a stored account, the user is only asked more often than
   * necessary.
   */
  async #remember(connection: Connection, account: string | undefined): Promise<void> {
    await this.#parts.worker.call('setAccount', ownerOf(connection), account).catch(() => undefined);
  }

  #drop(connection: Connection): void {
    for (const sources of Object.values(this.#sources)) drop(sources, ownerOf(connection));
  }
}

/** Disposes of an owner's source, if there is one. */
function drop(sources: Map<string, Promise<TokenSource>>, owner: string): void {
  sources.get(owner)?.then(
    (source) => {
      source.dispose();
    },
    () => undefined,
  );
  sources.delete(owner);
}

function noop(): void {
  // The next attempt only waits until this attempt has ended. The outcome does not matter.
}

function isPersonal(source: TokenSource): source is PersonalTokenSource {
  return 'signIn' in source;
}
