import type { Secret } from './secrets.ts';

/**
 * Whether one of a secret's values is accepted by `matches`: the known ones are tried first and, after a
 * mismatch, those of a rotation since. Where `refresh` brings nothing new, `matches` is not asked again.
 * @throws PlatformError SECRET_UNAVAILABLE when no value was ever read and none can be
 */
export async function acceptedBy(
  secret: Secret,
  matches: (values: readonly string[]) => boolean,
): Promise<boolean> {
  const known = await secret.current();
  if (matches(known)) return true;
  const refreshed = await secret.refresh();
  return refreshed !== known && matches(refreshed);
}
