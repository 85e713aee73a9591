import { describe, expect, it } from '@jest/globals';
import { describedDestination, thirdPartyForEachTest } from './third-party-stub.ts';

const thirdParty = thirdPartyForEachTest();
const member = (user: string, segment = '12345') => ({ segment, user, operatedAt: 0 });
const delivered = { status: 'delivered' };

describe('a micro-batch', () => {
  it.each([
    ['add', 'POST'],
    ['remove', 'DELETE'],
  ] as const)('to %s goes out as one JSON array', async (operation, method) => {
    const members = [member('abcdef123'), member('ghijkl321', '45678'), member('ü"\\')];
    const result = await describedDestination(thirdParty.url).apply({ operation, members });
    expect(result).toEqual({ kind: 'outcomes', outcomes: [delivered, delivered, delivered] });
    expect(thirdParty.call()).toMatchObject({
      method,
      url: '/members',
      headers: { 'content-type': 'application/json' },
    });
    expect(JSON.parse(thirdParty.call().body)).toEqual([
      { segment: 12345, userid: 'abcdef123' },
      { segment: 45678, userid: 'ghijkl321' },
      { segment: 12345, userid: 'ü"\\' },
    ]);
  });

  it('of none needs no call', async () => {
    const destination = describedDestination(thirdParty.url);
    const result = await destination.apply({ operation: 'add', members: [] });
    expect(result).toEqual({ kind: 'outcomes', outcomes: [] });
    expect(thirdParty.calls).toEqual([]);
  });

  it('may be as large as declared; a larger one is a programming error', async () => {
    const destination = describedDestination(thirdParty.url, { limits: { membersPerCall: 3 } });
    const members = ['u1', 'u2', 'u3', 'u4'].map((user) => member(user));
    await expect(destination.apply({ operation: 'add', members })).rejects.toThrow(TypeError);
    expect(thirdParty.calls).toEqual([]);
    const result = await destination.apply({ operation: 'add', members: members.slice(1) });
    expect(result).toEqual({ kind: 'outcomes', outcomes: [delivered, delivered, delivered] });
  });
});

describe('one member a call', () => {
  const query = { id: '{{segment}}', userid: '{{user}}' };
  const oneByOne = {
    limits: { membersPerCall: 1 },
    add: { method: 'POST', path: '/members', query },
    remove: { method: 'DELETE', path: '/segments/{{segment}}/members/{{user}}' },
  };
  const apply = (operation: 'add' | 'remove', user: string) =>
    describedDestination(thirdParty.url, oneByOne).apply({ operation, members: [member(user)] });

  it.each(['abcdef123', 'a b&userid=c', 'a+b=50%', '#?/', 'ü😀', '{{segment}}'])(
    'carries the user %j as one query parameter, and no body',
    async (user) => {
      await apply('add', user);
      const { url, body, headers } = thirdParty.call();
      const called = new URL(url ?? '', 'http://h');
      expect([...called.searchParams]).toEqual([
        ['id', '12345'],
        ['userid', user],
      ]);
      expect([body, headers['content-type']]).toEqual(['', undefined]);
    },
  );

  it.each([
    ['a/b', 'a%2Fb'],
    ['../../x', '..%2F..%2Fx'],
    ['a?b#c', 'a%3Fb%23c'],
    ['%2e%2e', '%252e%252e'],
  ])('carries the user %j as one segment of the path', async (user, encoded) => {
    await apply('remove', user);
    expect(thirdParty.call()).toMatchObject({
      method: 'DELETE',
      url: `/segments/12345/members/${encoded}`,
    });
  });

  it.each(['.', '..'])('sends nothing for the user %j, who is no segment', async (user) => {
    const result = await apply('remove', user);
    expect(result).toEqual({
      kind: 'refused-whole',
      reason: 'its id contains what this platform cannot take',
    });
    expect(thirdParty.calls).toEqual([]);
  });
});

describe('Basic Auth', () => {
  it('is sent as UTF-8 with every call', async () => {
    const destination = describedDestination(thirdParty.url, { auth: { type: 'basic' } });
    await destination.createSegment({ title: 't', audienceId: 'a' });
    await destination.apply({ operation: 'add', members: [member('u')] });
    const header = `Basic ${Buffer.from('user:pässword', 'utf8').toString('base64')}`;
    const sent = thirdParty.calls.map(({ headers }) => headers.authorization);
    expect(sent).toEqual([header, header]);
  });

  it('is asked for at every call, so that a rotation is noticed', async () => {
    const versions = ['user:old', 'user:new'];
    const credentials = () => Promise.resolve(versions.shift() ?? '');
    const destination = describedDestination(
      thirdParty.url,
      { auth: { type: 'basic' } },
      { credentials },
    );
    for (const user of ['u1', 'u2']) {
      await destination.apply({ operation: 'add', members: [member(user)] });
    }
    const sent = thirdParty.calls.map(({ headers }) => headers.authorization);
    expect(sent).toEqual([`Basic ${btoa('user:old')}`, `Basic ${btoa('user:new')}`]);
  });

  it('is not sent to a platform that wants none', async () => {
    const destination = describedDestination(thirdParty.url);
    await destination.apply({ operation: 'add', members: [member('u')] });
    expect(thirdParty.call().headers.authorization).toBeUndefined();
  });
});

it.each(['', '/', '/api', '/api/'])('the path follows a base URL that ends in %j', async (end) => {
  const destination = describedDestination(`${thirdParty.url}${end}`);
  await destination.apply({ operation: 'add', members: [member('u')] });
  expect(thirdParty.call().url).toBe(`${end.replace(/\/$/, '')}/members`);
});
