import type { SecretText } from '../secret-text.ts';
import type { Secret } from './secrets.ts';

/** A secret whose values were in the environment; it changes with the next deployment only. */
export function createEnvironmentSecret(versions: readonly SecretText[]): Secret {
  const values = versions.map((version) => version.reveal());
  return {
    current: () => Promise.resolve(values),
    refresh: () => Promise.resolve(values),
  };
}
