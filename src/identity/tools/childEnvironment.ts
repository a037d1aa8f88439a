import path from 'node:path';

/**
 * Variables that a command-line tool needs: for its home folder, its sign-in, proxies and private certificates. The
 * tool gets no other variable. This matters most for variables that make interpreters load foreign code (PYTHONPATH,
 * BASH_ENV, NODE_OPTIONS, LD_PRELOAD), because terminals and workspaces set them. VS Code's own variables are withheld
 * as well. PSModulePath is withheld too: with the value of PowerShell 7, Windows PowerShell loads modules that it
 * cannot run.
 */
const PASSED_ON: ReadonlySet<string> = new Set([
  // The account on this machine, and the folders with its files.
  ...['HOME', 'USER', 'LOGNAME', 'LANG', 'LC_ALL', 'LC_CTYPE', 'TMPDIR', 'TEMP', 'TMP'],
  ...['XDG_CONFIG_HOME', 'XDG_CACHE_HOME', 'XDG_DATA_HOME', 'XDG_RUNTIME_DIR', 'DBUS_SESSION_BUS_ADDRESS'],
  // Windows: without SystemRoot, a program gets no socket. Without the folders, PowerShell finds no module.
  ...['SYSTEMROOT', 'SYSTEMDRIVE', 'WINDIR', 'COMSPEC', 'PATHEXT', 'USERPROFILE', 'USERNAME', 'USERDOMAIN'],
  ...['HOMEDRIVE', 'HOMEPATH', 'APPDATA', 'LOCALAPPDATA', 'PROGRAMDATA', 'ALLUSERSPROFILE', 'COMPUTERNAME'],
  ...['PROGRAMFILES', 'PROGRAMFILES(X86)', 'PROGRAMW6432', 'COMMONPROGRAMFILES', 'PROCESSOR_ARCHITECTURE'],
  // Proxies, and the certificates of networks that inspect TLS. Variables that turn off the certificate check are not
  // included.
  ...['HTTP_PROXY', 'HTTPS_PROXY', 'ALL_PROXY', 'NO_PROXY', 'http_proxy', 'https_proxy', 'all_proxy', 'no_proxy'],
  ...['REQUESTS_CA_BUNDLE', 'CURL_CA_BUNDLE', 'SSL_CERT_FILE', 'SSL_CERT_DIR'],
  // The folder of Azure CLI's sign-in, and its cloud.
  ...['AZURE_CONFIG_DIR', 'AZURE_CLOUD_NAME', 'AZURE_CORE_INSTANCE_DISCOVERY'],
  // The runtime of a PowerShell that was not installed by the system.
  ...['DOTNET_ROOT', 'DOTNET_SYSTEM_GLOBALIZATION_INVARIANT'],
]);

/** Returns the environment for a tool: the variables that it needs, a PATH without relative folders, and `own`. */
export function childEnvironment(
  environment: NodeJS.ProcessEnv,
  platform: NodeJS.Platform,
  own: Readonly<Record<string, string>>,
): NodeJS.ProcessEnv {
  // Windows writes names of variables in any letter case (`Path`), and Node passes them on unchanged.
  const kept = Object.entries(environment).filter(([name]) =>
    PASSED_ON.has(platform === 'win32' ? name.toUpperCase() : name),
  );
  const delimiter = platform === 'win32' ? ';' : ':';
  return { ...Object.fromEntries(kept), PATH: pathFolders(environment, platform).join(delimiter), ...own };
}

/**
 * Returns the folders to search for programs: the absolute entries of PATH, in the order of PATH. Relative and empty
 * entries mean the working directory, and a workspace of unknown origin could contain an `az` of its own.
 */
export function pathFolders(environment: NodeJS.ProcessEnv, platform: NodeJS.Platform): string[] {
  const entries = (variable(environment, platform, 'PATH') ?? '').split(platform === 'win32' ? ';' : ':');
  // Windows allows quotes around an entry.
  return entries.map((entry) => entry.replace(/^"(.*)"$/u, '$1')).filter((entry) => isLocalAbsolute(entry, platform));
}

/** Returns the folder of Windows' own programs. */
export function system32(environment: NodeJS.ProcessEnv): string {
  const root = variable(environment, 'win32', 'SYSTEMROOT') ?? '';
  return path.win32.join(isLocalAbsolute(root, 'win32') ? root : 'C:\\Windows', 'System32');
}

/**
 * Whether an entry is absolute and on this machine. On Windows `\folder` depends on the current drive. A network share
 * is excluded, because its programs would come from another machine.
 */
function isLocalAbsolute(entry: string, platform: NodeJS.Platform): boolean {
  return platform === 'win32' ? /^[a-z]:[\\/]/iu.test(entry) : entry.startsWith('/');
}

function variable(environment: NodeJS.ProcessEnv, platform: NodeJS.Platform, name: string): string | undefined {
  if (platform !== 'win32') return environment[name];
  return Object.entries(environment).find(([key]) => key.toUpperCase() === name)?.[1];
}
