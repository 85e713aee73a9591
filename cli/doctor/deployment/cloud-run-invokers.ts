import { z } from 'zod';
import { sendRequest } from '../../../shared/destinations/send-request.ts';
import type { Looked } from '../looked.ts';
import { LOOK_TIMEOUT_MS } from './google-call.ts';
import type { Binding } from './binding.ts';

export const CLOUD_RUN_URL = 'https://run.googleapis.com';

const policy = z.object({
  bindings: z
    .array(
      z.object({
        role: z.string(),
        members: z.array(z.string()).default([]),
        condition: z.unknown().optional(),
      }),
    )
    .default([]),
});

export interface InvokersRequest {
  /** `projects/P/locations/R/services/S` */
  readonly service: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly baseUrl: string;
}

/** Who is granted what on a Cloud Run service itself; what the project grants is not in it. */
export async function lookAtBindings(request: InvokersRequest): Promise<Looked<Binding[]>> {
  const { service, headers, baseUrl } = request;
  const url = new URL(`${baseUrl}/v2/${service}:getIamPolicy`);
  // Older versions of a policy leave conditions out.
  url.searchParams.set('options.requestedPolicyVersion', '3');
  const call = { method: 'GET', url, headers };
  const reply = await sendRequest(call, { timeoutMs: LOOK_TIMEOUT_MS });
  if (reply.kind === 'unanswered') return { kind: 'unanswered', reason: reply.reason };
  if (reply.status === 404) return { kind: 'missing' };
  if (reply.status === 401) return { kind: 'unknown-caller' };
  if (reply.status === 403 && !reply.body.includes('SERVICE_DISABLED'))
    return { kind: 'forbidden' };
  const bindings = reply.status === 200 ? bindingsIn(reply.body) : undefined;
  if (bindings === undefined) return { kind: 'unanswered', reason: `answered ${reply.status}` };
  return { kind: 'found', value: bindings };
}

function bindingsIn(body: string): Binding[] | undefined {
  try {
    const { data } = policy.safeParse(JSON.parse(body));
    return data?.bindings.map(({ role, members, condition }) => ({
      role,
      members,
      isConditional: condition !== undefined,
    }));
  } catch {
    // Something else answers there.
    return undefined;
  }
}
