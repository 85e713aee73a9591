import { z } from 'zod';
import { bodyOf, EMAIL_HASH, hashOfEmail, partyAt, type Vendor } from './described.ts';
import { startFakeServer, type FakeAnswer, type FakeCall } from './fake-server.ts';
import { broken, invalidParameter, metaError, MISHAPS } from './meta-errors.ts';

const ACCOUNT = '1234567890';
const TOKEN = 'EAAB-fake-system-user-token';
/** Graph API lists so many when it is not asked for more. */
const USUAL_PAGE = 25;

interface Audience {
  readonly id: string;
  readonly name: string;
  readonly description: string | undefined;
  readonly members: Set<string>;
}

const creation = z.strictObject({
  name: z.string().min(1),
  subtype: z.literal('CUSTOM'),
  description: z.string().exactOptional(),
  customer_file_source: z.enum([
    'USER_PROVIDED_ONLY',
    'PARTNER_PROVIDED_ONLY',
    'BOTH_USER_AND_PARTNER_PROVIDED',
  ]),
});
const filtering = z.array(
  z.strictObject({ field: z.literal('name'), operator: z.literal('EQUAL'), value: z.string() }),
);
const change = z.strictObject({
  payload: z.strictObject({
    schema: z.enum(['EMAIL_SHA256', 'PHONE_SHA256']),
    data: z.array(z.string().regex(EMAIL_HASH)).min(1).max(10_000),
  }),
});

/** Meta's Marketing API: custom audiences of one ad account. */
export async function startMeta(): Promise<Vendor & Meta> {
  const audiences = new Map<string, Audience>();
  const invalid = new Set<string>();
  let refusal: string | undefined;

  function handle(call: FakeCall): FakeAnswer {
    if (call.headers.authorization !== `Bearer ${TOKEN}`) {
      return metaError({ code: 190, message: 'Invalid OAuth access token' });
    }
    const [, version, node = '', edge] = call.path.split('/');
    if (version !== 'v25.0') throw broken('the version of the API is missing', 2635);
    const ofAccount = node === `act_${ACCOUNT}` && edge === 'customaudiences';
    if (ofAccount && call.method === 'GET') return list(call.query);
    if (ofAccount && call.method === 'POST') return create(call);
    const audience = audiences.get(node);
    if (audience === undefined || edge !== 'users') {
      return metaError({ code: 100, error_subcode: 33, message: 'Unsupported request' });
    }
    if (call.method === 'POST') return apply(call, (id) => audience.members.add(id));
    if (call.method === 'DELETE') return apply(call, (id) => audience.members.delete(id));
    throw broken(`${call.method} ${call.path}`);
  }

  function list(query: URLSearchParams): FakeAnswer {
    const fields = (query.get('fields') ?? 'id').split(',');
    const names = nameFilter(query.get('filtering'));
    const found = [...audiences.values()].filter(({ name }) => names?.includes(name) !== false);
    const page = found.slice(0, Number(query.get('limit') ?? USUAL_PAGE));
    const data = page.map((audience) =>
      Object.fromEntries(Object.entries(audience).filter(([name]) => fields.includes(name))),
    );
    return { status: 200, body: { data, paging: {} } };
  }

  function create(call: FakeCall): FakeAnswer {
    const { name, description } = bodyOf(call, creation, invalidParameter);
    if (refusal !== undefined) {
      const message = '(#2655) Terms of service has not been accepted';
      return metaError({ code: 2655, message, error_user_msg: refusal });
    }
    const id = String(23850000000000000n + BigInt(audiences.size));
    audiences.set(id, { id, name, description, members: new Set() });
    return { status: 200, body: { id } };
  }

  function apply(call: FakeCall, applyOne: (id: string) => void): FakeAnswer {
    const { data } = bodyOf(call, change, invalidParameter).payload;
    const taken = data.filter((id) => !invalid.has(id));
    for (const id of taken) applyOne(id);
    const count = data.length - taken.length;
    const body = { num_received: data.length, num_invalid_entries: count };
    return { status: 200, body: { audience_id: '1', session_id: '9', ...body } };
  }

  const server = await startFakeServer(handle, MISHAPS);
  return {
    ...partyAt(server),
    url: server.url,
    credentials: TOKEN,
    options: { adAccountId: ACCOUNT },
    members: (segment) => Promise.resolve([...(audiences.get(segment)?.members ?? [])].sort()),
    asKnown: hashOfEmail,
    refuseUser: (user) => {
      invalid.add(hashOfEmail(user));
    },
    refuseAudiences: (words) => {
      refusal = words;
    },
    forget: (segment) => {
      audiences.delete(segment);
    },
  };
}

/** The names that a filter lets through; undefined: all. */
function nameFilter(text: string | null): readonly string[] | undefined {
  if (text === null) return undefined;
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw broken('the filter is no JSON');
  }
  const { data } = filtering.safeParse(json);
  if (data === undefined) throw broken('the filter is none that is known to work');
  return data.map(({ value }) => value);
}

interface Meta {
  /** From now on no audience is created, for these reasons. */
  refuseAudiences(words: string): void;
  /** Somebody deletes an audience. */
  forget(segment: string): void;
}
