import { l10n } from 'vscode';
import type { Cloud } from '../base/resultUri.ts';

/** Returns the name of a cloud in the interface. */
export function cloudName(cloud: Cloud): string {
  const names: Readonly<Record<Cloud, string>> = {
    commercial: l10n.t('Commercial'),
    gcc: l10n.t('US Government GCC'),
    gccHigh: l10n.t('US Government GCC High'),
    dod: l10n.t('US Government DoD'),
    custom: l10n.t('Custom API address'),
  };
  return names[cloud];
}
