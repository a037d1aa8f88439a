/** What an application may ask for beside a resource's permissions. */
export const OIDC_SCOPES = ['openid', 'profile', 'offline_access'] as const;

/** Entra knows no `resource` in v2: the resource is what stands before `/.default` or before a permission's name. */
export function resourceOfScope(scope: unknown): string | undefined {
  const named = scopesIn(scope).find((entry) => /^[a-z][a-z0-9+.-]*:\/\//.test(entry));
  return named?.slice(0, named.lastIndexOf('/'));
}

/** The entries of a scope parameter that are permissions of a resource. */
export function permissionsOf(resource: string, scope: unknown): readonly string[] {
  return scopesIn(scope).filter((entry) => entry.startsWith(`${resource}/`));
}

function scopesIn(scope: unknown): readonly string[] {
  return typeof scope === 'string' ? scope.split(' ').filter((entry) => entry !== '') : [];
}
