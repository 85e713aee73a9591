import { SecretText } from '../../shared/secret-text.ts';
import { createEnvironmentSecret } from '../../shared/secrets/environment-secret.ts';
import { createSecretManagerSecret } from '../../shared/secrets/secret-manager-secret.ts';
import { startSecretManager } from '../fakes/secret-manager.ts';
import { secretsContract } from './secrets.contract.ts';

secretsContract('environment secret', (values) =>
  Promise.resolve({
    secret: createEnvironmentSecret(values.map((value) => new SecretText(value))),
    close: () => Promise.resolve(),
  }),
);

secretsContract('Secret Manager secret', async (values) => {
  const fake = await startSecretManager(...values.toReversed());
  return {
    secret: createSecretManagerSecret({
      name: fake.secret,
      baseUrl: fake.url,
      // Every refresh reads again.
      minRefreshIntervalMs: 0,
      onRefreshFailure: (error) => {
        throw error;
      },
    }),
    close: () => {
      fake.close();
      return Promise.resolve();
    },
  };
});
