import { describe, expect, it } from '@jest/globals';
import { describedDestination, thirdPartyForEachTest } from './third-party-stub.ts';

const thirdParty = thirdPartyForEachTest();
const NOW = Date.parse('2026-11-21T10:00:00.500Z');
const members = ['u 1', 'ü"2'].map((user) => ({ segment: 's/1', user, operatedAt: NOW - 1_000 }));

async function sent(add: object, fields: object = {}) {
  const call = { method: 'POST', path: '/members', ...add };
  const destination = describedDestination(
    thirdParty.url,
    { add: call, ...fields },
    { now: () => NOW },
  );
  const result = await destination.apply({ operation: 'add', members });
  return { result, ...thirdParty.call() };
}

describe('members are written', () => {
  it('as an array of ids in a body', async () => {
    const body = { json: { segment: '{{segment}}', changes: [{ ids: '{{members}}' }], v: 1 } };
    const call = await sent({ body, member: '{{user}}' });
    expect(JSON.parse(call.body)).toEqual({
      segment: 's/1',
      changes: [{ ids: ['u 1', 'ü"2'] }],
      v: 1,
    });
    expect(call.headers['content-type']).toBe('application/json');
  });

  it('as an array of objects', async () => {
    const call = await sent({ member: { id: '{{user}}', in: [{ s: '{{segment}}' }] } });
    expect(JSON.parse(call.body)).toEqual([
      { id: 'u 1', in: [{ s: 's/1' }] },
      { id: 'ü"2', in: [{ s: 's/1' }] },
    ]);
  });

  it('as delimited text, escaped by what it stands in', async () => {
    const json = await sent({
      body: { json: { ids: '{{members}}' } },
      member: '{{user}}',
      separator: ';',
    });
    expect(JSON.parse(json.body)).toEqual({ ids: 'u 1;ü"2' });
  });

  it('as lines of a text', async () => {
    const body = { text: 'id,segment\n{{members}}\n', type: 'text/csv' };
    const call = await sent({ body, member: '{{user}},{{segment}}', separator: '\n' });
    expect(call.body).toBe('id,segment\nu 1,s/1\nü"2,s/1\n');
    expect(call.headers['content-type']).toBe('text/csv');
  });

  it('in a form', async () => {
    const body = { form: { segment: '{{segment}}', ids: '{{members}}' } };
    const call = await sent({ body, member: '{{user}}', separator: '&' });
    expect(Object.fromEntries(new URLSearchParams(call.body))).toEqual({
      segment: 's/1',
      ids: 'u 1&ü"2',
    });
    expect(call.headers['content-type']).toBe('application/x-www-form-urlencoded');
  });

  it('in the query, without a body', async () => {
    const call = await sent({ query: { ids: '{{members}}' }, member: '{{user}}', separator: ',' });
    expect(new URL(call.url ?? '', 'http://h').searchParams.get('ids')).toBe('u 1,ü"2');
    expect(call.body).toBe('');
  });
});

it.each([',', '\n', '\r', '\0'])('a user id with %j begins no other member', async (character) => {
  const add = {
    method: 'POST',
    path: '/members',
    body: { text: '{{members}}' },
    member: '{{user}}',
    separator: ',',
  };
  const destination = describedDestination(thirdParty.url, { add });
  const users = ['good', `bad${character}injected`, 'fine'];
  const batch = users.map((user) => ({ segment: '1', user, operatedAt: 0 }));
  expect(await destination.apply({ operation: 'add', members: batch })).toEqual({
    kind: 'outcomes',
    outcomes: [
      { status: 'delivered' },
      { status: 'rejected', reason: 'not sent: its id contains what separates members' },
      { status: 'delivered' },
    ],
  });
  expect(thirdParty.call().body).toBe('good,fine');
});

describe('a call for one member', () => {
  const one = { limits: { membersPerCall: 1 }, remove: 'not-supported' };
  const applyOne = (add: object, user: string) => {
    const call = { method: 'PUT', path: '/members', ...add };
    const destination = describedDestination(thirdParty.url, { ...one, add: call });
    return destination.apply({
      operation: 'add',
      members: [{ segment: '1', user, operatedAt: 0 }],
    });
  };

  it('may name the user in a body and a header', async () => {
    await applyOne(
      { body: { json: { user: '{{user}}' } }, headers: { 'X-User': '{{user}}' } },
      'u"1',
    );
    expect(JSON.parse(thirdParty.call().body)).toEqual({ user: 'u"1' });
    expect(thirdParty.call().headers['x-user']).toBe('u"1');
  });

  it.each([
    [{ headers: { 'x-user': '{{user}}' } }, 'a\r\nx-admin: 1'],
    [{ headers: { 'x-user': '{{user}}' } }, 'ü'],
    [{ body: { text: 'id={{user}}' } }, 'a\nid=b'],
  ])('is not made where %j cannot hold the user %j', async (add, user) => {
    expect(await applyOne(add, user)).toEqual({
      kind: 'refused-whole',
      reason: 'its id contains what this platform cannot take',
    });
    expect(thirdParty.calls).toEqual([]);
  });
});

describe('values', () => {
  it('tell the time of the call and of the operation, and how long a membership lasts', async () => {
    const member = ['{{now.iso}}', '{{operation.milliseconds | number}}', '{{ttl.days | number}}'];
    const call = await sent(
      { member, headers: { 'x-until': '{{expires.seconds}}' } },
      { ttlSeconds: 90_000 },
    );
    expect((JSON.parse(call.body) as unknown[])[0]).toEqual([
      '2026-11-21T10:00:00.500Z',
      NOW - 1_000,
      2,
    ]);
    expect(call.headers['x-until']).toBe(String(Math.floor(NOW / 1_000) + 90_000));
  });

  it('have an id per operation, the same when it is sent again, that names nobody', async () => {
    const destination = describedDestination(thirdParty.url, {
      add: { method: 'POST', path: '/m', member: '{{operation.id}}' },
      remove: { method: 'DELETE', path: '/m', member: '{{operation.id}}' },
    });
    const [member] = members;
    if (member === undefined) throw new Error('There is no member.');
    const batches = [
      { operation: 'add', members: [member] },
      { operation: 'add', members: [member] },
      { operation: 'remove', members: [member] },
      { operation: 'add', members: [{ ...member, operatedAt: NOW }] },
    ] as const;
    for (const batch of batches) await destination.apply(batch);
    const [first, again, removed, later] = thirdParty.calls.map(({ body }) => body);
    expect(again).toBe(first);
    expect(new Set([first, removed, later]).size).toBe(3);
    expect(first).toMatch(/^\["[0-9a-f]{64}"\]$/);
  });

  it('of headers are those of the call before those of all calls', async () => {
    const call = await sent(
      { member: '{{user}}', headers: { 'X-V': '2' } },
      { headers: { 'x-v': '1', 'x-all': 'yes' } },
    );
    expect([call.headers['x-v'], call.headers['x-all']]).toEqual(['2', 'yes']);
  });
});
