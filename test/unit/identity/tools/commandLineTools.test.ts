import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { toolsToTry } from '../../../../src/identity/tools/commandLineTools.ts';

const REQUEST = { resource: 'https://api', tenantId: 'tenant' };
const CLI = 'C:\\Program Files\\Microsoft SDKs\\Azure\\CLI2';

suite('command-line tools on Windows', () => {
  const environment = {
    Path: `.;bin;;\\bin;C:tools;\\\\server\\share;"${CLI}\\wbin";D:/tools`,
    SystemRoot: 'C:\\WINDOWS',
    APPDATA: 'C:\\Users\\anna\\AppData\\Roaming',
    PSModulePath: 'C:\\elsewhere',
    pythonpath: 'C:\\elsewhere',
  };
  const tools = toolsToTry(REQUEST, environment, 'win32');

  test('instead of az.cmd its own Python is run, where both are there', () => {
    const [installer] = tools;
    assert.equal(installer?.file, `${CLI}\\python.exe`);
    assert.deepEqual(installer.needs, [`${CLI}\\wbin\\az.cmd`, `${CLI}\\python.exe`]);
    assert.deepEqual(installer.args.slice(0, 4), ['-IBm', 'azure.cli', 'account', 'get-access-token']);
    const pip = tools.filter(({ needs }) => needs[0] === 'D:\\tools\\az.bat').map(({ file }) => file);
    assert.deepEqual(pip, ['D:\\python.exe', 'D:\\tools\\python.exe']);
  });

  test('nothing is looked for in relative folders, on shares or on the current drive', () => {
    const folders = new Set(tools.flatMap(({ needs }) => needs).map((file) => file.slice(0, 8)));
    assert.deepEqual(
      folders,
      new Set(['C:\\Progra', 'D:\\tools', 'D:\\python', 'C:\\WINDO'].map((text) => text.slice(0, 8))),
    );
    assert.ok(tools.every(({ file, needs }) => [file, ...needs].every((name) => /^[A-Z]:\\/u.test(name))));
  });

  test('no batch file is run, and PowerShell last', () => {
    assert.ok(tools.every(({ file }) => file.endsWith('.exe')));
    assert.deepEqual(
      tools.filter(({ kind }) => kind === 'azPowerShell').map(({ file }) => file),
      [
        `${CLI}\\wbin\\pwsh.exe`,
        'D:\\tools\\pwsh.exe',
        'C:\\WINDOWS\\System32\\WindowsPowerShell\\v1.0\\powershell.exe',
      ],
    );
    assert.equal(tools.findLastIndex(({ kind }) => kind === 'azureCli') + 3, tools.length - 1);
  });

  test('variables are known in any case, and a root that is no folder is not followed', () => {
    const names = Object.keys(tools[0]?.environment ?? {});
    assert.ok(names.includes('APPDATA') && names.includes('SystemRoot') && names.includes('PATH'));
    assert.ok(!names.includes('PSModulePath') && !names.includes('pythonpath') && !names.includes('Path'));
    const [last] = toolsToTry(REQUEST, { SYSTEMROOT: '.' }, 'win32').slice(-1);
    assert.equal(last?.file, 'C:\\Windows\\System32\\WindowsPowerShell\\v1.0\\powershell.exe');
  });
});
