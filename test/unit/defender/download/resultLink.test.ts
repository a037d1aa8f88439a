import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { inspect } from 'node:util';
import { isLoopback, ResultLink } from '../../../../src/defender/download/resultLink.ts';
import { failure } from '../expected.ts';

const SECRET = 'sig=1dYGe9rPvUlX';
const NAME = 'output_988cc94e-7a8f-4b28-ab65-54970c5d5018_2.json';
const QUERY = `se=2026-11-23T21%3A34%3A41Z&sp=rt&rscd=attachment%3B%20filename%3D${NAME}&${SECRET}`;

function linkTo(origin: string, query = QUERY): ResultLink {
  return new ResultLink(`${origin}/container/blob?${query}`);
}

suite('a download link', () => {
  test('it tells its host, its end and the name of the file it promises', () => {
    const link = linkTo('https://automatedirstrprdeus.blob.core.windows.net');
    assert.equal(link.host, 'automatedirstrprdeus.blob.core.windows.net');
    assert.equal(link.expiresAt, Date.UTC(2026, 10, 23, 21, 34, 41));
    assert.equal(link.fileName, NAME);
  });

  test('a link that says less is still one', () => {
    const link = linkTo('https://a.blob.core.windows.net', 'se=soon');
    assert.equal(link.expiresAt, undefined);
    assert.equal(link.fileName, undefined);
  });

  for (const [date, expired] of [
    ['Mon, 23 Nov 2026 21:04:41 GMT', false],
    ['Mon, 23 Nov 2026 21:34:40 GMT', false],
    ['Mon, 23 Nov 2026 21:34:41 GMT', true],
    ['Tue, 24 Nov 2026 00:00:00 GMT', true],
    ['later', false],
    [undefined, false],
  ] as const) {
    test(`it ${expired ? 'had' : 'had not'} expired when it came at ${date ?? 'an untold time'}`, () => {
      const text = `https://a.blob.core.windows.net/c/b?${QUERY}`;
      assert.equal(new ResultLink(text, date).cameExpired, expired);
      assert.equal(new ResultLink(text.replace('se=', 'x='), date).cameExpired, false);
    });
  }

  test('a quoted file name is read without its quotes', () => {
    const link = linkTo(
      'https://a.blob.core.windows.net',
      'rscd=attachment%3B%20filename%3D%22a%20b.json%22%3B%20x%3D1',
    );
    assert.equal(link.fileName, 'a b.json');
  });

  test('its address cannot be seen by looking at it, printing it or writing it down', () => {
    const link = linkTo('https://a.blob.core.windows.net');
    const seen = [
      inspect(link, { depth: 10, showHidden: true, getters: true }),
      inspect({ link }, { depth: 10, showHidden: true }),
      JSON.stringify({ link }),
      link.toString(),
      String(link),
      Object.entries(link).join(),
      Reflect.ownKeys(link).map(String).join(),
    ].join('\n');
    assert.ok(!seen.includes('sig='), seen);
    assert.ok(!seen.includes('container/blob'), seen);
    assert.ok(link.addressFor([]).includes(SECRET));
  });

  for (const text of ['', 'no address', `//host/?${SECRET}`, `/container/blob?${SECRET}`]) {
    test(`${JSON.stringify(text.replace(SECRET, '…'))} is no address, and the error does not show it`, () => {
      assert.throws(
        () => new ResultLink(text),
        (error) => {
          assert.ok(!inspect(error, { depth: 10, showHidden: true }).includes(SECRET));
          return failure('unexpectedAnswer', { path: 'value' })(error);
        },
      );
    });
  }
});

