import { z } from 'zod';
import { bodyOf, EMAIL_HASH, hashOfEmail, partyAt, type Vendor } from './described.ts';
import { RuleBroken, startFakeServer, type FakeAnswer, type FakeCall } from './fake-server.ts';

const ACCOUNT = 'demo-advertiser';
const CLIENT = { id: 'taboola-client', secret: 'taboola/secret+&=' };
const ALLOWED_ACCOUNTS = '/backstage/api/1.0/users/current/allowed-accounts';
const HOUR_MS = 3_600_000;
const TOKEN_LIFE_MS = 12 * HOUR_MS;
/** A new audience takes up to so long to become available. */
const READY_AFTER_MS = HOUR_MS;

interface Audience {
  readonly audience_id: number;
  readonly audience_name: string;
  readonly ttl_in_hours: number;
  readonly createdAt: number;
  /** Until when each is in it. */
  readonly members: Map<string, number>;
}

const creation = z.strictObject({
  audience_name: z.string().min(1),
  ttl_in_hours: z.int().positive(),
  exclude_from_campaigns: z.boolean().exactOptional(),
  integration_source: z.string().exactOptional(),
});
const userId = z.strictObject({
  user_id: z.string().regex(EMAIL_HASH),
  type: z.literal('EMAIL_ID'),
  is_hashed: z.literal(true),
});
const change = z.strictObject({
  operation: z.enum(['ADD', 'REMOVE']),
  audience_id: z.int(),
  identities: z
    .array(z.strictObject({ cluster: z.tuple([userId]) }))
    .min(1)
    .max(1_000),
  integration_source: z.string().exactOptional(),
});

/** Taboola's Backstage API: first-party audiences of one account. */
export async function startTaboola(): Promise<Vendor & Taboola> {
  const audiences = new Map<string, Audience>();
  const tokens = new Map<string, number>();
  const refused = new Set<string>();
  let now = 0;

  function handle(call: FakeCall): FakeAnswer {
    const { method, path } = call;
    if (method !== 'POST' && path !== ALLOWED_ACCOUNTS) throw broken(405, method);
    if (path === '/backstage/oauth/token') return issueToken(call);
    const token = /^Bearer (.+)$/.exec(call.headers.authorization ?? '')?.[1] ?? '';
    if ((tokens.get(token) ?? -1) <= now) return taboolaError(401, 'Unauthorized');
    if (path === ALLOWED_ACCOUNTS) return allowedAccounts(call);
    const base = `/backstage/api/1.0/${ACCOUNT}/audience_onboarding`;
    if (path === `${base}/create`) return create(call);
    if (path === base) return apply(call);
    throw broken(404, path);
  }

  function issueToken({ headers, body }: FakeCall): FakeAnswer {
    if (!/^application\/x-www-form-urlencoded\b/.test(headers['content-type'] ?? '')) {
      throw broken(415, 'the token is not asked for with a form');
    }
    const form = new URLSearchParams(body);
    if (form.get('grant_type') !== 'client_credentials') throw broken(400, 'the grant is another');
    if (form.get('client_id') !== CLIENT.id || form.get('client_secret') !== CLIENT.secret) {
      const error = '<BadClientCredentialsException><error>invalid_client</error>';
      return { status: 401, body: `${error}</BadClientCredentialsException>` };
    }
    const token = `CZ0O-fake::${tokens.size + 1}`;
    tokens.set(token, now + TOKEN_LIFE_MS);
    const life = { token_type: 'bearer', expires_in: TOKEN_LIFE_MS / 1_000 };
    return { status: 200, body: { access_token: token, ...life } };
  }

  function create(call: FakeCall): FakeAnswer {
    const { audience_name, ttl_in_hours } = bodyOf(call, creation, badRequest);
    const known = [...audiences.values()].find((one) => one.audience_name === audience_name);
    if (known !== undefined) return described(known);
    const audience_id = 49 + audiences.size;
    const audience = { audience_id, audience_name, ttl_in_hours, createdAt: now };
    audiences.set(String(audience_id), { ...audience, members: new Map() });
    return described(audience);
  }

  function apply(call: FakeCall): FakeAnswer {
    const { operation, audience_id, identities } = bodyOf(call, change, badRequest);
    const audience = audiences.get(String(audience_id));
    if (audience === undefined) return taboolaError(404, 'Audience not found');
    if (now < audience.createdAt + READY_AFTER_MS) {
      throw broken(404, 'members within an hour of the creation');
    }
    const ids = identities.map(({ cluster: [{ user_id }] }) => user_id);
    if (ids.some((id) => refused.has(id))) return badRequest('identities: invalid user_id');
    for (const id of ids) {
      if (operation === 'REMOVE') audience.members.delete(id);
      else audience.members.set(id, now + audience.ttl_in_hours * HOUR_MS);
    }
    return { status: 200 };
  }

  const server = await startFakeServer(handle);
  return {
    ...partyAt(server),
    url: `${server.url}/backstage`,
    credentials: `${CLIENT.id}:${CLIENT.secret}`,
    options: { accountId: ACCOUNT },
    members: (segment) => {
      const members = [...(audiences.get(segment)?.members ?? [])];
      return Promise.resolve(
        members
          .filter(([, until]) => until > now)
          .map(([id]) => id)
          .sort(),
      );
    },
    asKnown: hashOfEmail,
    passTime: (ms) => {
      now += ms;
    },
    refuseUser: (user) => {
      refused.add(hashOfEmail(user));
    },
    tokensIssued: () => tokens.size,
  };
}

interface Taboola {
  tokensIssued(): number;
}

function allowedAccounts({ method }: FakeCall): FakeAnswer {
  if (method !== 'GET') throw broken(405, method);
  const account = { account_id: ACCOUNT, type: 'PARTNER', partner_types: ['ADVERTISER'] };
  return { status: 200, body: { results: [account], metadata: {} } };
}

function described({ audience_id, audience_name, ttl_in_hours }: Omit<Audience, 'members'>) {
  return { status: 200, body: { audience_name, ttl_in_hours, audience_id } };
}

function taboolaError(http_status: number, message: string): FakeAnswer {
  return { status: http_status, body: { http_status, message } };
}

function badRequest(problem: string): FakeAnswer {
  return taboolaError(400, problem);
}

function broken(status: number, rule: string): RuleBroken {
  return new RuleBroken(rule, taboolaError(status, rule));
}
