/** The composition root of the laptop: all functions and Pangolins in one process. */
import type { Server } from 'node:http';
import { createIntakeHandler } from '../../functions/intake/handler.ts';
import { intakeSettings } from '../../functions/intake/settings.ts';
import { createUserSyncHandler } from '../../functions/user-sync/handler.ts';
import { userSyncSettings } from '../../functions/user-sync/settings.ts';
import type { Config } from '../../shared/config.ts';
import { leaseFor } from '../../shared/delivery/drain.ts';
import { createDrainedDelivery } from '../../shared/delivery/drained-delivery.ts';
import { sendAnswer, type HttpHandler } from '../../shared/http/answer.ts';
import { trackRequests } from '../../shared/http/drain.ts';
import { listenLocally } from '../../shared/http/listen.ts';
import { logDrainFinished, logIgnoredSettings } from '../../shared/log-events.ts';
import type { Logger } from '../../shared/logger.ts';
import { createEnvironmentSecret } from '../../shared/secrets/environment-secret.ts';
import { chooseDestinations, createDestinations, type ChosenDestinations } from './destinations.ts';
import { audienceOperationsOf, closeForward, createForward, operationsOf } from './forwards.ts';
import { createOperatorApi, isOperatorPath } from './operator-api.ts';
import { startPangolins, type Pangolins } from './pangolins.ts';
import { embeddedQueueParts, pubsubQueueParts, type QueueOptions } from './queue-parts.ts';
import { newRun, type Run } from './run.ts';

/** All of a stop; what npm and a busy machine add to it stays within five seconds. */
const STOP_TIMEOUT_MS = 3_500;
/** CREATE_AUDIENCE may wait 2.5 s for its segment. */
const REQUESTS_TIMEOUT_MS = 2_700;

export interface LocalStack {
  readonly intakeUrl: string;
  /** Of the first Pangolin. */
  readonly pangolinUrl: string;
  /** By the ids of the destinations that they are the platforms of. */
  readonly pangolinUrls: ReadonlyMap<string, string>;
  /** Ids of the destinations; the first is the one that intake looks at. */
  readonly destinations: readonly string[];
  /** What its topics, subscriptions and collection in emulators are named after. */
  readonly runName: string;
  /** Finishes what is under way and ends everything. */
  stop(): Promise<void>;
}

/**
 * Starts intake, a forward for each destination, user-sync and the Pangolins. Resolves when all are
 * ready.
 * @throws ConfigurationError, or Error of Node when a port is in use.
 */
export async function startLocalStack(
  config: Config<'localStack'>,
  log: Logger,
  options: QueueOptions = {},
): Promise<LocalStack> {
  const chosen = chooseDestinations(config);
  const pangolins = await startPangolins(chosen.pangolins, config.PANGOLIN_PORT);
  try {
    return await startParts(config, log, { chosen, pangolins, options });
  } catch (error) {
    await pangolins.close();
    throw error;
  }
}

interface GivenParts {
  readonly chosen: ChosenDestinations;
  readonly pangolins: Pangolins;
  readonly options: QueueOptions;
}

async function startParts(
  config: Config<'localStack'>,
  log: Logger,
  { chosen, pangolins, options }: GivenParts,
): Promise<LocalStack> {
  const [destination, ...others] = createDestinations(chosen, pangolins.urls, config);
  const run = newRun();
  logIgnoredSettings(log, config);
  const queue = createQueueParts(config, log, { run, options });
  const parts = { config, run, queue, log };
  const first = createForward(destination, parts);
  const forwards = [first, ...others.map((other) => createForward(other, parts))] as const;
  for (const forward of forwards) {
    const { crashStore, destination } = forward;
    await queue.attach(leaseFor(destination.capabilities.callTimeoutMs), (consumer) =>
      createDrainedDelivery(forward, { consumer, crashStore, maxBytes: config.MAX_PENDING_BYTES }),
    );
  }

  const intake = createIntakeHandler({
    hmacSecret: createEnvironmentSecret(config.HMAC_SECRETS),
    basicAuth: config.BASIC_AUTH && createEnvironmentSecret([config.BASIC_AUTH]),
    publisher: queue.publisher,
    audienceMap: first.audienceMap,
    log,
    settings: intakeSettings(config),
  });
  const syncSecret = config.SYNC_SECRETS && createEnvironmentSecret(config.SYNC_SECRETS);
  const userSync = createUserSyncHandler({ settings: userSyncSettings(config, syncSecret), log });
  const operatorApi = createOperatorApi({
    operations: operationsOf(forwards, parts),
    audiences: audienceOperationsOf(forwards, parts),
    secret: config.HMAC_SECRETS[0]?.reveal() ?? '',
    log,
  });
  const handler = route({ intake, userSync, operatorApi });
  const { server, url } = await listenLocally(handler, config.PORT);
  pangolins.playDmpAt({
    url,
    secret: config.HMAC_SECRETS[0]?.reveal() ?? '',
    basicAuth: config.BASIC_AUTH?.reveal(),
  });

  return {
    intakeUrl: url,
    pangolinUrl: pangolins.firstUrl,
    pangolinUrls: pangolins.urls,
    destinations: chosen.ids,
    runName: run.name,
    stop: stopper(server, log, async (deadline) => {
      const undelivered = await queue.stop(deadline - Date.now());
      await Promise.all([...forwards.map(closeForward), pangolins.close()]);
      return undelivered;
    }),
  };
}

function createQueueParts(
  config: Config<'localStack'>,
  log: Logger,
  { run, options }: { run: Run; options: QueueOptions },
) {
  const { PUBSUB_EMULATOR_HOST: emulatorHost } = config;
  if (emulatorHost === undefined) return embeddedQueueParts(log, options);
  return pubsubQueueParts(run, {
    ...options,
    log,
    emulatorHost,
    publishTimeoutMs: config.PUBLISH_TIMEOUT_MS,
    maxPendingBytes: config.MAX_PENDING_BYTES,
  });
}

/** It listens only when all parts are ready, so `/healthz` need not ask them. */
function route(handlers: Record<'intake' | 'userSync' | 'operatorApi', HttpHandler>): HttpHandler {
  return async (request, response) => {
    const path = request.url?.split('?', 1)[0];
    if (path === '/healthz') sendAnswer(response, { status: 200, body: { status: 'ok' } });
    else if (path === '/sync') await handlers.userSync(request, response);
    else if (isOperatorPath(path ?? '')) await handlers.operatorApi(request, response);
    else await handlers.intake(request, response);
  };
}

function stopper(
  server: Server,
  log: Logger,
  stopParts: (deadline: number) => Promise<number | undefined>,
) {
  const drain = trackRequests(server);
  return async () => {
    const startedAt = Date.now();
    const abandonedRequests = await drain(REQUESTS_TIMEOUT_MS);
    const undeliveredMessages = await stopParts(startedAt + STOP_TIMEOUT_MS);
    const durationMs = Date.now() - startedAt;
    logDrainFinished(log, { durationMs, abandonedRequests, undeliveredMessages });
  };
}
