import { z } from 'zod';
import type { Looked } from '../looked.ts';
import type { Binding } from './binding.ts';
import { lookByRest, type RestRequest } from './rest-look.ts';

export const CLOUD_RUN_URL = 'https://run.googleapis.com';

const bindings = z
  .object({
    bindings: z
      .array(
        z.object({
          role: z.string(),
          members: z.array(z.string()).default([]),
          condition: z.unknown().optional(),
        }),
      )
      .default([]),
  })
  .transform((policy): Binding[] =>
    policy.bindings.map(({ role, members, condition }) => ({
      role,
      members,
      isConditional: condition !== undefined,
    })),
  );

const account = z
  .object({ template: z.object({ serviceAccount: z.string() }) })
  .transform(({ template }) => template.serviceAccount);

/** Reads who is granted what on a Cloud Run service itself; what the project grants is not in it. */
export function lookAtBindings({
  resource,
  headers,
  baseUrl,
}: RestRequest): Promise<Looked<Binding[]>> {
  const url = new URL(`${baseUrl}/v2/${resource}:getIamPolicy`);
  // Older versions of a policy leave conditions out.
  url.searchParams.set('options.requestedPolicyVersion', '3');
  return lookByRest(url, headers, bindings);
}

/** Reads the e-mail address of the account that a Cloud Run service runs as. */
export function lookAtAccount({
  resource,
  headers,
  baseUrl,
}: RestRequest): Promise<Looked<string>> {
  return lookByRest(new URL(`${baseUrl}/v2/${resource}`), headers, account);
}
