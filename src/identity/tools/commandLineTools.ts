import { access, constants, lstat, stat } from 'node:fs/promises';
import path from 'node:path';
import { childEnvironment, pathFolders, system32 } from './childEnvironment.ts';
import type { Invocation } from './childProcess.ts';

/** The resource and tenant that a token is requested for. */
export interface TokenRequest {
  /** The resource, e.g. `https://api.securitycenter.microsoft.com`. */
  readonly resource: string;
  readonly tenantId: string;
}

/** The product that answers. It decides how the answer is read. */
export type ToolKind = 'azureCli' | 'azPowerShell';

/** An installed tool, ready to run for a token. */
export interface Tool extends Invocation {
  readonly kind: ToolKind;
}

/** Exit codes of {@link POWERSHELL_SCRIPT}: Az PowerShell is not installed, or no one has signed in with it. */
export const NO_MODULE = 3;
export const NO_CONTEXT = 4;

/**
 * Script that prints a token. Nothing is inserted into its text: the script reads the request from its environment. It
 * contains no double quotes, because Windows PowerShell removes them from the command line. It is not sent as
 * `-EncodedCommand`, because every detection rule reports that option. The token is a SecureString since Az 14, and was
 * a text before. NetworkCredential accepts both.
 */
const POWERSHELL_SCRIPT = [
  "$ErrorActionPreference = 'Stop'",
  "$ProgressPreference = 'SilentlyContinue'",
  "$WarningPreference = 'SilentlyContinue'",
  `if (-not (Get-Command -Name Get-AzAccessToken -ErrorAction SilentlyContinue)) { exit ${NO_MODULE} }`,
  `if ($null -eq (Get-AzContext)) { exit ${NO_CONTEXT} }`,
  [
    'try {',
    '$answer = Get-AzAccessToken -ResourceUrl $env:LIVE_RESPONSE_RESOURCE -TenantId $env:LIVE_RESPONSE_TENANT;',
    "$token = [System.Net.NetworkCredential]::new('', $answer.Token).Password;",
    '[Console]::Out.WriteLine((ConvertTo-Json -Compress -InputObject @{ accessToken = $token }))',
    '} catch { [Console]::Error.WriteLine($_.Exception.Message); exit 1 }',
  ].join(' '),
].join('; ');

/**
 * Finds Azure CLI if it is installed. Otherwise finds the first PowerShell of each file name, because one of them may
 * lack the Az module.
 */
export async function findTools(
  request: TokenRequest,
  environment: NodeJS.ProcessEnv,
  platform: NodeJS.Platform,
): Promise<readonly Tool[]> {
  const installed: Tool[] = [];
  for (const tool of toolsToTry(request, environment, platform)) {
    const there = await Promise.all(tool.needs.map((file) => isProgram(file, platform)));
    if (!there.every(Boolean)) continue;
    if (tool.kind === 'azureCli') return [tool];
    if (!installed.some(({ file }) => path.basename(file) === path.basename(tool.file))) installed.push(tool);
  }
  return installed;
}

/** A tool that exists if all files in `needs` exist. */
export interface PossibleTool extends Tool {
  readonly needs: readonly string[];
}

/** Returns the tools at all their possible paths, the preferred tools first. Does not read the disk. */
export function toolsToTry(
  { resource, tenantId }: TokenRequest,
  environment: NodeJS.ProcessEnv,
  platform: NodeJS.Platform,
): readonly PossibleTool[] {
  const folders = pathFolders(environment, platform);
  const az = ['account', 'get-access-token', '--resource', resource, '--tenant', tenantId, '--output', 'json'];
  const azureCli = (file: string, args: readonly string[], needs: readonly string[]): PossibleTool => ({
    kind: 'azureCli',
    file,
    args: [...args, ...az],
    needs,
    environment: childEnvironment(environment, platform, AZURE_CLI_SETTINGS),
  });
  const azPowerShell = (file: string): PossibleTool => ({
    kind: 'azPowerShell',
    file,
    args: ['-NoLogo', '-NoProfile', '-NonInteractive', '-Command', POWERSHELL_SCRIPT],
    needs: [file],
    environment: childEnvironment(environment, platform, {
      LIVE_RESPONSE_RESOURCE: resource,
      LIVE_RESPONSE_TENANT: tenantId,
      POWERSHELL_TELEMETRY_OPTOUT: '1',
      POWERSHELL_UPDATECHECK: 'Off',
    }),
  });
  if (platform !== 'win32') {
    const inFolders = (name: string): string[] => folders.map((folder) => path.posix.join(folder, name));
    return [...inFolders('az').map((file) => azureCli(file, [], [file])), ...inFolders('pwsh').map(azPowerShell)];
  }
  const join = (...parts: string[]): string => path.win32.join(...parts);
  return [
    // On Windows `az` is a batch file. Node does not start a batch file without a shell (CVE-2024-27980). So we start
    // the program that the batch file would start. The installers' az.cmd runs `"%~dp0\..\python.exe" -IBm azure.cli
    // %*`. pip's az.bat runs the python.exe in its own folder or in the folder above. With -I, Python ignores the
    // working directory and PYTHONPATH.
    ...folders.flatMap((folder) =>
      [join(folder, '..', 'python.exe'), join(folder, 'python.exe')].flatMap((python) =>
        ['az.cmd', 'az.bat'].map((batch) => azureCli(python, ['-IBm', 'azure.cli'], [join(folder, batch), python])),
      ),
    ),
    ...folders.map((folder) => azPowerShell(join(folder, 'pwsh.exe'))),
    azPowerShell(join(system32(environment), 'WindowsPowerShell', 'v1.0', 'powershell.exe')),
  ];
}

/**
 * Settings of Azure CLI, as variables named by section and option. They prevent two side effects. One is a process that
 * sends telemetry after the tool has ended. The other is an upgrade, which users can enable for any command.
 */
const AZURE_CLI_SETTINGS = {
  AZURE_CORE_COLLECT_TELEMETRY: 'false',
  'AZURE_AUTO-UPGRADE_ENABLE': 'false',
  AZURE_CORE_NO_COLOR: 'true',
  AZURE_CORE_ONLY_SHOW_ERRORS: 'true',
} as const;

/** Whether a file is there and can be run. */
export async function isProgram(file: string, platform: NodeJS.Platform): Promise<boolean> {
  try {
    // The Microsoft Store's pwsh.exe is an alias that only lstat can read.
    if (platform === 'win32') return !(await lstat(file)).isDirectory();
    await access(file, constants.X_OK);
    return (await stat(file)).isFile();
  } catch {
    return false;
  }
}
