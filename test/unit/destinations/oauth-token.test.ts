import { expect, it } from '@jest/globals';
import { parseDescription } from '../../../shared/destinations/http/description/parse-description.ts';
import { createHttpDestination } from '../../../shared/destinations/http/http-destination.ts';
import { startFakeServer, type FakeCall } from '../../fakes/platforms/fake-server.ts';

const members = [{ segment: '1', user: 'u', operatedAt: 0 }];

/** A platform that takes members with its newest token only. */
async function play(
  auth: object,
  act: (parts: {
    send: () => Promise<unknown>;
    calls: readonly FakeCall[];
    tokens: string[];
    pass: (ms: number) => void;
    rotate: (text: string) => void;
  }) => Promise<void>,
) {
  const tokens: string[] = [];
  let now = 1_000_000;
  let credentials = 'cl ient:se:cret';
  const server = await startFakeServer((call) => {
    if (call.path !== '/token') {
      const valid = call.headers.authorization === `Bearer ${tokens.at(-1) ?? 'none'}`;
      return { status: valid ? 200 : 401 };
    }
    if (call.headers.authorization === undefined && !call.body.includes('client_secret=')) {
      return { status: 400, body: { error: 'invalid_client' } };
    }
    if (call.headers.authorization?.includes('d3Jvbmc')) return { status: 400 };
    tokens.push(`t${tokens.length}`);
    return { status: 200, body: { access_token: tokens.at(-1), expires_in: 100 } };
  });
  const description = {
    id: 'acme',
    name: 'Acme',
    baseUrl: server.url,
    auth: { type: 'oauth2-client-credentials', tokenUrl: '/token', ...auth },
    limits: { membersPerCall: 10 },
    create: { segment: { value: '{{title}}' } },
    add: { method: 'POST', path: '/members', member: '{{user}}' },
    remove: 'not-supported',
  };
  const destination = createHttpDestination(parseDescription(description, 'acme.json'), {
    credentials: () => Promise.resolve(credentials),
    now: () => now,
  });
  try {
    await act({
      send: () => destination.apply({ operation: 'add', members }),
      calls: server.calls,
      tokens,
      pass: (ms) => (now += ms),
      rotate: (text) => (credentials = text),
    });
  } finally {
    await server.close();
  }
}

const DELIVERED = { kind: 'outcomes', outcomes: [{ status: 'delivered' }] };

it('a token is asked for once by calls at the same time, and kept', () =>
  play({ scope: 'a b', parameters: { audience: 'x' } }, async ({ send, calls, tokens }) => {
    expect(await Promise.all([send(), send(), send()])).toEqual([DELIVERED, DELIVERED, DELIVERED]);
    await send();
    expect(tokens).toEqual(['t0']);
    expect(calls[0]?.headers.authorization).toBe(`Basic ${btoa('cl%20ient:se%3Acret')}`);
    expect(Object.fromEntries(new URLSearchParams(calls[0]?.body))).toEqual({
      grant_type: 'client_credentials',
      scope: 'a b',
      audience: 'x',
    });
  }));

it('client id and secret may stand in the body', () =>
  play({ clientAuth: 'body' }, async ({ send, calls }) => {
    expect(await send()).toEqual(DELIVERED);
    expect(calls[0]?.headers.authorization).toBeUndefined();
    const { client_id, client_secret } = Object.fromEntries(new URLSearchParams(calls[0]?.body));
    expect([client_id, client_secret]).toEqual(['cl ient', 'se:cret']);
  }));

it('a new one is asked for before it expires, after 90 % of its life', () =>
  play({}, async ({ send, tokens, pass }) => {
    await send();
    pass(89_000);
    await send();
    expect(tokens).toHaveLength(1);
    pass(1_000);
    expect(await send()).toEqual(DELIVERED);
    expect(tokens).toHaveLength(2);
  }));

it('a token that was revoked is replaced, once', () =>
  play({}, async ({ send, tokens, calls }) => {
    await send();
    tokens.push('revoked all others');
    expect(await send()).toEqual(DELIVERED);
    expect(calls.filter(({ path }) => path === '/token')).toHaveLength(2);
  }));

it('rotated credentials get a token of their own', () =>
  play({}, async ({ send, tokens, rotate }) => {
    await send();
    rotate('other:secret');
    expect(await send()).toEqual(DELIVERED);
    expect(tokens).toHaveLength(2);
  }));

it('a token endpoint that refuses the client is a fault; the members are not to blame', () =>
  play({}, async ({ send, rotate }) => {
    rotate('wrong:secret');
    expect(await send()).toEqual({ kind: 'fault', reason: 'answered 401', status: 401 });
  }));
