import { CommandLineTokens } from '../../../src/identity/tools/commandLineTokens.ts';
import type { CommandLineTokensOptions } from '../../../src/identity/tools/commandLineTokens.ts';
import type { StandIns } from './standIn.ts';
import { jwt } from './tokens.ts';

export const NOW = Date.UTC(2026, 10, 23, 21);
export const MINUTE = 60_000;
export const RESOURCE = 'https://api.securitycenter.microsoft.com';
export const TENANT = '8f3a2c51-6a1e-4d0b-9c5e-2d7f1b6a4e90';
/** The command that signs in to Azure CLI. */
export const LOGIN = `az login --tenant ${TENANT} --scope ${RESOURCE}/.default --allow-no-subscriptions`;

/** Returns a token as Entra issues it to a user, valid for an hour. */
export function token(claims: object = {}): string {
  return jwt({ aud: RESOURCE, tid: TENANT, upn: 'anna@contoso.com', exp: (NOW + 60 * MINUTE) / 1000, ...claims });
}

/** Returns the output of Azure CLI 2.45, and of Az PowerShell with our script. */
export function answer(accessToken: string): string {
  const lines = { accessToken, expiresOn: '2026-11-23 23:00:00.000000', tenant: TENANT, tokenType: 'Bearer' };
  return `${JSON.stringify(lines, undefined, 2)}\n`;
}

/** Opens the tokens for the connection "Contoso", from a test's programs. */
export function openTokens(tools: StandIns, options: Partial<CommandLineTokensOptions> = {}): CommandLineTokens {
  return new CommandLineTokens({
    resource: RESOURCE,
    tenantId: TENANT,
    connection: 'Contoso',
    environment: { PATH: tools.folder },
    platform: process.platform,
    now: () => NOW,
    ...options,
  });
}
