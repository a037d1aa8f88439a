import { randomUUID } from 'node:crypto';

/** Storage of consents that all windows of this machine share. A consent has a state, or none. */
export interface ConsentPort {
  readonly get: (owner: string) => Promise<string | undefined>;
  /**
   * Replaces the state of a consent in one step.
   *
   * @param seen - the only state that may be replaced; any, if it is left out
   * @returns whether the state was replaced
   */
  readonly set: (
    owner: string,
    state: string | undefined,
    seen?: { readonly state: string | undefined },
  ) => Promise<boolean>;
}

/** State of a consent at the time of a question about it. */
export interface SeenConsent {
  readonly isGiven: boolean;
  readonly state: string | undefined;
}

const GIVEN = 'given';

/**
 * The person's consent that a connection may send hunting queries to Microsoft Graph. Off until it is given, for each
 * connection. It holds for one name and one destination, so a connection that was changed must be allowed again.
 *
 * VS Code's own storage does not suffice: of two windows that write at once, the last one wins. Here a refusal wins.
 */
export class HuntingConsent {
  readonly #port: ConsentPort;

  constructor(port: ConsentPort) {
    this.#port = port;
  }

  /** Reads a consent before a question about it. Without the database, it is not given. @param owner - see `ownerOf` */
  async look(owner: string): Promise<SeenConsent> {
    const state = await this.#port.get(owner).catch(() => undefined);
    return { isGiven: state === GIVEN, state };
  }

  async isGiven(owner: string): Promise<boolean> {
    return (await this.look(owner)).isGiven;
  }

  /**
   * Gives the consent, unless the person took it back in another window since they were asked.
   *
   * @returns whether it is given now
   * @throws LiveResponseError `databaseFailed`
   */
  async give(owner: string, { state }: SeenConsent): Promise<boolean> {
    const isReplaced = await this.#port.set(owner, GIVEN, { state });
    return isReplaced || this.isGiven(owner);
  }

  /**
   * Takes the consent back. Each refusal has a state of its own, so that an answer in another window to a question that
   * was asked before does not undo it. @throws LiveResponseError `databaseFailed`
   */
  async takeBack(owner: string): Promise<void> {
    await this.#port.set(owner, `off ${randomUUID()}`);
  }

  /**
   * Forgets the consents of owners that are gone: a connection that was removed, renamed or led elsewhere is asked for
   * again, also when it comes back.
   */
  async forgetGone(before: readonly string[], now: readonly string[]): Promise<void> {
    for (const owner of before) if (!now.includes(owner)) await this.#port.set(owner, undefined);
  }
}
