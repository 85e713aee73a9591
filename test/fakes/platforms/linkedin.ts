import { z } from 'zod';
import { bodyOf, EMAIL_HASH, hashOfEmail, partyAt, type Vendor } from './described.ts';
import { RuleBroken, startFakeServer, type FakeAnswer, type FakeCall } from './fake-server.ts';

const TOKEN = 'AQX-fake-member-token';
const ACCOUNT = '516848833';
const ACCOUNT_URN = `urn:li:sponsoredAccount:${ACCOUNT}`;
const PLATFORM = 'MAPP';
const VERSION = '202604';
const READY_AFTER_MS = 5_000;
const CALLS_PER_MINUTE = 600;

interface Segment {
  readonly id: number;
  readonly name: string;
  readonly sourceSegmentId: string | undefined;
  readonly createdAt: number;
  readonly members: Set<string>;
}

const creation = z.strictObject({
  name: z.string().min(1),
  sourcePlatform: z.literal(PLATFORM),
  sourceSegmentId: z.string().exactOptional(),
  account: z.literal(ACCOUNT_URN),
  accessPolicy: z.literal('PRIVATE').exactOptional(),
  type: z.literal('USER'),
  destinations: z.tuple([z.strictObject({ destination: z.literal('LINKEDIN') })]),
});
const userId = z.strictObject({
  idType: z.literal('SHA256_EMAIL'),
  idValue: z.string().regex(EMAIL_HASH),
});
const change = z.strictObject({ action: z.enum(['ADD', 'REMOVE']), userIds: z.tuple([userId]) });
const changes = z.strictObject({ elements: z.array(change).min(1).max(5_000) });

/** LinkedIn's DMP segments of one ad account, with their users streamed. */
export async function startLinkedIn(): Promise<Vendor & LinkedIn> {
  const segments = new Map<string, Segment>();
  const refused = new Set<string>();
  let now = 0;
  let userCalls: number[] = [];

  function handle(call: FakeCall): FakeAnswer {
    const { authorization, 'linkedin-version': version } = call.headers;
    if (authorization !== `Bearer ${TOKEN}`) return linkedInError(401, 'Invalid access token');
    if (version === undefined) throw broken(400, 'A version must be present');
    if (version !== VERSION) return linkedInError(426, 'Requested version is not active');
    if (call.headers['x-restli-protocol-version'] !== '2.0.0') {
      throw broken(400, 'X-Restli-Protocol-Version must be 2.0.0');
    }
    const [, , resource, id = '', users] = call.path.split('/');
    if (!call.path.startsWith('/rest/') || resource !== 'dmpSegments') throw broken(404, call.path);
    if (users === 'users' && call.method === 'POST') return stream(call, id);
    if (id === '' && call.method === 'POST') return create(call);
    if (id === '' && call.method === 'GET') return find(call.query);
    throw broken(405, `${call.method} ${call.path}`);
  }

  function find(query: URLSearchParams): FakeAnswer {
    if (query.get('q') !== 'account') throw broken(400, 'the finder is missing');
    if (query.get('account') !== ACCOUNT_URN) throw broken(403, 'the account is another one');
    const key = query.get('sourceSegmentId');
    const elements = [...segments.values()]
      .filter(({ sourceSegmentId }) => key === null || sourceSegmentId === key)
      .map(({ id, name, sourceSegmentId }) => ({ id, name, sourceSegmentId, type: 'USER' }));
    return { status: 200, body: { elements, paging: { start: 0, count: elements.length } } };
  }

  function create(call: FakeCall): FakeAnswer {
    const { name, sourceSegmentId } = bodyOf(call, creation, badRequest);
    const id = 10_804 + segments.size;
    segments.set(String(id), { id, name, sourceSegmentId, createdAt: now, members: new Set() });
    return { status: 201, headers: { 'x-restli-id': String(id) } };
  }

  function stream(call: FakeCall, id: string): FakeAnswer {
    userCalls = [...userCalls.filter((at) => at > now - 60_000), now];
    if (userCalls.length > CALLS_PER_MINUTE) throw broken(429, 'more than 600 calls in a minute');
    const segment = segments.get(id);
    if (segment === undefined || now < segment.createdAt + READY_AFTER_MS) {
      return linkedInError(404, 'The segment does not exist');
    }
    if (call.headers['x-restli-method'] !== 'BATCH_CREATE') {
      throw broken(400, 'X-RestLi-Method must be BATCH_CREATE for several users');
    }
    const { elements } = bodyOf(call, changes, badRequest);
    const results = elements.map(({ action, userIds: [{ idValue }] }) => {
      if (refused.has(idValue)) return { status: 400, message: 'Invalid user' };
      // Adding somebody again and removing somebody absent are successes, by design.
      if (action === 'ADD') segment.members.add(idValue);
      else segment.members.delete(idValue);
      return { status: 201 };
    });
    return { status: 200, body: { elements: results } };
  }

  const server = await startFakeServer(handle);
  return {
    ...partyAt(server),
    url: `${server.url}/rest`,
    credentials: TOKEN,
    options: { adAccountId: ACCOUNT, sourcePlatform: PLATFORM },
    members: (segment) => Promise.resolve([...(segments.get(segment)?.members ?? [])].sort()),
    asKnown: hashOfEmail,
    passTime: (ms) => {
      now += ms;
    },
    refuseUser: (user) => {
      refused.add(hashOfEmail(user));
    },
    namesOfSegments: () => [...segments.values()].map(({ name }) => name),
  };
}

interface LinkedIn {
  /** What people read in Campaign Manager. */
  namesOfSegments(): readonly string[];
}

function linkedInError(status: number, message: string): FakeAnswer {
  return { status, body: { message, serviceErrorCode: status, status } };
}

function badRequest(problem: string): FakeAnswer {
  return linkedInError(400, problem);
}

function broken(status: number, rule: string): RuleBroken {
  return new RuleBroken(rule, linkedInError(status, rule));
}
