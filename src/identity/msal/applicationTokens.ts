import type { HeldLease } from '../../base/leases.ts';
import type { Refusal } from '../../defender/client.ts';
import type { NodeAuthOptions } from '@azure/msal-node';
import { LiveResponseError } from '../../base/errors.ts';
import { SharedRenewal } from '../sharedRenewal.ts';
import type { HeldToken } from '../sharedRenewal.ts';
import type { TokenSource } from '../tokenSource.ts';
import { confidentialApplication, openNetwork, tokenOf } from './application.ts';
import type { MsalParts } from './application.ts';
import { readCertificate } from './certificate.ts';
import { toSignInFailure } from './failures.ts';
import { TokenVault } from './tokenVault.ts';

/** Gets tokens for an application that signs in as itself, with a secret or a certificate. */
export class ApplicationTokens implements TokenSource {
  readonly #parts: MsalParts;
  readonly #certificatePath: string | undefined;
  readonly #renewal: SharedRenewal;
  readonly #subscription: { dispose: () => unknown };

  /** @param certificatePath - absolute path of a PEM file; undefined if the application signs in with a secret */
  constructor(parts: MsalParts, certificatePath: string | undefined) {
    this.#parts = parts;
    this.#certificatePath = certificatePath;
    this.#renewal = new SharedRenewal((signal, refusal) => this.#renew(signal, refusal), parts.clock.now);
    this.#subscription = parts.drawer.onDidChange(() => {
      this.#renewal.hold(undefined);
    });
  }

  getAccessToken(signal: AbortSignal, refusal?: Refusal): Promise<string> {
    return this.#renewal.get(signal, refusal);
  }

  /** Returns the application's id; undefined if the application has no credential. */
  async account(): Promise<string | undefined> {
    const { registration, drawer } = this.#parts;
    const ready = this.#certificatePath !== undefined || (await drawer.get('clientSecret')) !== undefined;
    return ready ? registration.clientId : undefined;
  }

  async signOut(): Promise<void> {
    await this.#alone(new AbortController().signal, async () => {
      for (const kind of ['tokens', 'clientSecret', 'passphrase'] as const) await this.#parts.drawer.delete(kind);
    });
    this.#renewal.forget();
  }

  dispose(): void {
    this.#subscription.dispose();
  }

  async #renew(signal: AbortSignal, refusal: Refusal | undefined): Promise<HeldToken> {
    const { registration, drawer } = this.#parts;
    const { connection, scope } = registration;
    return this.#alone(signal, async (lease) => {
      const vault = await TokenVault.open(drawer);
      const network = openNetwork(this.#parts, signal);
      const application = confidentialApplication(this.#parts, vault, network, await this.#credential());
      const ask = (skipCache: boolean): ReturnType<typeof application.acquireTokenByClientCredential> =>
        application.acquireTokenByClientCredential({
          scopes: [scope],
          skipCache,
          ...(refusal?.claims === undefined ? {} : { claims: refusal.claims }),
        });
      try {
        let held = tokenOf(await ask(false), this.#parts);
        if (held.token === refusal?.token) held = tokenOf(await ask(true), this.#parts);
        // After a sleep, another window may have renewed the tokens, or deleted them.
        if (lease.isHeld()) await vault.update();
        return held;
      } catch (error) {
        throw toSignInFailure(error, network, connection);
      }
    });
  }

  #alone<Result>(signal: AbortSignal, work: (lease: HeldLease) => Promise<Result>): Promise<Result> {
    const { authority, clientId } = this.#parts.registration;
    return this.#parts.leases.hold(`tokens ${authority} ${clientId}`, signal, work);
  }

  async #credential(): Promise<Pick<NodeAuthOptions, 'clientSecret' | 'clientCertificate'>> {
    const { registration, drawer } = this.#parts;
    const { connection } = registration;
    if (this.#certificatePath !== undefined) {
      const passphrase = await drawer.get('passphrase');
      return { clientCertificate: await readCertificate(this.#certificatePath, passphrase, connection) };
    }
    const clientSecret = await drawer.get('clientSecret');
    if (clientSecret === undefined) throw new LiveResponseError('notSignedIn', { connection, reason: 'noSecret' });
    return { clientSecret };
  }
}
