import type { IncomingHttpHeaders } from 'node:http';
import { RequestError } from '../../shared/errors.ts';
import { basicAuthMatches } from '../../shared/http/basic-auth.ts';
import { isSignature, verifySignature } from '../../shared/mapp/signature.ts';
import { acceptedBy } from '../../shared/secrets/accepted-by.ts';
import type { Secret } from '../../shared/secrets/secrets.ts';

/**
 * Demands Basic Auth where it is configured, of GET too.
 * @throws RequestError BASIC_AUTH_INVALID (401)
 */
export async function requireBasicAuth(
  { authorization }: IncomingHttpHeaders,
  credentials: Secret | undefined,
): Promise<void> {
  if (credentials === undefined) return;
  if (await acceptedBy(credentials, (values) => basicAuthMatches(authorization, values))) return;
  const fault = authorization === undefined ? 'is missing' : 'is wrong';
  const text = `Authorization: Basic Auth ${fault}; register the URL with its user and password`;
  throw new RequestError('BASIC_AUTH_INVALID', 401, text);
}

/**
 * Demands the DMP's signature over the raw bytes of the body.
 * @throws RequestError SIGNATURE_INVALID (401)
 */
export async function requireSignature(
  body: Uint8Array,
  header: string | string[] | undefined,
  secret: Secret,
): Promise<void> {
  if (typeof header !== 'string') {
    throw unsigned('is missing; sign the raw body with HMAC-SHA1 and send 40 hexadecimal digits');
  }
  if (!isSignature(header)) {
    throw unsigned('is not 40 hexadecimal digits; send the HMAC-SHA1 in hexadecimal, no prefix');
  }
  if (await acceptedBy(secret, (values) => verifySignature(body, header, values))) return;
  throw unsigned('does not match; check the shared secret, and sign the body byte for byte');
}

function unsigned(fault: string): RequestError {
  return new RequestError('SIGNATURE_INVALID', 401, `X-HMAC: the signature ${fault}`);
}
