import { createPangolinClient, type PangolinClient } from '../../../../cli/dmp/pangolin-client.ts';
import { startLocalStack, type LocalStack } from '../../../../cli/local-stack/local-stack.ts';
import { readConfig, type Environment } from '../../../../shared/config.ts';
import { createLogger } from '../../../../shared/logger.ts';
import { UNHURRIED } from '../../../setup/unhurried.ts';
import { runCli, type Ran } from '../run-cli.ts';

export interface TestStack {
  readonly stack: LocalStack;
  readonly pangolin: PangolinClient;
  /** The variables that point the command line at it. */
  readonly variables: Environment;
  /** Runs the real command line on it. */
  readonly cli: (args: readonly string[], changes?: Environment) => Promise<Ran>;
  /** The members of the only segment. */
  readonly members: () => Promise<string[]>;
}

/** A real local stack on free ports, and the command line on it. */
export async function startTestStack(settings: Environment = {}): Promise<TestStack> {
  const free = { ...UNHURRIED, PORT: '0', PANGOLIN_PORT: '0', ...settings };
  const stack = await startLocalStack(readConfig('localStack', free), createLogger('silent'));
  const { HMAC_SECRETS, BASIC_AUTH } = settings;
  const variables = { PORT: new URL(stack.intakeUrl).port, HMAC_SECRETS, BASIC_AUTH };
  const pangolin = createPangolinClient(stack.pangolinUrl);
  return {
    stack,
    pangolin,
    variables,
    cli: (args, changes = {}) => runCli(args, { ...variables, ...changes }),
    members: async () => {
      const [segment] = await pangolin.segments();
      return segment === undefined ? [] : (await pangolin.users(segment.segment_id)).toSorted();
    },
  };
}
