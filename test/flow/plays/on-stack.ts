import { createDmpClient, type DmpClient } from '../../../cli/dmp/dmp-client.ts';
import { createPangolinClient, type PangolinClient } from '../../../cli/dmp/pangolin-client.ts';
import { startLocalStack } from '../../../cli/local-stack/local-stack.ts';
import { readConfig, type Environment } from '../../../shared/config.ts';
import type { EmbeddedQueueOptions } from '../../../shared/queue/embedded-queue.ts';
import { BASIC_AUTH, SECRET, type MarkedLog } from './marks.ts';

/** A local stack whose secrets are marked, as a play finds it. */
export interface MarkedStack extends MarkedLog {
  readonly intakeUrl: string;
  readonly dmp: DmpClient;
  readonly pangolin: PangolinClient;
}

export interface StackOptions {
  readonly variables?: Environment;
  readonly embeddedQueue?: EmbeddedQueueOptions;
}

/** Starts a stack, plays something on it and stops it. */
export async function onStack(
  marked: MarkedLog,
  play: (stack: MarkedStack) => Promise<void>,
  { variables = {}, embeddedQueue }: StackOptions = {},
): Promise<void> {
  const local = { PORT: '0', PANGOLIN_PORT: '0', RETRY_WINDOW_SECONDS: '1' };
  const settings = { ...local, HMAC_SECRETS: SECRET, BASIC_AUTH, ...variables };
  const config = readConfig('localStack', settings);
  const stack = await startLocalStack(config, marked.log, embeddedQueue && { embeddedQueue });
  const { intakeUrl, pangolinUrl } = stack;
  try {
    await play({
      ...marked,
      intakeUrl,
      dmp: createDmpClient({ url: intakeUrl, secret: SECRET, basicAuth: BASIC_AUTH }),
      pangolin: createPangolinClient(pangolinUrl),
    });
  } finally {
    await stack.stop();
  }
}
