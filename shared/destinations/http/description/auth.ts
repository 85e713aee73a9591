/** The part of a description that says how calls are authenticated. */
import { z } from 'zod';
import { BASE_URL_RULE, isBaseUrl } from '../../../http/base-url.ts';

const credential = z
  .string()
  .exactOptional()
  .describe('Which of the named credentials. Without it: the whole of DESTINATION_CREDENTIALS.');
export const headerName = z.string().regex(/^[A-Za-z0-9-]{1,60}$/, 'is no name of a header');

export const authSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('none') }),
  z.strictObject({ type: z.literal('basic').describe('user:password'), credential }),
  z.strictObject({ type: z.literal('bearer').describe('A token'), credential }),
  z.strictObject({
    type: z.literal('api-key').describe('A key in a header'),
    header: headerName,
    prefix: z.string().default(''),
    credential,
  }),
  z.strictObject({
    type: z.literal('api-key-in-query').describe('A key in the query'),
    name: z.string().min(1),
    credential,
  }),
  z.strictObject({
    type: z.literal('hmac').describe('A header with the HMAC of the body'),
    header: headerName,
    algorithm: z.enum(['sha256', 'sha512', 'sha1']),
    encoding: z.enum(['hex', 'base64']),
    prefix: z.string().default(''),
    credential,
  }),
  z.strictObject({
    type: z
      .literal('oauth2-client-credentials')
      .describe('A bearer token for client_id:client_secret (RFC 6749, section 4.4)'),
    tokenUrl: z.string().refine((text) => isBaseUrl(text) || /^\/(?!\/)/.test(text), {
      error: `${BASE_URL_RULE}, or a path behind baseUrl`,
    }),
    scope: z.string().exactOptional(),
    /** Fields that this third party wants besides, such as `audience`. */
    parameters: z.record(z.string(), z.string()).default({}),
    clientAuth: z.enum(['basic', 'body']).default('basic'),
    credential,
  }),
]);

export type AuthDescription = z.infer<typeof authSchema>;
