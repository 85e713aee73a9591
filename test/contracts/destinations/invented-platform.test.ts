/**
 * A platform that nobody here has heard of: odd auth, odd bodies, errors by index in a 207. All that it
 * takes is its description.
 */
import { createHash, createHmac } from 'node:crypto';
import { parseDescription } from '../../../shared/destinations/http/description/parse-description.ts';
import { createHttpDestination } from '../../../shared/destinations/http/http-destination.ts';
import { RuleBroken, startFakeServer, type FakeCall } from '../../fakes/platforms/fake-server.ts';
import { destinationContract } from '../destination.contract.ts';
import type { DestinationFixture } from './third-party.ts';

const SECRETS = { tenant: 'tenant & co', seal: 'the-seal' };

const description = {
  id: 'oddity',
  name: 'Oddity Ads',
  baseUrl: 'https://api.oddity.example/rpc',
  auth: {
    type: 'hmac',
    header: 'X-Oddity-Seal',
    algorithm: 'sha512',
    encoding: 'base64',
    prefix: 'seal ',
    credential: 'seal',
  },
  credentials: ['tenant', 'seal'],
  options: { market: { text: 'the market, such as DE' } },
  headers: { 'X-Oddity-Tenant': '{{credentials.tenant}}' },
  limits: { membersPerCall: 40, bytesPerCall: 6_000, callsPerMinute: 6_000, concurrentCalls: 2 },
  user: { normalize: ['trim', 'lower-case'], hash: 'sha1-hex', alreadyHashed: 'hash-again' },
  ttlSeconds: 172_800,
  answers: [{ status: [200], at: '/verdict', in: ['SEAL_BROKEN'], means: 'fault' }],
  find: {
    method: 'POST',
    path: '/lookup',
    body: { form: { market: '{{options.market}}', label: '{{title}}' } },
    listAt: '/hits',
    where: { '/label': '{{title}}' },
    segment: { at: '/ref' },
  },
  create: {
    method: 'POST',
    path: '/open',
    body: { json: { market: '{{options.market}}', label: '{{title}}', kind: ['dmp', true] } },
    idempotentBy: 'title',
    segment: { header: 'X-Oddity-Ref' },
  },
  add: {
    method: 'PUT',
    path: '/groups/{{segment}}/in',
    body: { text: 'days={{ttl.days}}\n{{members}}', type: 'text/x-oddity' },
    member: '{{user}};{{operation.seconds}}',
    separator: '\n',
    results: { by: 'index', at: '/bad', indexAt: '/row', code: '/why' },
  },
  remove: {
    method: 'PUT',
    path: '/groups/{{segment}}/out',
    query: { hashes: '{{members}}' },
    member: '{{user}}',
    separator: '|',
    results: { by: 'index', at: '/bad', indexAt: '/row' },
  },
};

async function startOddity(): Promise<DestinationFixture> {
  const groups = new Map<string, { label: string; members: Set<string> }>();
  const refused = new Set<string>();
  const asKnown = (user: string) => sha1(user.trim().toLowerCase());

  function check({ headers, body }: FakeCall): void {
    const seal = createHmac('sha512', SECRETS.seal).update(body).digest('base64');
    const isSealed = headers['x-oddity-seal'] === `seal ${seal}`;
    if (!isSealed || headers['x-oddity-tenant'] !== SECRETS.tenant) throw new SealBroken();
  }

  function groupAt(path: string) {
    const ref = decodeURIComponent(path.split('/')[3] ?? '');
    const group = groups.get(ref);
    if (group === undefined) throw new RuleBroken('the group is unknown', { status: 404 });
    return group;
  }

  function change(rows: readonly string[], apply: (hash: string) => void) {
    if (rows.length > 40) throw new RuleBroken('more than 40 rows', { status: 413 });
    const bad = rows.flatMap((hash, row) => (refused.has(hash) ? [{ row, why: 'NOPE' }] : []));
    for (const hash of rows) {
      if (!/^[0-9a-f]{40}$/.test(hash)) throw new RuleBroken('no SHA-1', { status: 400 });
      if (!refused.has(hash)) apply(hash);
    }
    return { status: 207, body: { bad } };
  }

  function handle(call: FakeCall) {
    try {
      check(call);
    } catch (error) {
      if (error instanceof SealBroken) return { status: 200, body: { verdict: 'SEAL_BROKEN' } };
      throw error;
    }
    if (call.body.length > 6_000) throw new RuleBroken('more than 6,000 bytes', { status: 413 });
    if (call.path === '/rpc/lookup') {
      const label = new URLSearchParams(call.body).get('label');
      const hits = [...groups].map(([ref, group]) => ({ ref, label: group.label }));
      return { status: 200, body: { hits: hits.filter((hit) => hit.label === label) } };
    }
    if (call.path === '/rpc/open') return open(JSON.parse(call.body) as Opening);
    const { members } = groupAt(call.path);
    if (call.path.endsWith('/out')) {
      const rows = (call.query.get('hashes') ?? '').split('|');
      return change(rows, (hash) => members.delete(hash));
    }
    const [days, ...rows] = call.body.split('\n');
    if (days !== 'days=2') throw new RuleBroken('the days are missing', { status: 400 });
    return change(
      rows.map((row) => row.split(';', 1)[0] ?? ''),
      (hash) => members.add(hash),
    );
  }

  function open({ market, label }: Opening) {
    if (market !== 'DE') throw new RuleBroken('the market is wrong', { status: 400 });
    const known = [...groups].find(([, group]) => group.label === label)?.[0];
    const ref = known ?? `g/${groups.size + 1}`;
    if (known === undefined) groups.set(ref, { label, members: new Set() });
    return { status: 201, headers: { 'x-oddity-ref': ref } };
  }

  const server = await startFakeServer(handle);
  return {
    settings: {
      baseUrl: `${server.url}/rpc`,
      credentials: () => Promise.resolve(JSON.stringify(SECRETS)),
      options: { market: 'DE' },
    },
    create: (settings) =>
      createHttpDestination(parseDescription(description, 'oddity.json'), settings),
    thirdParty: {
      members: (segment) => Promise.resolve([...(groups.get(segment)?.members ?? [])]),
      asKnown,
      violations: () => server.violations,
      failNext: (mishap, times) => {
        server.failNext(mishap, times);
      },
      refuseUser: (user) => {
        refused.add(asKnown(user));
      },
      close: () => server.close(),
    },
  };
}

interface Opening {
  readonly market: string;
  readonly label: string;
}

class SealBroken extends Error {}

function sha1(text: string): string {
  return createHash('sha1').update(text, 'utf8').digest('hex');
}

await destinationContract('a platform known by its description alone', startOddity);
