/** Every text that would give credentials away: the whole, its parts, and how they are encoded. */
export function secretsIn(credentials: string): string[] {
  const parts = [credentials, ...partsOf(credentials)].filter(({ length }) => length > 0);
  const encoded = parts.flatMap((part) => [
    part,
    encodeURIComponent(part),
    new URLSearchParams([['', part]]).toString().slice(1),
    JSON.stringify(part).slice(1, -1),
    Buffer.from(part, 'utf8').toString('base64'),
    Buffer.from(part, 'utf8').toString('base64url'),
  ]);
  // A longer one may hold a shorter one.
  return [...new Set(encoded)].sort((one, other) => other.length - one.length);
}

function partsOf(credentials: string): string[] {
  const named = jsonTexts(credentials);
  if (named.length > 0) return named.flatMap((text) => [text, ...halves(text)]);
  return halves(credentials);
}

/** `user:password`, also percent-encoded for OAuth. */
function halves(text: string): string[] {
  const colon = text.indexOf(':');
  if (colon === -1) return [];
  const [user, password] = [text.slice(0, colon), text.slice(colon + 1)];
  return [user, password, `${encodeURIComponent(user)}:${encodeURIComponent(password)}`];
}

function jsonTexts(text: string): string[] {
  try {
    const value: unknown = JSON.parse(text);
    const values = typeof value === 'object' && value !== null ? Object.values(value) : [];
    return values.filter((item) => typeof item === 'string');
  } catch {
    // Credentials need not be JSON.
    return [];
  }
}
