import { l10n, QuickPickItemKind, ThemeIcon } from 'vscode';
import type { QuickPickItem } from 'vscode';
import type { SignIn } from '../../../connections/connection.ts';
import { cloudAddresses, NEAR_REGIONS } from '../../../defender/clouds.ts';
import type { Cloud } from '../../../base/resultUri.ts';
import { cloudName, regionName } from '../../../messages/cloudNames.ts';
import type { Place } from './draft.ts';

/** Row of a choice. A row without a value is a heading. */
export interface Choice<Value> extends QuickPickItem {
  readonly value?: Value;
}

/**
 * Returns the ways to sign in, and when to use each. The texts are short, because VS Code shows only one line of each.
 */
export function signInChoices(canLoopback: boolean, withSample: boolean): readonly Choice<SignIn>[] {
  return [
    heading(l10n.t('As yourself')),
    {
      value: 'interactive',
      iconPath: new ThemeIcon('globe'),
      label: l10n.t('Sign in with the browser'),
      detail: canLoopback
        ? l10n.t('Your own account, with all that your tenant asks for at sign-in.')
        : l10n.t('A code is used instead: VS Code runs elsewhere than the browser.'),
    },
    {
      value: 'deviceCode',
      iconPath: new ThemeIcon('device-mobile'),
      label: l10n.t('Sign in with a code'),
      detail: l10n.t('You type a short code into a sign-in page, on any device. Many tenants block this.'),
    },
    {
      value: 'azureCli',
      iconPath: new ThemeIcon('terminal'),
      label: l10n.t('Azure CLI or Az PowerShell'),
      description: l10n.t('no app registration needed'),
      detail: l10n.t('The account signed in there. All who use it in your tenant share one limit of calls.'),
    },
    {
      value: 'accessToken',
      iconPath: new ThemeIcon('key'),
      label: l10n.t('Paste an access token'),
      description: l10n.t('no app registration needed'),
      detail: l10n.t('Made by another tool, for example Azure CLI. It lasts about an hour.'),
    },
    heading(l10n.t('As an application')),
    {
      value: 'clientSecret',
      iconPath: new ThemeIcon('lock'),
      label: l10n.t('Client secret'),
      detail: l10n.t('A service account, with a secret of its app registration.'),
    },
    {
      value: 'clientCertificate',
      iconPath: new ThemeIcon('shield'),
      label: l10n.t('Client certificate'),
      detail: l10n.t('A service account, with a PEM file that holds certificate and private key.'),
    },
    ...(withSample
      ? [
          heading(l10n.t('To look around')),
          {
            value: 'sample' as const,
            iconPath: new ThemeIcon('beaker'),
            label: l10n.t('Sample tenant'),
            detail: l10n.t('Made-up devices and results in memory: no sign-in, no network.'),
          },
        ]
      : []),
  ];
}

/** Returns the clouds and regions, with the API host of each. */
export function placeChoices(): readonly Choice<Place>[] {
  const known = (
    cloud: Exclude<Cloud, 'custom'>,
    label = cloudName(cloud),
    place: Place = { cloud },
  ): Choice<Place> => ({
    value: place,
    label,
    description: new URL(cloudAddresses(cloud, place.region).apiUrl).host,
  });
  return [
    known('commercial'),
    ...NEAR_REGIONS.map((region) =>
      known('commercial', l10n.t('Commercial, {0}', regionName(region)), { cloud: 'commercial', region }),
    ),
    known('gcc'),
    known('gccHigh'),
    known('dod'),
    {
      value: { cloud: 'custom' },
      label: cloudName('custom'),
      description: l10n.t('a proxy, or a tenant on this machine'),
    },
  ];
}

/** Returns the choices that are offered, and the headings that still have one. */
export function offered<Value>(
  choices: readonly Choice<Value>[],
  isOffered: (value: Value) => boolean,
): readonly Choice<Value>[] {
  const kept = choices.filter(({ value }) => value === undefined || isOffered(value));
  return kept.filter(({ value }, at) => value !== undefined || kept[at + 1]?.value !== undefined);
}

function heading(label: string): Choice<never> {
  return { label, kind: QuickPickItemKind.Separator };
}
