import path from 'node:path';

/**
 * What a command-line tool needs to be itself: where it is at home and keeps its sign-in, how it gets through proxy
 * and private certificates. Everything else stays behind, first of all what makes interpreters load foreign code
 * (PYTHONPATH, BASH_ENV, NODE_OPTIONS, LD_PRELOAD), which terminals and workspaces set, and VS Code's own variables.
 * PSModulePath is left out too: with that of PowerShell 7, Windows PowerShell loads modules that it cannot run.
 */
const PASSED_ON: ReadonlySet<string> = new Set([
  // Whose machine account it is, and where that has its files.
  ...['HOME', 'USER', 'LOGNAME', 'LANG', 'LC_ALL', 'LC_CTYPE', 'TMPDIR', 'TEMP', 'TMP'],
  ...['XDG_CONFIG_HOME', 'XDG_CACHE_HOME', 'XDG_DATA_HOME', 'XDG_RUNTIME_DIR', 'DBUS_SESSION_BUS_ADDRESS'],
  // Windows: without SystemRoot no program gets a socket, without the folders no PowerShell module is found.
  ...['SYSTEMROOT', 'SYSTEMDRIVE', 'WINDIR', 'COMSPEC', 'PATHEXT', 'USERPROFILE', 'USERNAME', 'USERDOMAIN'],
  ...['HOMEDRIVE', 'HOMEPATH', 'APPDATA', 'LOCALAPPDATA', 'PROGRAMDATA', 'ALLUSERSPROFILE', 'COMPUTERNAME'],
  ...['PROGRAMFILES', 'PROGRAMFILES(X86)', 'PROGRAMW6432', 'COMMONPROGRAMFILES', 'PROCESSOR_ARCHITECTURE'],
  // Proxies and the certificates of networks that look into TLS; what switches the check off is not among them.
  ...['HTTP_PROXY', 'HTTPS_PROXY', 'ALL_PROXY', 'NO_PROXY', 'http_proxy', 'https_proxy', 'all_proxy', 'no_proxy'],
  ...['REQUESTS_CA_BUNDLE', 'CURL_CA_BUNDLE', 'SSL_CERT_FILE', 'SSL_CERT_DIR'],
  // Where Azure CLI keeps its sign-in, and which cloud it is in.
  ...['AZURE_CONFIG_DIR', 'AZURE_CLOUD_NAME', 'AZURE_CORE_INSTANCE_DISCOVERY'],
  // What a PowerShell from elsewhere runs on.
  ...['DOTNET_ROOT', 'DOTNET_SYSTEM_GLOBALIZATION_INVARIANT'],
]);

/** The environment that a tool gets: what it needs of ours, a PATH without relative folders, and `own`. */
export function childEnvironment(
  environment: NodeJS.ProcessEnv,
  platform: NodeJS.Platform,
  own: Readonly<Record<string, string>>,
): NodeJS.ProcessEnv {
  // Windows spells its variables in any case (`Path`), and Node hands them on as they are.
  const kept = Object.entries(environment).filter(([name]) =>
    PASSED_ON.has(platform === 'win32' ? name.toUpperCase() : name),
  );
  const delimiter = platform === 'win32' ? ';' : ':';
  return { ...Object.fromEntries(kept), PATH: pathFolders(environment, platform).join(delimiter), ...own };
}

/**
 * The folders that programs are looked for in: the absolute entries of PATH, in order. Relative and empty entries mean
 * the working directory, and a workspace that came from elsewhere could hold an `az` of its own.
 */
export function pathFolders(environment: NodeJS.ProcessEnv, platform: NodeJS.Platform): string[] {
  const entries = (variable(environment, platform, 'PATH') ?? '').split(platform === 'win32' ? ';' : ':');
  // Windows lets people write quotes around an entry.
  return entries.map((entry) => entry.replace(/^"(.*)"$/u, '$1')).filter((entry) => isLocalAbsolute(entry, platform));
}

/** Where Windows has its own programs. */
export function system32(environment: NodeJS.ProcessEnv): string {
  const root = variable(environment, 'win32', 'SYSTEMROOT') ?? '';
  return path.win32.join(isLocalAbsolute(root, 'win32') ? root : 'C:\\Windows', 'System32');
}

/** On Windows `\folder` belongs to whatever drive is current, and a share would be asked for its programs. */
function isLocalAbsolute(entry: string, platform: NodeJS.Platform): boolean {
  return platform === 'win32' ? /^[a-z]:[\\/]/iu.test(entry) : entry.startsWith('/');
}

function variable(environment: NodeJS.ProcessEnv, platform: NodeJS.Platform, name: string): string | undefined {
  if (platform !== 'win32') return environment[name];
  return Object.entries(environment).find(([key]) => key.toUpperCase() === name)?.[1];
}
