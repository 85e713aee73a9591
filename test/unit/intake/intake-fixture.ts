import { once } from 'node:events';
import type { Server } from 'node:http';
import { afterEach } from '@jest/globals';
import { createDmpClient, type DmpClient } from '../../../cli/dmp/dmp-client.ts';
import type { IntakeSettings } from '../../../functions/intake/dependencies.ts';
import { createIntakeHandler } from '../../../functions/intake/handler.ts';
import type { AudienceMapReader } from '../../../shared/audience-map/audience-map.ts';
import { createEmbeddedAudienceMap } from '../../../shared/audience-map/embedded-audience-map.ts';
import { listenLocally } from '../../../shared/http/listen.ts';
import { createLogger } from '../../../shared/logger.ts';
import type { Publisher } from '../../../shared/queue/queue.ts';
import { SecretText } from '../../../shared/secret-text.ts';
import { createEnvironmentSecret } from '../../../shared/secrets/environment-secret.ts';

export const SECRET = 'local-secret';

export interface Intake {
  readonly dmp: DmpClient;
  readonly url: string;
  /** Lines of the log, as objects. */
  readonly lines: Readonly<Record<string, unknown>>[];
}

interface IntakeOptions {
  readonly audienceMap?: AudienceMapReader;
  readonly settings?: Partial<IntakeSettings>;
}

type StartIntake = (publish: Publisher['publish'], options?: IntakeOptions) => Promise<Intake>;

/** A function that starts intake, once a test, and has it stopped after the test. */
export function intakeForEachTest(): StartIntake {
  let server: Server | undefined;
  afterEach(async () => {
    if (server === undefined) return;
    const closed = once(server, 'close');
    server.close();
    server.closeAllConnections();
    await closed;
    server = undefined;
  });

  return async (publish, { audienceMap = createEmbeddedAudienceMap(), settings = {} } = {}) => {
    const lines: Intake['lines'] = [];
    const write = (line: string) => lines.push(JSON.parse(line) as Record<string, unknown>);
    const handler = createIntakeHandler({
      hmacSecret: createEnvironmentSecret([new SecretText(SECRET)]),
      basicAuth: undefined,
      publisher: { publish, close: () => Promise.resolve() },
      audienceMap,
      log: createLogger('debug', { write }),
      settings: {
        maxBodyBytes: 10_000,
        maxPendingBytes: 1_000_000,
        sharding: { shards: 4, memberId: 'external_user_id' },
        publishTimeoutMs: 50,
        createTimeoutMs: 150,
        returnSegmentId: true,
        ...settings,
      },
    });
    const listening = await listenLocally(handler, 0);
    server = listening.server;
    const { url } = listening;
    return { dmp: createDmpClient({ url, secret: SECRET }), url, lines };
  };
}
