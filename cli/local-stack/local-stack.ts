/** The composition root of the laptop: all functions and Pangolin in one process. */
import type { Server } from 'node:http';
import { createIntakeHandler } from '../../functions/intake/handler.ts';
import { intakeSettings } from '../../functions/intake/settings.ts';
import { createUserSyncHandler } from '../../functions/user-sync/handler.ts';
import { createEmbeddedAudienceMap } from '../../shared/audience-map/embedded-audience-map.ts';
import { createFirestoreAudienceMap } from '../../shared/audience-map/firestore-audience-map.ts';
import { createEmbeddedDeadMembers } from '../../shared/dead-letters/embedded-dead-members.ts';
import { createFirestoreDeadMembers } from '../../shared/dead-letters/firestore-dead-members.ts';
import { createDeadLetterOperations } from '../../shared/dead-letters/operations.ts';
import type { Config } from '../../shared/config.ts';
import { createDelivery } from '../../shared/delivery/delivery.ts';
import { createDestination } from '../../shared/destinations/registry.ts';
import { sendAnswer, type HttpHandler } from '../../shared/http/answer.ts';
import { trackRequests } from '../../shared/http/drain.ts';
import { listenLocally } from '../../shared/http/listen.ts';
import { logDrainFinished } from '../../shared/log-events.ts';
import type { Logger } from '../../shared/logger.ts';
import { MAPP_SYNC_HOSTS } from '../../shared/mapp/user-sync.ts';
import type { EmbeddedQueueOptions } from '../../shared/queue/embedded-queue.ts';
import { createEnvironmentSecret } from '../../shared/secrets/environment-secret.ts';
import { startPangolin, type Pangolin } from '../../test/pangolin/pangolin.ts';
import { createOperatorApi, OPERATOR_PATH } from './operator-api.ts';
import { embeddedQueueParts, pubsubQueueParts } from './queue-parts.ts';
import { LOCAL_PROJECT, newRun, type Run } from './run.ts';

/** All of a stop; what npm and a busy machine add to it stays within five seconds. */
const STOP_TIMEOUT_MS = 3_500;
/** CREATE_AUDIENCE may wait 2.5 s for its segment. */
const REQUESTS_TIMEOUT_MS = 2_700;

export interface LocalStack {
  readonly intakeUrl: string;
  readonly pangolinUrl: string;
  /** What its topics, subscriptions and collection in emulators are named after. */
  readonly runName: string;
  /** Finishes what is under way and ends everything. */
  stop(): Promise<void>;
}

/**
 * Starts intake, forward, user-sync and Pangolin. Resolves when all are ready.
 * @throws ConfigurationError, or Error of Node when a port is in use.
 */
export async function startLocalStack(
  config: Config<'localStack'>,
  log: Logger,
  embeddedQueue?: EmbeddedQueueOptions,
): Promise<LocalStack> {
  const pangolin = await startPangolin({ port: config.PANGOLIN_PORT });
  try {
    return await startParts(config, log, { pangolin, embeddedQueue });
  } catch (error) {
    await pangolin.close();
    throw error;
  }
}

async function startParts(
  config: Config<'localStack'>,
  log: Logger,
  {
    pangolin,
    embeddedQueue,
  }: { pangolin: Pangolin; embeddedQueue?: EmbeddedQueueOptions | undefined },
): Promise<LocalStack> {
  const run = newRun();
  const queue =
    config.PUBSUB_EMULATOR_HOST === undefined
      ? embeddedQueueParts(embeddedQueue)
      : pubsubQueueParts(run, {
          log,
          publishTimeoutMs: config.PUBLISH_TIMEOUT_MS,
          maxPendingBytes: config.MAX_PENDING_BYTES,
        });
  const { audienceMap, deadMembers } = createStores(config, run);

  await queue.attach(
    createDelivery({
      destination: createDestination(config.DESTINATION, {
        baseUrl: config.DESTINATION_BASE_URL ?? pangolin.url,
        credentials: () => Promise.resolve(config.DESTINATION_CREDENTIALS.reveal()),
      }),
      audienceMap,
      deadLetters: queue.deadLetters,
      deadMembers,
      unknownAudience: config.UNKNOWN_AUDIENCE,
      memberId: config.MEMBER_ID,
      retryWindowMs: config.RETRY_WINDOW_SECONDS * 1000,
      leaseMs: config.CREATE_LEASE_SECONDS * 1000,
      log,
    }),
  );

  const intake = createIntakeHandler({
    hmacSecret: createEnvironmentSecret(config.HMAC_SECRETS),
    basicAuth: config.BASIC_AUTH && createEnvironmentSecret([config.BASIC_AUTH]),
    publisher: queue.publisher,
    audienceMap,
    log,
    settings: intakeSettings(config),
  });
  const userSync = createUserSyncHandler({ allowedHosts: MAPP_SYNC_HOSTS, log });
  const operatorApi = createOperatorApi({
    operations: createDeadLetterOperations({
      store: queue.deadLetterStore,
      publisher: queue.publisher,
      deadMembers,
      sharding: { shards: config.SHARDS, memberId: config.MEMBER_ID },
      destination: config.DESTINATION,
    }),
    secret: config.HMAC_SECRETS[0]?.reveal() ?? '',
    log,
  });
  const handler = route({ intake, userSync, operatorApi });
  const { server, url } = await listenLocally(handler, config.PORT);

  return {
    intakeUrl: url,
    pangolinUrl: pangolin.url,
    runName: run.name,
    stop: stopper(server, log, async (deadline) => {
      const undelivered = await queue.stop(deadline - Date.now());
      await Promise.all([audienceMap.close(), deadMembers.close(), pangolin.close()]);
      return undelivered;
    }),
  };
}

function createStores(config: Config<'localStack'>, run: Run) {
  if (config.FIRESTORE_EMULATOR_HOST === undefined) {
    return { audienceMap: createEmbeddedAudienceMap(), deadMembers: createEmbeddedDeadMembers() };
  }
  const options = {
    projectId: LOCAL_PROJECT,
    databaseId: '(default)',
    collection: run.name,
    destination: config.DESTINATION,
  };
  return {
    audienceMap: createFirestoreAudienceMap(options),
    deadMembers: createFirestoreDeadMembers(options),
  };
}

/** It listens only when all parts are ready, so `/healthz` need not ask them. */
function route(handlers: Record<'intake' | 'userSync' | 'operatorApi', HttpHandler>): HttpHandler {
  return async (request, response) => {
    const path = request.url?.split('?', 1)[0];
    if (path === '/healthz') sendAnswer(response, { status: 200, body: { status: 'ok' } });
    else if (path === '/sync') await handlers.userSync(request, response);
    else if (path?.startsWith(OPERATOR_PATH)) await handlers.operatorApi(request, response);
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
