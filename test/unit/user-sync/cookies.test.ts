import { describe, expect, it } from '@jest/globals';
import type { Environment } from '../../../shared/config.ts';
import { OUT, syncOnce, userIn, type Answered } from './sync-server.ts';

function syncWith(variables: Environment, cookie = ''): Promise<Answered> {
  return syncOnce(variables, `out=${OUT}`, { cookie });
}

describe('our cookie', () => {
  it('is kept for as many days as are set', async () => {
    const { cookie } = await syncWith({ SYNC_COOKIE_DAYS: '30' });
    expect(cookie).toMatch(/; Max-Age=2592000;/);
  });

  it('is one for each site where it is partitioned', async () => {
    const partitioned = { SYNC_COOKIE_PARTITIONED: 'true' };
    const first = await syncWith(partitioned);
    expect(first.cookie).toMatch(/; HttpOnly; Secure; SameSite=None; Partitioned$/);
    const second = await syncWith(partitioned, first.cookie?.split(';')[0]);
    expect(second).toMatchObject({ location: first.location, cookie: first.cookie });
  });

  it('of a site does not get the id that a browser has on all sites', async () => {
    const everywhere = `audience_relay_id=${'0'.repeat(32)}`;
    const { location } = await syncWith({ SYNC_COOKIE_PARTITIONED: 'true' }, everywhere);
    expect(userIn(location)).toMatch(/^[0-9a-f]{32}$/);
    expect(userIn(location)).not.toBe('0'.repeat(32));
  });
});

describe("the platform's cookie", () => {
  const platform = { SYNC_PLATFORM_COOKIE: 'uid' };

  it.each([
    ['as it is', 'uid=abc-def123', 'abc-def123'],
    ['among others', 'a=1; uid=abc-def123; xuid=2', 'abc-def123'],
    ['in quotes', 'uid="abc-def123"', 'abc-def123'],
    ['percent-encoded', 'uid=s%3Aabc%2Fdef', 's:abc/def'],
    ['with a percent sign of its own', 'uid=100%', '100%'],
    ['with an equals sign', 'uid=YWJjZA==', 'YWJjZA=='],
    ['what would end a parameter', 'uid=a&pl=1#x', 'a&pl=1#x'],
    ['the macro', 'uid=[[USERID]]', '[[USERID]]'],
    ['256 characters long', `uid=${'x'.repeat(256)}`, 'x'.repeat(256)],
    ['the second, when the first is none', 'uid=; uid=abc', 'abc'],
  ])('gives the id, %s', async (_, cookie, userId) => {
    const { status, location, cookie: setCookie } = await syncWith(platform, cookie);
    expect([status, setCookie]).toEqual([302, undefined]);
    expect(location).toBe(OUT.replace('[[USERID]]', encodeURIComponent(userId)));
  });

  it.each([
    ['none', ''],
    ['an empty one', 'uid='],
    ['one in other letters', 'UID=abc'],
    ['one of ours', `audience_relay_id=${'0'.repeat(32)}`],
    ['one that is too long', `uid=${'x'.repeat(257)}`],
    ['one with a line break', 'uid=a%0d%0ab'],
    ['one with a NUL', 'uid=a%00'],
    ['one with a C1 control', 'uid=a%C2%85'],
    ['one of spaces', 'uid=%20%20'],
    ['one of bytes that are no text', 'uid=\u00fc\u00fc'],
  ])('with %s, the browser is sent nowhere and given none of ours', async (_, cookie) => {
    const answer = await syncWith(platform, cookie);
    expect(answer).toMatchObject({ status: 204, location: undefined, cookie: undefined, text: '' });
    expect(answer.headers['cache-control']).toBe('no-store');
  });
});

it('browsers are sent to the hosts that are set, and to no other', async () => {
  const hosts = { SYNC_ALLOWED_HOSTS: 'go.example.com, GO2.example.com' };
  for (const host of ['go.example.com', 'go2.example.com']) {
    const { location } = await syncOnce(hosts, `out=https://${host}/uid?userid=[[USERID]]`);
    expect(new URL(location ?? '').host).toBe(host);
    expect(userIn(location)).toMatch(/^[0-9a-f]{32}$/);
  }
  const refused = await syncOnce(hosts, `out=${OUT}`);
  expect([refused.status, refused.location]).toEqual([400, undefined]);
  expect(refused.text).toContain('go.example.com or go2.example.com');
});
