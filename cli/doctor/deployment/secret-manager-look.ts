import { SecretManagerServiceClient } from '@google-cloud/secret-manager';
import { boundedCall } from '../../../shared/bounded-call.ts';
import { SecretText } from '../../../shared/secret-text.ts';
import { textOfSecret } from '../../../shared/secrets/secret-payload.ts';
import type { Looked } from '../looked.ts';
import { look, LOOK_TIMEOUT_MS } from './google-call.ts';
import type { SecretFacts } from './secret-facts.ts';

/** Beyond two, which the relay accepts, nobody need know how many. */
const MAX_VERSIONS = 3;

export type SecretManagerOptions = ConstructorParameters<typeof SecretManagerServiceClient>[0];

export interface SecretManagerLook {
  /** @param name `projects/P/secrets/S` */
  secret(name: string): Promise<Looked<SecretFacts>>;
  close(): Promise<void>;
}

/** Looks at secrets: how many versions are enabled, and the value of the newest. */
export function createSecretManagerLook(options: SecretManagerOptions): SecretManagerLook {
  const client = new SecretManagerServiceClient(options);
  const bounded = boundedCall(LOOK_TIMEOUT_MS);

  const versionsOf = async (parent: string): Promise<string[]> => {
    const [versions] = await client.listSecretVersions(
      { parent, filter: 'state:ENABLED', pageSize: MAX_VERSIONS },
      { ...bounded, autoPaginate: false },
    );
    return versions.flatMap(({ name }) => name ?? []);
  };
  const valueOf = async (name: string): Promise<SecretText> => {
    const [version] = await client.accessSecretVersion({ name }, bounded);
    return new SecretText(textOfSecret(Buffer.from((version.payload?.data ?? '') as Uint8Array)));
  };

  return {
    secret: async (name) => {
      const versions = await look(versionsOf(name));
      if (versions.kind !== 'found') return versions;
      const [newest] = versions.value;
      const facts = { name, enabledVersions: versions.value.length };
      if (newest === undefined) return { kind: 'found', value: facts };
      return { kind: 'found', value: { ...facts, newest: await look(valueOf(newest)) } };
    },
    close: () => client.close(),
  };
}
