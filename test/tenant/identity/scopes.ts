/** The scopes that an application may request besides a resource's permissions. */
export const OIDC_SCOPES = ['openid', 'profile', 'offline_access'] as const;

/**
 * Returns the resource of a scope: the part before `/.default` or before a permission's name. Entra has no `resource`
 * in v2.
 */
export function resourceOfScope(scope: unknown): string | undefined {
  const named = scopesIn(scope).find((entry) => /^[a-z][a-z0-9+.-]*:\/\//.test(entry));
  return named?.slice(0, named.lastIndexOf('/'));
}

/** Returns the entries of a scope parameter that are permissions of a resource. */
export function permissionsOf(resource: string, scope: unknown): readonly string[] {
  return scopesIn(scope).filter((entry) => entry.startsWith(`${resource}/`));
}

function scopesIn(scope: unknown): readonly string[] {
  return typeof scope === 'string' ? scope.split(' ').filter((entry) => entry !== '') : [];
}
