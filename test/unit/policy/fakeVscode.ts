import { NOTHING } from '../../../scripts/manifest.ts';
import type { Connection } from '../../../src/connections/connection.ts';

/** Source of a `vscode` that has what {@link fakeVscode} was given last. Everything else does nothing. */
export const FAKE = `${NOTHING}
module.exports = new Proxy(nothing, { get: (_, name) => globalThis.managedTest[name] ?? nothing[name] });`;

/** @param user - settings of the user, without `liveResponse.` */
export function fakeVscode(parts: object, user: Readonly<Record<string, unknown>> = {}): void {
  Object.assign(globalThis, {
    managedTest: {
      env: { isTelemetryEnabled: true, language: 'en' },
      l10n: {
        t: (text: string, ...values: readonly unknown[]) =>
          text.replaceAll(/\{(\d)\}/gu, (_all, at: string) => String(values[Number(at)])),
      },
      workspace: { getConfiguration: () => ({ get: (key: string) => user[key] }) },
      ...parts,
    },
  });
}

/** Connection that an administrator gives, and one of the user to the same tenant. */
export const GIVEN: Connection = {
  name: 'Contoso SOC',
  cloud: 'custom',
  apiUrl: 'https://proxy.example',
  downloadHosts: ['given.example'],
  tenantId: '11111111-1111-4111-8111-111111111111',
  clientId: '22222222-2222-4222-8222-222222222222',
  signIn: 'azureCli',
};
export const OWN: Connection = { ...GIVEN, name: 'Own', downloadHosts: ['own.example'] };
