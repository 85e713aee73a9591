import { createHmac, timingSafeEqual } from 'node:crypto';

/**
 * The DMP's signature of a request body: lower-case hexadecimal HMAC-SHA1 of the raw bytes.
 *
 * Test vector: secret `local-secret`, body `{"Type":"VALIDATE"}` →
 * `4039d199c20adf3a475fa5e364125fefa150cd9f`. (The sample value in the vendor's document,
 * a94a8fe5…, is plain SHA1("test") and verifies nothing.)
 * Source: Mapp DIY integration, header X-HMAC (documented).
 */
export function signBody(body: Uint8Array | string, secret: string): string {
  return createHmac('sha1', secret).update(body).digest('hex');
}

/** Whether a header has the form of a signature: 40 hexadecimal digits, either case. */
export function isSignature(header: string): boolean {
  return /^[0-9a-f]{40}$/i.test(header);
}

/**
 * Whether `signature` (40 hex digits, either case) is that of `body` under one of `secrets`.
 * The comparison takes the same time wherever two signatures differ.
 */
export function verifySignature(
  body: Uint8Array,
  signature: string,
  secrets: readonly string[],
): boolean {
  if (!isSignature(signature)) return false;
  const given = Buffer.from(signature, 'hex');
  return secrets.some((secret) =>
    timingSafeEqual(given, createHmac('sha1', secret).update(body).digest()),
  );
}
