import type { Refusal } from '../../defender/client.ts';
import { LiveResponseError } from '../../base/errors.ts';
import type { FailureValues } from '../../base/errors.ts';
import { runProcess } from './childProcess.ts';
import { isForResource, readClaims } from '../claims.ts';
import type { Resource, TokenClaims } from '../claims.ts';
import { findTools } from './commandLineTools.ts';
import type { ToolKind } from './commandLineTools.ts';
import { SharedRenewal } from '../sharedRenewal.ts';
import type { HeldToken } from '../sharedRenewal.ts';
import type { TokenSource } from '../tokenSource.ts';
import { readToolAnswer, signInCommand } from './toolAnswers.ts';

/**
 * Longest time that a tool may run, ms. Azure CLI needs seconds on a slow machine, and longer if it has to renew its
 * own sign-in.
 */
const DEFAULT_TIMEOUT_MS = 60_000;
/** Maximum output of a tool, bytes. A token has about 3 kB. */
const MAX_OUTPUT = 1024 * 1024;

export interface CommandLineTokensOptions {
  /**
   * Resource that the tokens are for: the scope without `/.default`, e.g. `https://api.securitycenter.microsoft.com`.
   */
  readonly resource: string;
  /** Service behind the resource. The default is the Defender API. */
  readonly service?: Resource;
  /** Lower-case GUID. */
  readonly tenantId: string;
  /** The connection's name, for errors. */
  readonly connection: string;
  readonly environment: NodeJS.ProcessEnv;
  readonly platform: NodeJS.Platform;
  /** ms since 1970. */
  readonly now: () => number;
  /** Longest time for a tool, ms. */
  readonly timeoutMs?: number;
}

interface Obtained {
  readonly token: string;
  readonly claims: TokenClaims;
  readonly tool: ToolKind;
}

/**
 * Gets tokens from Azure CLI if it is installed, else from Az PowerShell, for users without an app registration. The
 * tool stores the sign-in. This class keeps a token in memory only. If Azure CLI is installed, no other tool is asked,
 * because the other tool may be signed in as another user.
 */
export class CommandLineTokens implements TokenSource {
  readonly #options: CommandLineTokensOptions;
  readonly #renewal: SharedRenewal;

  constructor(options: CommandLineTokensOptions) {
    this.#options = options;
    this.#renewal = new SharedRenewal((signal, refusal) => this.#renew(signal, refusal), options.now);
  }

  /**
   * @throws LiveResponseError `notSignedIn` with the reason `cliMissing`, `cliSignedOut`, `cliClaims` (a policy demands
   *   more claims), `rejected` (the tool only has the refused token), `otherTenant` or `otherAudience`; `signInFailed`
   *   with the reason `cliFailed` or `cliTimeout`; `cancelled`. `command` is the command that signs in from a terminal.
   */
  getAccessToken(signal: AbortSignal, refusal?: Refusal): Promise<string> {
    return this.#renewal.get(signal, refusal);
  }

  account(): Promise<string | undefined> {
    const { held } = this.#renewal;
    return Promise.resolve(held === undefined ? undefined : readClaims(held.token)?.account);
  }

  /** Forgets the token. The user signs out of the tool separately, because other programs use the tool too. */
  signOut(): Promise<void> {
    this.#renewal.forget();
    return Promise.resolve();
  }

  dispose(): void {
    this.#renewal.forget();
  }

  async #renew(signal: AbortSignal, refusal: Refusal | undefined): Promise<HeldToken> {
    const { token, claims, tool } = await this.#run(signal);
    if (token === refusal?.token) {
      throw this.#notSignedIn(tool, refusal.claims === undefined ? 'rejected' : 'cliClaims', refusal.claims);
    }
    // A token that does not state its expiry is used once.
    return { token, expiresAt: claims.expiresAt ?? 0 };
  }

  async #run(signal: AbortSignal): Promise<Obtained> {
    const { environment, platform, timeoutMs = DEFAULT_TIMEOUT_MS } = this.#options;
    for (const tool of await findTools(this.#options, environment, platform)) {
      const end = await runProcess(tool, platform, { timeoutMs, maxOutput: MAX_OUTPUT }, signal);
      if (end.kind !== 'ended') {
        throw this.#failed(end.kind === 'timeout' ? 'cliTimeout' : 'cliFailed', end.kind === 'notStarted' ? end : {});
      }
      const answer = readToolAnswer(tool.kind, end);
      if (answer.kind === 'token') return this.#check(answer.token, tool.kind);
      if (answer.kind === 'failed') throw this.#failed('cliFailed', answer);
      if (answer.kind === 'signedOut') throw this.#notSignedIn(tool.kind, 'cliSignedOut', undefined, answer);
    }
    throw this.#notSignedIn('azureCli', 'cliMissing');
  }

  /**
   * Checks the tenant and the resource of a token. Results are stored by tenant, so a token of another tenant must not
   * fetch results.
   */
  #check(token: string, tool: ToolKind): Obtained {
    const { resource, service, tenantId } = this.#options;
    const claims = readClaims(token);
    if (claims?.tenantId === undefined || claims.audience === undefined) throw this.#failed('cliFailed');
    if (claims.tenantId !== tenantId) throw this.#notSignedIn(tool, 'otherTenant');
    if (!isForResource(claims, resource, service)) throw this.#notSignedIn(tool, 'otherAudience');
    return { token, claims, tool };
  }

  #notSignedIn(
    tool: ToolKind,
    reason: string,
    claims?: string,
    { serverCode }: { readonly serverCode?: string | undefined } = {},
  ): LiveResponseError {
    const { connection } = this.#options;
    const command = signInCommand(tool, this.#options, claims);
    return new LiveResponseError('notSignedIn', {
      connection,
      reason,
      command,
      ...(serverCode === undefined ? {} : { serverCode }),
    });
  }

  #failed(
    reason: string,
    codes: { readonly serverCode?: string | undefined; readonly systemCode?: string | undefined } = {},
  ): LiveResponseError {
    const values: FailureValues = {
      connection: this.#options.connection,
      reason,
      ...(codes.serverCode === undefined ? {} : { serverCode: codes.serverCode }),
      ...(codes.systemCode === undefined ? {} : { systemCode: codes.systemCode }),
    };
    return new LiveResponseError('signInFailed', values);
  }
}
