import { RequestError } from '../../shared/errors.ts';
import { isSignature, verifySignature } from '../../shared/mapp/signature.ts';
import type { SyncQuery } from '../../shared/mapp/user-sync.ts';
import { acceptedBy } from '../../shared/secrets/accepted-by.ts';
import type { Secret } from '../../shared/secrets/secrets.ts';

/** Our own scheme: that of Mapp's signed syncing is not public. */
export interface SigningRule {
  readonly secret: Secret;
  /** The parameter that carries the signature, beside `out`. */
  readonly signatureName: string;
  /** The parameters that are signed, in this order; `out` among them. */
  readonly signedParameters: readonly string[];
}

/**
 * Demands a signature over the sync URL: lower- or upper-case hexadecimal HMAC-SHA1 of the signed
 * parameters' values, decoded, joined by line feeds; a missing one is empty.
 * @throws RequestError SIGNATURE_INVALID (401), PlatformError SECRET_UNAVAILABLE
 */
export async function requireSignedSync(query: SyncQuery, rule: SigningRule): Promise<void> {
  const { secret, signatureName, signedParameters } = rule;
  const { out = '', parameters } = query;
  const signature = parameters.get(signatureName) ?? '';
  const values = signedParameters.map(
    (name) => (name === 'out' ? out : parameters.get(name)) ?? '',
  );
  // A line feed inside of a value would let it pass for two.
  const isClear = values.every((value) => !value.includes('\n'));
  const text = Buffer.from(values.join('\n'));
  const matches = (keys: readonly string[]) => verifySignature(text, signature, keys);

  if (isClear && isSignature(signature) && (await acceptedBy(secret, matches))) return;
  const error = `${signatureName}: is missing or does not match; sign ${signedParameters.join(', ')} with HMAC-SHA1 and the shared secret, in hexadecimal, and put it before out`;
  throw new RequestError('SIGNATURE_INVALID', 401, error);
}
