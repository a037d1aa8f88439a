import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import TOP_LEVEL_DOMAINS from 'tlds' with { type: 'json' };
import { defang, refang } from '../../src/evidence/indicators/defang.ts';
import { collectIndicators } from '../../src/evidence/indicators/indicators.ts';

/** Returns the indicators as `kind value`. */
function found(text: string): string[] {
  return collectIndicators(text).map(({ kind, value }) => `${kind} ${value}`);
}

function paths(text: string): string[] {
  return found(text)
    .filter((one) => one.startsWith('path '))
    .map((one) => one.slice(5));
}

suite('indicators of the field', () => {
  test('S04: a scheme that is glued to other signs is found, and above all defanged', () => {
    for (const glue of ['-', 'P', '0', '_', '+', '.', '=', '|', '\u200b', 'ü']) {
      for (const address of ['https://www.acme-files.net/x', 'http://gate-way.net/g.php']) {
        assert.equal(found(glue + address)[0], `url ${address}`, glue);
        assert.match(defang(glue + address).text, /hxxps?:\/\/[\w-]+(?:\[\.\][\w-]+)*\[\.\]net\//u);
      }
    }
    assert.deepEqual(found('sftp://files.acme.net/x'), ['url sftp://files.acme.net/x', 'domain files.acme.net']);
  });

  test('S02: an address ends where the field of a row or the item of a list ends', () => {
    const address = 'https://acme-files.net/p';
    for (const row of [
      `2026-11-23,anna,${address},200,Mozilla`,
      `2026-11-23;anna;${address};200;Mozilla`,
      `"anna","${address}","200"`,
      `${address},200,Mozilla,1`,
      `anna\t${address}\t200`,
      `anna|${address}|200`,
      `${address},https://b.example/x`,
      `${address};https://b.example/x`,
      `[${address}](${address})`,
      `(${address}),`,
      `<Data>cmd &quot;${address}&quot; -o</Data>`,
      `«${address}» “${address}” ‘${address}’ 「${address}」`,
      `${address}…`,
    ]) {
      assert.ok(found(row).includes(`url ${address}`), row);
      assert.ok(
        found(row).every(
          (one) => !one.startsWith('url') || /^url https:\/\/(?:acme-files\.net\/p|b\.example\/x)$/u.test(one),
        ),
        row,
      );
    }
    assert.deepEqual(found(`${address},https://b.example/x`).slice(0, 2), [
      `url ${address}`,
      'url https://b.example/x',
    ]);
    for (const whole of ['https://www.lemonde.fr/article,123.html', 'https://a.example/x;jsessionid=1?b=2,3']) {
      assert.equal(found(`see ${whole}.`)[0], `url ${whole}`);
    }
  });

  test('S08: a row of a DNS cache, for every ending of the root zone', () => {
    assert.ok(TOP_LEVEL_DOMAINS.length > 1400);
    for (const ending of TOP_LEVEL_DOMAINS) {
      const name = `cdn.evil-update.${ending}`;
      const rows = [
        `${name}                ${name}                A      Success  Answer  300  4  203.0.113.7`,
        `${name}. 300 IN A 203.0.113.7`,
        `    Record Name . . . . . : ${name}`,
        `    Eintragsname  . . . . . : ${name}`,
        `QueryName: ${name}`,
      ];
      for (const row of rows) assert.ok(found(row).includes(`domain ${name}`), row);
    }
  });

  test('S09: behind an @ any ending is one, but that of a file or a unit', () => {
    for (const address of [
      'a.b@evil-update.press',
      'anna@corp.local',
      'anna@contoso.lan',
      'svc_x@ad.contoso.internal',
      'müller@bücher-versand.de',
      'x+y@mail.evil.zip',
    ]) {
      assert.deepEqual(found(`UserPrincipalName : ${address}`), [`email ${address}`]);
      assert.ok(!defang(address).text.includes(address));
    }
    assert.deepEqual(found('logo@2x.png user@1000.service getty@tty1.service pkg@1.2.3 aes128-gcm@openssh.com'), []);
  });

  test('S10: names in other scripts, in their own letters and in ASCII', () => {
    for (const name of [
      'вирус.рф',
      'bücher-versand.de',
      'xn--80aja.xn--p1ai',
      '例え.みんな',
      'güncelleme.com.tr',
      'почта.вирус.бел',
    ]) {
      assert.deepEqual(found(`QueryName: ${name}`), [`domain ${name}`]);
      assert.equal(defang(`QueryName: ${name}`).text, `QueryName: ${name.replaceAll('.', '[.]')}`);
      assert.deepEqual(found(`https://${name}/x`), [`url https://${name}/x`, `domain ${name}`]);
    }
    assert.deepEqual(found('Das wäre gut.Dann Änderung.txt größe.Name файл.txt'), []);
  });

  test('S15: both ends of a range', () => {
    assert.deepEqual(found('scanned 10.0.0.5-10.0.0.9'), ['ipv4 10.0.0.5', 'ipv4 10.0.0.9']);
    assert.equal(defang('scanned 10.0.0.5-10.0.0.9').text, 'scanned 10[.]0[.]0[.]5-10[.]0[.]0[.]9');
    assert.deepEqual(found('10.0.0.5 - 10.0.0.9'), ['ipv4 10.0.0.5', 'ipv4 10.0.0.9']);
    assert.deepEqual(found('10.0.0.5-254'), ['ipv4 10.0.0.5']);
    assert.deepEqual(found('10.0.0.0/24'), ['ipv4 10.0.0.0']);
    assert.deepEqual(found('2001:db8::1-2001:db8::9'), ['ipv6 2001:db8::1', 'ipv6 2001:db8::9']);
  });

  test('S18: names with blanks, hyphens and ampersands, whole', () => {
    for (const path of [
      'C:\\Users\\bob\\OneDrive - Contoso\\Docs\\plan.docx',
      'C:\\Program Files (x86)\\A & B\\x.exe',
      'C:\\Users\\bob\\OneDrive - Fabrikam & Sons\\R&D\\x.dll',
      'D:\\Daten - Alt\\Übersicht 2026\\Liste.xlsx',
    ]) {
      for (const line of [path, `Path : ${path}`, `"${path}" -x`, `moved ${path} away`])
        assert.deepEqual(paths(line), [path], line);
    }
    assert.deepEqual(paths('C:\\Tools\\a.exe -o C:\\Temp\\b.log & del C:\\Temp\\c.txt'), [
      'C:\\Tools\\a.exe',
      'C:\\Temp\\b.log',
      'C:\\Temp\\c.txt',
    ]);
  });

  test('S19: a drive with slashes', () => {
    assert.deepEqual(found('C:/Users/anna/Desktop/tool.exe'), ['path C:/Users/anna/Desktop/tool.exe']);
    assert.deepEqual(paths('ran "D:/Program Files/A B/x.exe" -q'), ['D:/Program Files/A B/x.exe']);
    assert.deepEqual(paths('PATH=/usr/bin/x:/opt/y/z c:/windows/temp/a.dll'), [
      '/usr/bin/x',
      '/opt/y/z',
      'c:/windows/temp/a.dll',
    ]);
  });

  test('S20: shares of a WebDAV server, and names that Windows passes on as they are', () => {
    assert.deepEqual(found('\\\\files.sync-dav.net@SSL@8443\\DavWWWRoot\\x.dll'), [
      'domain files.sync-dav.net',
      'path \\\\files.sync-dav.net@SSL@8443\\DavWWWRoot\\x.dll',
    ]);
    assert.deepEqual(found('\\\\203.0.113.7@80\\dav\\x.dll'), [
      'ipv4 203.0.113.7',
      'path \\\\203.0.113.7@80\\dav\\x.dll',
    ]);
    for (const path of [
      '\\\\?\\C:\\Temp\\x.exe',
      '\\\\?\\UNC\\fs01\\share\\x.exe',
      '\\\\?\\GLOBALROOT\\Device\\HarddiskVolumeShadowCopy2\\x.sys',
      '\\Device\\HarddiskVolumeShadowCopy2\\Windows\\x.sys',
    ]) {
      assert.deepEqual(found(`Image: ${path}`), [`path ${path}`]);
    }
    assert.deepEqual(found('PipeName: \\\\.\\pipe\\mojo.1.2'), []);
  });

  test('S24: what the output made harmless is found as it is written, and marked', () => {
    for (const value of [
      'update[.]winsvc-x[.]net',
      'hxxps://evil[.]example/x',
      'hXXp[:]//evil[.]sh/a',
      '1.2.3[.]4',
      '203[.]0[.]113[.]7',
      'mail[@]x[.]example',
      'a[dot]com',
      'b(.)net',
      'c{.}org',
      'd[at]evil[dot]com',
      'hxxp[://]evil[.]com/x',
      'fxp://evil[.]com/x',
    ]) {
      const [one] = collectIndicators(`C2 = ${value} seen`);
      assert.deepEqual([one?.value, one?.isDefanged], [value, true]);
      const safe = defang(`C2 = ${value} seen`).text;
      assert.equal(defang(safe).text, safe);
    }
    assert.equal(defang('hxxp://evil.com/x 1.2.3[.]4').text, 'hxxp://evil[.]com/x 1[.]2[.]3[.]4');
    assert.deepEqual(found('arr[.] f(.)x [at] (at) name[.]exe report[.]txt'), []);
    assert.deepEqual(collectIndicators('evil.com'), [{ kind: 'domain', value: 'evil.com', count: 1, firstLine: 1 }]);
  });

  test('SHA-512 is a kind', () => {
    const hash = '0123456789abcdef'.repeat(8);
    assert.deepEqual(found(`${hash}  a.exe`), [`sha512 ${hash}`]);
    assert.deepEqual(found(`${hash}0 ${hash.slice(1)}`), []);
  });

  test('versions, serials, files and members of objects are none', () => {
    for (const none of [
      'Seriennummer: 4d5e6f708192a3b4c5d6e7f801234567',
      'Serial Number: 4d5e6f708192a3b4c5d6e7f801234567',
      'Sürüm: 10.2.3.4',
      'Versión del archivo: 6.1.7.1',
      'Version du fichier : 6.1.7.1',
      'Dateiversion: 6.1.7.1',
      'Версия: 6.1.7.1',
      'OID: 2.5.29.15',
      'a.name b.info os.path process.name this.logger.info item.data.id x.run',
      'readme.md setup.py run.sh a.zip lib.so my-script.py install-x.sh backup-2026.zip notes-old.md',
      'System.Net.WebClient Microsoft.Win32.Registry Get-Item.Name com.example.app org.apache.log4j',
    ]) {
      assert.deepEqual(found(none), [], none);
    }
  });

  test('addresses with ports as macOS and tcpdump write them', () => {
    assert.deepEqual(found('tcp4       0      0  192.168.1.5.52144      17.57.144.10.443       ESTABLISHED'), [
      'ipv4 192.168.1.5',
      'ipv4 17.57.144.10',
    ]);
    assert.deepEqual(found('21:04:11.1 IP 10.0.0.5.49712 > 203.0.113.7.443: Flags [S]'), [
      'ipv4 10.0.0.5',
      'ipv4 203.0.113.7',
    ]);
    assert.deepEqual(found('1.2.3.4.5 3.14.15.92.65'), []);
  });

  test('columns of a table say what their values are: aligned, and with separators', () => {
    assert.deepEqual(found('Name,Version,Path\n7-Zip,24.8.0.5,x\nGit,2.43.0.1,y'), []);
    assert.deepEqual(found('"Name";"DisplayVersion";"Vendor"\n"a, b";"24.8.0.5";"10.0.0.5"'), ['ipv4 10.0.0.5']);
    assert.deepEqual(found('host,query,type\ndc1,evil.sh,x'), ['domain evil.sh']);
    assert.deepEqual(found('Time       Query         Answer\n21:04:11   evil.live     203.0.113.7'), [
      'domain evil.live',
      'ipv4 203.0.113.7',
    ]);
    assert.deepEqual(found('Name,Version,Path\n\n7-Zip,24.8.0.5,x'), ['ipv4 24.8.0.5']);
  });

  test('logs of DNS servers and proxies, and paths that are none', () => {
    assert.deepEqual(found('query[A] beacon.acme.rs from 192.168.1.23'), [
      'domain beacon.acme.rs',
      'ipv4 192.168.1.23',
    ]);
    assert.deepEqual(found('client 10.0.0.5#53 (update.acme.sh): view'), ['domain update.acme.sh', 'ipv4 10.0.0.5']);
    assert.deepEqual(found('anna HIER_DIRECT/203.0.113.7 text/html'), ['ipv4 203.0.113.7']);
    assert.deepEqual(found('GET /etc/passwd HTTP/1.1'), []);
    assert.deepEqual(found('CEF:0|Contoso|FW|1.0.0.1|100|Blocked|5|src=10.0.0.5'), ['ipv4 10.0.0.5']);
  });

  test('names with blanks on macOS', () => {
    for (const path of [
      '/Users/anna/Library/Application Support/com.acme.agent/agent.plist',
      '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
      '/Users/anna/Downloads/My File.pdf',
    ]) {
      assert.deepEqual(paths(`run ${path}`), [path]);
    }
    assert.deepEqual(paths('cp /Users/anna/a.txt /Library/B/c.txt'), ['/Users/anna/a.txt', '/Library/B/c.txt']);
  });

  test('an address that was never closed loses nothing when it is made harmless', () => {
    for (const text of ['https://[dc1', 'ftp://a.example/x:\\/\\/[b']) assert.equal(refang(defang(text).text), text);
  });
});
