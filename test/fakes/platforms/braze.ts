import { z } from 'zod';
import { bodyOf, partyAt, type Vendor } from './described.ts';
import { RuleBroken, startFakeServer, type FakeAnswer, type FakeCall } from './fake-server.ts';

const PARTNER = 'mapp';
const KEYS = {
  partner_api_key: '123456-1234-1234-12345678',
  client_secret: '234567-2345-23456789',
};

const keys = { partner_api_key: z.string(), client_secret: z.string() };
const naming = z.strictObject({
  ...keys,
  cohort_id: z.string().min(1),
  name: z.string().min(1),
  created_at: z.iso.datetime({ offset: true }),
});
const changes = z.strictObject({
  ...keys,
  cohort_id: z.string().min(1),
  cohort_changes: z
    .array(
      z.strictObject({
        user_ids: z.array(z.string().min(1)).min(1),
        should_remove: z.boolean().default(false),
      }),
    )
    .min(1)
    .refine((list) => list.flatMap(({ user_ids }) => user_ids).length <= 1_000, {
      error: 'Only 1,000 user_ids, device_ids, and aliases are allowed per request',
    }),
});

/** Braze's cohort import for partners. Cohorts are known by our ids; users by their external ids. */
export async function startBraze(): Promise<Vendor & Braze> {
  const cohorts = new Map<string, { name: string; members: Set<string> }>();
  const strangers = new Set<string>();

  function handle(call: FakeCall): FakeAnswer {
    const isPost = call.method === 'POST';
    if (isPost && call.path === `/partners/${PARTNER}/cohorts`) return name(call);
    if (isPost && call.path === `/partners/${PARTNER}/cohorts/users`) return change(call);
    throw new RuleBroken(`${call.method} ${call.path}`, brazeError(404, 'Not found'));
  }

  function name(call: FakeCall): FakeAnswer {
    const body = bodyOf(call, naming, badRequest);
    const unknown = unauthorized(body);
    if (unknown !== undefined) return unknown;
    const members = cohorts.get(body.cohort_id)?.members ?? new Set();
    cohorts.set(body.cohort_id, { name: body.name, members });
    return SUCCESS;
  }

  function change(call: FakeCall): FakeAnswer {
    if (Buffer.byteLength(call.body) > 4_000_000) {
      throw new RuleBroken('more than 4 MB', brazeError(413, 'Request entity too large'));
    }
    const body = bodyOf(call, changes, badRequest);
    const unknown = unauthorized(body);
    if (unknown !== undefined) return unknown;
    const cohort = cohorts.get(body.cohort_id);
    if (cohort === undefined) {
      throw new RuleBroken('the cohort has no name yet', badRequest('cohort_id is unknown'));
    }
    for (const { user_ids, should_remove } of body.cohort_changes) {
      // Who has no profile is ignored, without a word.
      for (const id of user_ids.filter((id) => !strangers.has(id))) {
        if (should_remove) cohort.members.delete(id);
        else cohort.members.add(id);
      }
    }
    return SUCCESS;
  }

  const server = await startFakeServer(handle);
  return {
    ...partyAt(server),
    url: server.url,
    credentials: JSON.stringify(KEYS),
    options: { partner: PARTNER },
    members: (segment) => Promise.resolve([...(cohorts.get(segment)?.members ?? [])].sort()),
    asKnown: (user) => user,
    nameOf: (segment) => cohorts.get(segment)?.name,
    deleteProfile: (user) => void strangers.add(user),
  };
}

interface Braze {
  /** What people read in the dashboard. */
  nameOf(segment: string): string | undefined;
  /** A user whom Braze does not know. */
  deleteProfile(user: string): void;
}

const SUCCESS: FakeAnswer = { status: 201, body: { message: 'success' } };

function brazeError(status: number, message: string): FakeAnswer {
  return { status, body: { message } };
}

function badRequest(problem: string): FakeAnswer {
  return brazeError(400, problem);
}

function unauthorized(body: typeof KEYS): FakeAnswer | undefined {
  if (body.partner_api_key !== KEYS.partner_api_key) {
    return brazeError(401, 'Invalid Partner API key');
  }
  return body.client_secret === KEYS.client_secret
    ? undefined
    : brazeError(401, 'Invalid client secret');
}
