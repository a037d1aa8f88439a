import type { HeldLease } from '../../base/leases.ts';
import type { Refusal } from '../../defender/client.ts';
import type { AccountInfo, AuthenticationResult, DeviceCodeRequest, PublicClientApplication } from '@azure/msal-node';
import { LiveResponseError } from '../../base/errors.ts';
import { SharedRenewal } from '../sharedRenewal.ts';
import type { HeldToken } from '../sharedRenewal.ts';
import type { PersonalTokenSource, PersonalWay, SignInPrompts } from '../tokenSource.ts';
import { openNetwork, publicApplication, SIGN_IN_LIMITS, tokenOf } from './application.ts';
import type { MsalParts } from './application.ts';
import { signInWithBrowser } from './browserSignIn.ts';
import { toSignInFailure } from './failures.ts';
import type { SignInNetwork } from './network.ts';
import { TokenVault } from './tokenVault.ts';

type DeviceCode = Parameters<DeviceCodeRequest['deviceCodeCallback']>[0];

/**
 * Gets tokens for a user who signs in once. The tokens are renewed without a prompt. All windows share them through
 * secret storage.
 */
export class PersonTokens implements PersonalTokenSource {
  readonly #parts: MsalParts;
  readonly #renewal: SharedRenewal;
  readonly #subscription: { dispose: () => unknown };
  /** The account signed in when this window last checked. */
  #person: string | undefined;
  /** Claims that conditional access demands from the next sign-in. */
  #claims: string | undefined;

