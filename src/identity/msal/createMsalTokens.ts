import type { PersonalTokenSource, TokenSource } from '../tokenSource.ts';
import { ApplicationTokens } from './applicationTokens.ts';
import type { MsalParts } from './application.ts';
import { PersonTokens } from './personTokens.ts';

/** Token sources that sign in through msal. */
export interface MsalTokens {
  readonly person: (parts: MsalParts) => PersonalTokenSource;
  readonly application: (parts: MsalParts, certificatePath: string | undefined) => TokenSource;
}

/** Entry point of the bundle that contains msal. */
export const msalTokens: MsalTokens = {
  person: (parts) => new PersonTokens(parts),
  application: (parts, certificatePath) => new ApplicationTokens(parts, certificatePath),
};
