import { env, l10n } from 'vscode';

/** Returns the name of a kind of indicators, with their count. */
export function indicatorKindWords(
  kind: 'url' | 'domain' | 'ipv4' | 'ipv6' | 'email' | 'sha512' | 'sha256' | 'sha1' | 'md5' | 'path' | 'registry',
  count: number,
): string {
  const words: Record<typeof kind, string> = {
    url: l10n.t('URLs'),
    domain: l10n.t('Domains'),
    ipv4: l10n.t('IPv4 addresses'),
    ipv6: l10n.t('IPv6 addresses'),
    email: l10n.t('E-mail addresses'),
    sha512: 'SHA-512',
    sha256: 'SHA-256',
    sha1: 'SHA-1',
    md5: 'MD5',
    path: l10n.t('File paths'),
    registry: l10n.t('Registry keys'),
  };
  return `${words[kind]} · ${count.toLocaleString(env.language)}`;
}

/** Returns the name and the description of a format in which indicators can be copied. */
export function indicatorFormWords(form: 'table' | 'csv' | 'list'): {
  readonly label: string;
  readonly detail: string;
} {
  const words: Record<typeof form, { readonly label: string; readonly detail: string }> = {
    table: { label: l10n.t('Markdown Table'), detail: l10n.t('For a note, with a citation below it') },
    csv: { label: l10n.t('CSV'), detail: l10n.t('For a spreadsheet, with the source in every row') },
    list: { label: l10n.t('Plain List'), detail: l10n.t('One in each line, for a search or a block list') },
  };
  return words[form];
}