  constructor(parts: MsalParts) {
    this.#parts = parts;
    this.#renewal = new SharedRenewal((signal, refusal) => this.#renew(signal, refusal), parts.clock.now);
    this.#subscription = parts.drawer.onDidChange((kind) => {
      this.#renewal.hold(undefined);
      if (kind === 'tokens') void this.#lookWhoIsIn();
    });
  }

  getAccessToken(signal: AbortSignal, refusal?: Refusal): Promise<string> {
    return this.#renewal.get(signal, refusal);
  }

  async account(): Promise<string | undefined> {
    this.#person = await this.#parts.accounts.get();
    return this.#person;
  }

  async signIn(way: PersonalWay, prompts: SignInPrompts, signal: AbortSignal): Promise<string> {
    const { registration, drawer, accounts, limits = SIGN_IN_LIMITS } = this.#parts;
    const { connection, tenantId, isFurther } = registration;
    const before = isFurther === true ? await this.#signedIn() : undefined;
    const vault = TokenVault.empty(drawer);
    const limit = new AbortController();
    const timer = setTimeout(() => {
      limit.abort();
    }, limits.personMs);
    const network = openNetwork(this.#parts, AbortSignal.any([signal, limit.signal]));
    const application = publicApplication(this.#parts, vault, network);
    try {
      const result = await this.#ask(way, application, network, prompts, AbortSignal.any([signal, limit.signal]));
      const held = tokenOf(result, this.#parts);
      if (result?.tenantId.toLowerCase() !== tenantId) {
        throw new LiveResponseError('signInFailed', { connection, reason: 'otherTenant' });
      }
      const account = result.account?.username ?? '';
      if (before === undefined) {
        this.#person = account;
        // The account is stored first. Other windows are notified of the tokens, and then read the account.
        await accounts.set(account);
        await this.#alone(signal, () => vault.save());
      } else {
        if (account.toLowerCase() !== before.toLowerCase())
          throw new LiveResponseError('signInFailed', { connection, reason: 'otherAccount' });
        await this.#alone(signal, async () => {
          // Somebody may have signed out, or in as another person, while the page was open.
          if ((await accounts.get()) !== before) throw new LiveResponseError('cancelled');
          await vault.save();
        });
      }
      this.#claims = undefined;
      this.#renewal.hold(held);
      return account;
    } catch (error) {
      if (signal.aborted) throw new LiveResponseError('cancelled');
      if (limit.signal.aborted) throw new LiveResponseError('signInFailed', { connection, reason: 'tooSlow' });
      throw toSignInFailure(error, network, connection, way);
    } finally {
      clearTimeout(timer);
    }
  }

  async signOut(): Promise<void> {
    this.#claims = undefined;
    this.#person = undefined;
    await this.#parts.accounts.set(undefined);
    // The lease prevents a deletion during a renewal. Otherwise the renewal would store its tokens after the deletion.
    await this.#alone(new AbortController().signal, () => this.#parts.drawer.delete('tokens'));
    this.#renewal.forget();
  }

  dispose(): void {
    this.#subscription.dispose();
  }

  /**
   * Returns the account that is signed in to the connection. Only that person can consent to a further resource.
   *
   * @throws LiveResponseError `notSignedIn` if nobody is
   */
  async #signedIn(): Promise<string> {
    const account = await this.account();
    if (account !== undefined) return account;
    const { connection } = this.#parts.registration;
    throw new LiveResponseError('notSignedIn', { connection, reason: 'noAccount' });
  }

  /** Checks whether another window has changed the account. Another account may have other permissions to see data. */
  async #lookWhoIsIn(): Promise<void> {
    // The source of the connection's own resource looks for both.
    if (this.#parts.registration.isFurther === true) return;
    const before = this.#person;
    if ((await this.account()) !== before) this.#parts.onOtherPerson();
  }

  async #ask(
    way: PersonalWay,
    application: PublicClientApplication,
    network: SignInNetwork,
    prompts: SignInPrompts,
    signal: AbortSignal,
  ): Promise<AuthenticationResult | null> {
    const { registration, drawer, accounts, clock } = this.#parts;
    const wanted = { scopes: [registration.scope], ...(this.#claims === undefined ? {} : { claims: this.#claims }) };
    if (way === 'interactive') {
      // A user who is still signed in may want another account, so no account is suggested.
      const again =
        registration.isFurther === true || this.#claims !== undefined || (await drawer.get('tokens')) === undefined;
      const known = again ? await accounts.get() : undefined;
      // VS Code decodes an address before it opens the page, which would change a name with any other character.
      const hint = known !== undefined && /^[\w.@-]+$/u.test(known) ? known : undefined;
      const person = hint === undefined ? { prompt: 'select_account' } : { loginHint: hint };
      return signInWithBrowser(
        application,
        { ...wanted, ...person },
        { prompts, authority: registration.authority, signal },
      );
    }
    return application.acquireTokenByDeviceCode({
      ...wanted,
      deviceCodeCallback: ({ userCode, verificationUri, expiresIn }: Partial<DeviceCode>) => {
        // msal passes a refusal to this function as if it were a device code, and would then poll with it.
        if (userCode === undefined || verificationUri === undefined || expiresIn === undefined) {
          const { connection, authority } = registration;
          const failure = { connection, host: new URL(authority).host, reason: 'notSignInService' };
          if (network.refusal === undefined) throw new LiveResponseError('signInFailed', failure);
          throw toSignInFailure(undefined, network, connection, way);
        }
        prompts.showCode({ userCode, verificationUrl: verificationUri, expiresAt: clock.now() + expiresIn * 1000 });
      },
    });
  }

  /**
   * Renews the token in this window. If another window has renewed it already, only reads the result of that renewal.
   */
  async #renew(signal: AbortSignal, refusal: Refusal | undefined): Promise<HeldToken> {
    return this.#alone(signal, async (lease) => {
      const { registration, drawer, accounts } = this.#parts;
      const { connection } = registration;
      const vault = await TokenVault.open(drawer);
      const network = openNetwork(this.#parts, signal);
      const application = publicApplication(this.#parts, vault, network);
      this.#claims = refusal?.claims ?? this.#claims;
      try {
        const [account] = vault.isEmpty ? [] : await application.getTokenCache().getAllAccounts();
        if (account === undefined) {
          const reason = (await accounts.get()) === undefined ? 'noAccount' : 'secretsLost';
          throw new LiveResponseError('notSignedIn', { connection, reason });
        }
        const held = tokenOf(await this.#silently(application, account, refusal), this.#parts);
        if (held.token === refusal?.token) {
          throw new LiveResponseError('notSignedIn', { connection, reason: 'rejected' });
        }
        // Set before the write below. Otherwise the change event of our own write would look like another user's
        // sign-in.
        this.#person = await accounts.get();
        // After a sleep, another window may have renewed the tokens, or deleted them.
        if (lease.isHeld()) await vault.update();
        return held;
      } catch (error) {
        this.#claims = network.refusal?.claims ?? this.#claims;
        const failure = toSignInFailure(error, network, connection);
        // A refresh token that was refused once will never be accepted again.
        if (failure.values.reason === 'sessionEnded' && registration.isFurther !== true && lease.isHeld()) {
          // If the account stayed, the next renewal would report that secret storage has lost the session.
          await accounts.set(undefined);
          this.#person = undefined;
          await drawer.delete('tokens').catch(() => undefined);
        }
        throw failure;
      }
    });
  }

  async #silently(
    application: PublicClientApplication,
    account: AccountInfo,
    refusal: Refusal | undefined,
  ): Promise<AuthenticationResult> {
    const wanted = { account, scopes: [this.#parts.registration.scope] };
    if (refusal?.claims !== undefined) return application.acquireTokenSilent({ ...wanted, claims: refusal.claims });
    const kept = await application.acquireTokenSilent(wanted);
    if (kept.accessToken !== refusal?.token) return kept;
    return application.acquireTokenSilent({ ...wanted, forceRefresh: true });
  }

  #alone<Result>(signal: AbortSignal, work: (lease: HeldLease) => Promise<Result>): Promise<Result> {
    const { authority, clientId } = this.#parts.registration;
    return this.#parts.leases.hold(`tokens ${authority} ${clientId}`, signal, work);
  }
}
