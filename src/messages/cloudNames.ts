import { l10n } from 'vscode';
import type { Cloud } from '../base/resultUri.ts';
import type { NearRegion } from '../defender/clouds.ts';

/** Returns the name of a cloud in the interface. */
export function cloudName(cloud: Cloud | 'pack'): string {
  const names: Readonly<Record<typeof cloud, string>> = {
    commercial: l10n.t('Commercial'),
    gcc: l10n.t('US Government GCC'),
    gccHigh: l10n.t('US Government GCC High'),
    dod: l10n.t('US Government DoD'),
    custom: l10n.t('Custom API address'),
    pack: l10n.t('Hand-over pack'),
  };
  return names[cloud];
}

/**
 * Returns the name of a region of the commercial cloud. Microsoft documents only the addresses; `swa`, `ina`
 * and `aea` are read as Switzerland, India and the United Arab Emirates, so their letters stay beside the names.
 */
export function regionName(region: NearRegion): string {
  const names: Readonly<Record<NearRegion, string>> = {
    us: l10n.t('United States'),
    eu: l10n.t('Europe'),
    uk: l10n.t('United Kingdom'),
    au: l10n.t('Australia'),
    swa: l10n.t('Switzerland (SWA)'),
    ina: l10n.t('India (INA)'),
    aea: l10n.t('United Arab Emirates (AEA)'),
  };
  return names[region];
}