suite('the host of a download', () => {
  for (const origin of ['https://a.blob.core.windows.net', 'https://a.blob.core.usgovcloudapi.net']) {
    test(`${origin} is one of Azure's`, () => {
      assert.ok(linkTo(origin).addressFor([]).startsWith(`${origin}/container/blob?`));
    });
  }

  for (const origin of [
    'http://a.blob.core.windows.net',
    'http://a.blob.core.usgovcloudapi.net:443',
    'http://evil.example',
    'ftp://a.blob.core.windows.net',
    'file:///a.blob.core.windows.net',
  ]) {
    test(`${origin} is refused as what it is, and allowing its host changes nothing`, () => {
      const { host } = new URL(origin);
      for (const allowed of [[], [host]]) {
        assert.throws(() => linkTo(origin).addressFor(allowed), failure('linkNotHttps', { host }));
      }
    });
  }

  for (const origin of [
    'https://a.blob.core.windows.net:8443',
    'https://blob.core.windows.net',
    'https://a.blob.core.windows.net.evil.example',
    'https://ablob.core.windows.net',
    'https://evil.example/a.blob.core.windows.net',
    'https://localhost:10000',
    'http://127.0.0.1:10000',
  ]) {
    test(`${origin} is refused, by its host and not by its address`, () => {
      assert.throws(
        () => linkTo(origin).addressFor([]),
        (error) => {
          assert.ok(!inspect(error, { depth: 10, showHidden: true }).includes('sig='));
          return failure('foreignDownloadHost')(error);
        },
      );
    });
  }

  for (const [origin, kind, isAllowed] of [
    ['https://userrequests-us.securitycenter.windows.com', 'package', true],
    ['https://userrequests-eu3.securitycenter.windows.com', 'package', true],
    ['https://a.blob.core.windows.net', 'package', true],
    ['https://userrequests-us.securitycenter.windows.com', 'result', false],
    ['https://userrequests-us.securitycenter.windows.com:8443', 'package', false],
    ['https://userrequests-.securitycenter.windows.com', 'package', false],
    ['https://a.userrequests-us.securitycenter.windows.com', 'package', false],
    ['https://userrequests-us.evil.securitycenter.windows.com', 'package', false],
    ['https://userrequests-us.securitycenter.windows.com.evil.example', 'package', false],
    ['https://api.securitycenter.windows.com', 'package', false],
    ['https://evil.example', 'package', false],
  ] as const) {
    test(`a link to a ${kind} may ${isAllowed ? '' : 'not '}lead to ${origin}`, () => {
      const link = new ResultLink(`${origin}/p?${QUERY}`, undefined, kind);
      if (isAllowed) assert.ok(link.addressFor([]).startsWith(origin));
      else assert.throws(() => link.addressFor([]), failure('foreignDownloadHost'));
      // Only the blob hosts of a package must send Azure's headers; those of results always.
      assert.equal(link.expectsAzure, kind === 'result' || origin === 'https://a.blob.core.windows.net');
    });
  }

  for (const origin of [
    'https://user:pass@a.blob.core.windows.net',
    'https://user@a.blob.core.windows.net',
    'https://:pass@a.blob.core.windows.net',
    'https://a.blob.core.windows.net@evil.example',
  ]) {
    test(`${origin} is no link of Defender: a user name or a password is never sent`, () => {
      assert.throws(
        () => linkTo(origin),
        (error) => {
          assert.ok(
            !/sig=|user|pass@/u.test(inspect(error, { depth: 10, showHidden: true }).split('\n    at ')[0] ?? ''),
          );
          return failure('unexpectedAnswer', { host: new URL(origin).host, reason: 'credentials' })(error);
        },
      );
    });
  }

  test('a host that the connection names is taken, with its port and by https only', () => {
    const extra = ['blobs.example:8443', 'blobs.example'];
    assert.ok(linkTo('https://blobs.example:8443').addressFor(extra));
    assert.ok(linkTo('https://blobs.example').addressFor(extra));
    assert.throws(() => linkTo('https://blobs.example:9').addressFor(extra), failure('foreignDownloadHost'));
    assert.throws(() => linkTo('http://blobs.example').addressFor(extra), failure('linkNotHttps'));
    assert.throws(() => linkTo('https://sub.blobs.example').addressFor(extra), failure('foreignDownloadHost'));
  });

  test('http is taken on this machine only', () => {
    assert.ok(linkTo('http://127.0.0.1:10000').addressFor(['127.0.0.1:10000']));
    assert.throws(() => linkTo('http://127.0.0.1:10000').addressFor([]), failure('foreignDownloadHost'));
  });

  test('this machine has few names, and nothing that only looks like one', () => {
    for (const name of ['localhost', '127.0.0.1', '127.1.2.3', '[::1]']) assert.equal(isLoopback(name), true, name);
    for (const name of ['localhost.evil.example', '127.0.0.1.evil.example', '128.0.0.1', '0.0.0.0', '10.0.0.1', '']) {
      assert.equal(isLoopback(name), false, name);
    }
  });
});
