/** `npm start`: the whole relay and Pangolin on this machine, until SIGINT or SIGTERM. */
import { readConfig } from '../shared/config.ts';
import { createLogger } from '../shared/logger.ts';
import { banner } from './local-stack/banner.ts';
import { startLocalStack } from './local-stack/local-stack.ts';
import { startupProblem } from './startup-problem.ts';

try {
  const config = readConfig('localStack');
  const stack = await startLocalStack(config, createLogger(config.LOG_LEVEL));
  const stop = (): void => {
    stack.stop().then(
      () => process.exit(0),
      (error: unknown) => {
        console.error(startupProblem(error));
        process.exit(1);
      },
    );
  };
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
  console.log(banner(config, stack));
} catch (error) {
  console.error(startupProblem(error));
  process.exitCode = 1;
}
