import { createHash } from 'node:crypto';
import { z } from 'zod';

const NORMALIZATIONS = {
  trim: (text: string) => text.trim(),
  'lower-case': (text: string) => text.toLowerCase(),
} as const;

const HASHES = {
  'sha256-hex': { algorithm: 'sha256', encoding: 'hex', looksHashed: /^[0-9a-f]{64}$/i },
  'sha256-base64': { algorithm: 'sha256', encoding: 'base64', looksHashed: /^[A-Za-z0-9+/]{43}=$/ },
  'sha1-hex': { algorithm: 'sha1', encoding: 'hex', looksHashed: /^[0-9a-f]{40}$/i },
  'md5-hex': { algorithm: 'md5', encoding: 'hex', looksHashed: /^[0-9a-f]{32}$/i },
} as const;

/** How the id of a user is written for a third party. */
export const identifierSchema = z.strictObject({
  normalize: z
    .array(z.enum(['trim', 'lower-case']))
    .readonly()
    .default([])
    .describe('What is done to an id first, in this order.'),
  hash: z
    .enum(['sha256-hex', 'sha256-base64', 'sha1-hex', 'md5-hex'])
    .exactOptional()
    .describe('What is sent instead of the id.'),
  alreadyHashed: z
    .enum(['keep', 'hash-again'])
    .default('keep')
    .describe('What becomes of an id that looks like such a hash already.'),
  maxLength: z
    .int()
    .positive()
    .exactOptional()
    .describe('Characters (UTF-16 units) of what is sent; a longer id is rejected by us.'),
});

export type IdentifierRules = Readonly<z.infer<typeof identifierSchema>>;

/** An id as the third party wants it, or why there is none; the reason names nobody. */
export type Identifier = { readonly text: string } | { readonly problem: string };

/** Writes the id of a user as `rules` say: normalized first, then hashed. */
export function writeIdentifier(user: string, rules: IdentifierRules): Identifier {
  const { normalize, hash, alreadyHashed, maxLength = Infinity } = rules;
  const kept = hash !== undefined && alreadyHashed === 'keep' ? hashIn(user, hash) : undefined;
  const normal = normalize.reduce((text, step) => NORMALIZATIONS[step](text), user);
  if (normal === '') return { problem: 'nothing is left of its id' };
  const text = kept ?? (hash === undefined ? normal : hashOf(normal, hash));
  if (text.length > maxLength) return { problem: `its id is longer than ${maxLength}` };
  return { text };
}

/** The hash that stands there already. Asked before normalizing, which base64 does not survive. */
function hashIn(user: string, name: keyof typeof HASHES): string | undefined {
  const { encoding, looksHashed } = HASHES[name];
  const text = user.trim();
  if (!looksHashed.test(text)) return undefined;
  return encoding === 'hex' ? text.toLowerCase() : text;
}

function hashOf(text: string, name: keyof typeof HASHES): string {
  const { algorithm, encoding } = HASHES[name];
  return createHash(algorithm).update(text, 'utf8').digest(encoding);
}
