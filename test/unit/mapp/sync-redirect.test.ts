import { describe, expect, it } from '@jest/globals';
import { MAPP_SYNC_HOSTS, syncRedirect } from '../../../shared/mapp/user-sync.ts';

const redirect = (out: string, userId = 'abc-def123') => syncRedirect(out, userId, MAPP_SYNC_HOSTS);

it("sends the browsers to Mapp's host only", () => {
  expect([...MAPP_SYNC_HOSTS]).toEqual(['go.flx1.com']);
});

describe('the macro', () => {
  it.each([
    ['as documented', 'userid=[[USERID]]&pl=99999', 'userid=abc-def123&pl=99999'],
    ['encoded', 'userid=%5B%5BUSERID%5D%5D', 'userid=abc-def123'],
    ['encoded in lower case', 'userid=%5b%5buserid%5d%5d', 'userid=abc-def123'],
    ['several times', 'a=[[USERID]]&b=[[USERID]]', 'a=abc-def123&b=abc-def123'],
    ['encoded in part', 'userid=[%5BUSERID%5d]', 'userid=abc-def123'],
    ['in the name of a parameter', 'p[[USERID]]=1', 'pabc-def123=1'],
    ['in both forms', 'a=[[USERID]]&b=%5B%5BUSERID%5D%5D', 'a=abc-def123&b=abc-def123'],
    ['not at all', 'pl=99999', 'pl=99999'],
  ])('is filled in %s', (_, query, filled) => {
    expect(redirect(`https://go.flx1.com/uid?${query}`)).toBe(`https://go.flx1.com/uid?${filled}`);
  });

  it.each([
    ['a&pl=1#x', 'a%26pl%3D1%23x'],
    ['$& $1 $`', '%24%26%20%241%20%24%60'],
    ['[[USERID]]', '%5B%5BUSERID%5D%5D'],
    ['ü', '%C3%BC'],
  ])('takes the id %j as one value', (userId, encoded) => {
    const location = redirect('https://go.flx1.com/uid?userid=[[USERID]]', userId);
    expect(location).toBe(`https://go.flx1.com/uid?userid=${encoded}`);
  });

  it('cannot become the host', () => {
    for (const out of ['https://[[USERID]]/uid', 'https://%5B%5BUSERID%5D%5D/uid']) {
      expect(redirect(out, 'go.flx1.com')).toBeUndefined();
    }
  });

  it.each([
    ['https://go.flx1.com/[[USERID]]/uid', 'https://go.flx1.com/a%2Fb/uid'],
    ['https://go.flx1.com/uid#[[USERID]]', 'https://go.flx1.com/uid#a%2Fb'],
  ])('is filled in behind the host only: %s', (out, location) => {
    expect(redirect(out, 'a/b')).toBe(location);
  });

  it.each(['[USERID]', '[[USER]]', '{{USERID}}', '%255B%255BUSERID%255D%255D'])(
    'is not what looks like it: %s',
    (text) => {
      const out = `https://go.flx1.com/uid?userid=${text}`;
      expect(redirect(out)).toBe(out);
    },
  );
});

describe('a URL that is not refused', () => {
  it.each([
    ['https://go.flx1.com', 'https://go.flx1.com/'],
    ['https://go.flx1.com:443/uid', 'https://go.flx1.com/uid'],
    ['https://GO.FLX1.COM/uid', 'https://go.flx1.com/uid'],
    ['HTTPS://go.flx1.com/uid', 'https://go.flx1.com/uid'],
    ['https://go.flx1.com/a b', 'https://go.flx1.com/a%20b'],
  ])('leaves normalised: %s', (out, location) => {
    expect(redirect(out)).toBe(location);
  });

  it('may be 2048 characters long', () => {
    const out = 'https://go.flx1.com/'.padEnd(2048, 'x');
    expect(redirect(out)).toBe(out);
    expect(redirect(`${out}x`)).toBeUndefined();
  });
});

describe('a hostile URL is refused', () => {
  it.each([
    ['http', 'http://go.flx1.com/uid'],
    ['javascript', 'javascript://go.flx1.com/%0aalert(1)'],
    ['data', 'data:text/html,<script>alert(1)</script>'],
    ['ftp', 'ftp://go.flx1.com/uid'],
    ['no scheme', 'go.flx1.com/uid'],
    ['protocol-relative', '//go.flx1.com/uid'],
    ['a path', '/uid'],
    ['one slash', 'https:/go.flx1.com/uid'],
    ['a space before the scheme', ' https://go.flx1.com/uid'],
    ['another host', 'https://evil.example/?x=go.flx1.com'],
    ['a longer host', 'https://go.flx1.com.evil.example/uid'],
    ['a host that ends alike', 'https://evilgo.flx1.com/uid'],
    ['a subdomain', 'https://x.go.flx1.com/uid'],
    ['the parent domain', 'https://flx1.com/uid'],
    ['a trailing dot', 'https://go.flx1.com./uid'],
    ['the host as user', 'https://go.flx1.com@evil.example/'],
    ['the host as user and password', 'https://go.flx1.com:443@evil.example/'],
    ['a user', 'https://alice@go.flx1.com/uid'],
    ['a password', 'https://:secret@go.flx1.com/uid'],
    ['a port', 'https://go.flx1.com:8443/uid'],
    ["http's port", 'https://go.flx1.com:80/uid'],
    ['a port that is none', 'https://go.flx1.com:99999/uid'],
    ['a backslash for a slash', 'https://evil.example\\@go.flx1.com/'],
    ['backslashes after the scheme', 'https:\\\\go.flx1.com\\uid'],
    ['a backslash after the host', 'https://go.flx1.com\\.evil.example/'],
    ['a line break for a header', 'https://go.flx1.com/\r\nSet-Cookie: a=b'],
    ['a tab in the host', 'https://go.flx1\t.com/uid'],
    ['a tab in the scheme', 'ht\ttps://go.flx1.com/uid'],
    ['a NUL', 'https://go.flx1.com/\0'],
    ['a C1 control', 'https://go.flx1.com/\u0085'],
    ['a DEL', 'https://go.flx1.com/\u007f'],
    ['a Cyrillic look-alike', 'https://gо.flx1.com/uid'],
    ['its punycode', 'https://xn--g-0tb.flx1.com/uid'],
    ['an encoded slash in the host', 'https://go.flx1.com%2f.evil.example/'],
    ['an encoded at in the host', 'https://go.flx1.com%40evil.example/'],
    ['a fragment for the host', 'https://evil.example#go.flx1.com'],
    ['a query for the host', 'https://evil.example?go.flx1.com'],
    ['an address', 'https://127.0.0.1/uid'],
    ['nothing', ''],
  ])('(%s)', (_, out) => {
    expect(redirect(out)).toBeUndefined();
  });
});
