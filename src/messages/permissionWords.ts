import { env, l10n } from 'vscode';

/** Permissions of a token. Permissions keep the API's own names, so that an administrator can search for the names. */
export interface PermissionFacts {
  readonly results: 'held' | 'uncertain' | 'missing' | 'unknown';
  readonly list: 'held' | 'uncertain' | 'missing' | 'unknown';
  readonly needs: readonly string[];
  readonly scripts: readonly string[];
  readonly machines: readonly string[];
  readonly library: readonly string[];
}

/** Returns a sentence about permissions that a token lacks; undefined when no missing permission is known. */
export function missingPermissionWords({ results, list, needs }: PermissionFacts): string | undefined {
  const names = listOf(needs, 'conjunction');
  if (results === 'missing' && list === 'missing') {
    return l10n.t('This sign-in can probably neither list machine actions nor fetch results: it lacks {0}.', names);
  }
  if (results === 'missing') return l10n.t('This sign-in can probably not fetch results: it lacks {0}.', names);
  if (list === 'missing') return l10n.t('This sign-in can probably not list machine actions: it lacks {0}.', names);
  if (results === 'uncertain') {
    return l10n.t('It is not certain that this sign-in can fetch results: Microsoft’s newer page asks for {0}.', names);
  }
  return undefined;
}

/** Returns a sentence about what a token allows besides reading; undefined when no further permission is known. */
export function furtherPermissionWords({ scripts, machines, library }: PermissionFacts): string | undefined {
  const abilities = [
    ...(scripts.length > 0 ? [l10n.t('run scripts on devices ({0})', listOf(scripts, 'unit'))] : []),
    ...(machines.length > 0 ? [l10n.t('change machines ({0})', listOf(machines, 'unit'))] : []),
    ...(library.length > 0 ? [l10n.t('change the library of scripts ({0})', listOf(library, 'unit'))] : []),
  ];
  if (abilities.length === 0) return undefined;
  return l10n.t('This sign-in could also {0}; this extension only reads.', listOf(abilities, 'conjunction'));
}

function listOf(items: readonly string[], type: 'conjunction' | 'unit'): string {
  return new Intl.ListFormat(env.language, { type }).format(items);
}
