import { afterEach } from '@jest/globals';
import type { PlatformError } from '../../../shared/errors.ts';
import { createSecretManagerSecret } from '../../../shared/secrets/secret-manager-secret.ts';
import type { Secret } from '../../../shared/secrets/secrets.ts';
import { startSecretManager, type FakeSecretManager } from '../../fakes/secret-manager.ts';

export const MIN_REFRESH_INTERVAL_MS = 10_000;
export const MAX_AGE_MS = 300_000;

export interface SecretFromFake {
  readonly fake: FakeSecretManager;
  readonly secret: Secret;
  /** A clock that stands still until it is moved, in milliseconds. */
  readonly clock: { time: number };
  /** What onRefreshFailure was called with. */
  readonly failures: PlatformError[];
}

/** A file's way to a secret in a Secret Manager of its own, ended after each test. */
export function secretsFromFakes(): (...values: (string | Buffer)[]) => Promise<SecretFromFake> {
  const started: FakeSecretManager[] = [];
  afterEach(() => {
    for (const fake of started.splice(0)) fake.close();
  });

  return async (...oldestFirst) => {
    const fake = await startSecretManager(...oldestFirst);
    started.push(fake);
    const clock = { time: 0 };
    const failures: PlatformError[] = [];
    const secret = createSecretManagerSecret({
      name: fake.secret,
      baseUrl: fake.url,
      minRefreshIntervalMs: MIN_REFRESH_INTERVAL_MS,
      maxAgeMs: MAX_AGE_MS,
      onRefreshFailure: (error) => failures.push(error),
      now: () => clock.time,
    });
    return { fake, secret, clock, failures };
  };
}
