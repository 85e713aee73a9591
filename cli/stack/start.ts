import { readConfig } from '../../shared/config.ts';
import { onStopSignal } from '../../shared/http/on-stop-signal.ts';
import { createLogger } from '../../shared/logger.ts';
import { banner } from '../local-stack/banner.ts';
import { startLocalStack } from '../local-stack/local-stack.ts';
import { startupProblem } from '../startup-problem.ts';

/**
 * The whole relay and Pangolin on this machine, until SIGINT or SIGTERM. Ends the process, with 1 when
 * it cannot start.
 */
export async function start(): Promise<void> {
  try {
    const config = readConfig('localStack');
    const stack = await startLocalStack(config, createLogger(config.LOG_LEVEL));
    onStopSignal(() => {
      stack.stop().then(
        () => process.exit(0),
        (error: unknown) => {
          console.error(startupProblem(error));
          process.exit(1);
        },
      );
    });
    console.log(banner(config, stack));
  } catch (error) {
    console.error(startupProblem(error));
    // Parts that did start would keep the process alive.
    process.exit(1);
  }
}
