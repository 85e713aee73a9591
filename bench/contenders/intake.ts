/**
 * Our intake as it is deployed: behind the functions framework, its handler in place of Express. What
 * differs is the queue: `embedded`, whose messages are acknowledged at once, or `pubsub`, the emulator.
 *
 *     node intake.ts embedded|pubsub [folder of another checkout]
 */
import { join } from 'node:path';
import { getTestServer } from '@google-cloud/functions-framework/testing';
import type * as Handler from '../../functions/intake/handler.ts';
import type * as Settings from '../../functions/intake/settings.ts';
import type * as EmbeddedMap from '../../shared/audience-map/embedded-audience-map.ts';
import type * as ConfigModule from '../../shared/config.ts';
import type * as Framework from '../../shared/http/functions-framework.ts';
import type * as LoggerModule from '../../shared/logger.ts';
import type * as EmbeddedQueue from '../../shared/queue/embedded-queue.ts';
import type * as PubSubQueue from '../../shared/queue/pubsub-queue.ts';
import type * as EnvironmentSecret from '../../shared/secrets/environment-secret.ts';
import { SECRET } from '../micro-batch.ts';
import { countingPublisher } from './counting-publisher.ts';
import { serve } from './serve.ts';

const [queue = 'embedded', root = join(import.meta.dirname, '../..')] = process.argv.slice(2);

/** A module of the checkout that is measured, with the types of this one. */
function load<Module>(path: string): Promise<Module> {
  return import(join(root, path)) as Promise<Module>;
}

const { environment, readConfig } = await load<typeof ConfigModule>('shared/config.ts');
const { createLogger } = await load<typeof LoggerModule>('shared/logger.ts');
const { registerFunction } = await load<typeof Framework>('shared/http/functions-framework.ts');
const { createIntakeHandler } = await load<typeof Handler>('functions/intake/handler.ts');
const { intakeSettings } = await load<typeof Settings>('functions/intake/settings.ts');
const { createEnvironmentSecret } = await load<typeof EnvironmentSecret>(
  'shared/secrets/environment-secret.ts',
);
const { createEmbeddedAudienceMap } = await load<typeof EmbeddedMap>(
  'shared/audience-map/embedded-audience-map.ts',
);

const config = readConfig('localStack', { ...environment, HMAC_SECRETS: SECRET });
const log = createLogger(config.LOG_LEVEL);
const counts = { messages: 0, messageBytes: 0 };
const publisher = await (queue === 'embedded' ? embeddedQueue() : pubsubQueue());

registerFunction({
  name: 'diy',
  log,
  handler: createIntakeHandler({
    hmacSecret: createEnvironmentSecret(config.HMAC_SECRETS),
    basicAuth: undefined,
    publisher: countingPublisher(publisher, counts),
    audienceMap: createEmbeddedAudienceMap(),
    log,
    settings: intakeSettings(config),
  }),
  close: () => publisher.close(),
});
serve(getTestServer('diy'), counts);

async function embeddedQueue() {
  const path = 'shared/queue/embedded-queue.ts';
  const { createEmbeddedQueue } = await load<typeof EmbeddedQueue>(path);
  const embedded = createEmbeddedQueue();
  const consumer = embedded.subscribe(acknowledgeSoon).createConsumer(60_000);
  let isPlanned = false;
  return embedded;

  /** Everything that was published in a turn of the event loop, at once. */
  function acknowledgeSoon(): void {
    if (isPlanned) return;
    isPlanned = true;
    setImmediate(() => {
      isPlanned = false;
      void consumer
        .pull({ maxMessages: 1_000, maxBytes: 100_000_000 })
        .then((batches) => consumer.acknowledge(batches.flatMap(({ messages }) => messages)));
    });
  }
}

async function pubsubQueue() {
  const path = 'shared/queue/pubsub-queue.ts';
  const { createPubSubPublisher } = await load<typeof PubSubQueue>(path);
  const { GOOGLE_CLOUD_PROJECT: projectId = '', TOPIC: topic = '' } = environment;
  const { PUBLISH_TIMEOUT_MS: timeoutMs, PUBSUB_EMULATOR_HOST: emulatorHost } = config;
  return createPubSubPublisher({ projectId, topic, timeoutMs, emulatorHost });
}
