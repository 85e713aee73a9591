import { environment, readConfig } from '../../shared/config.ts';
import { createLogger } from '../../shared/logger.ts';
import { playDemo } from '../demo/play.ts';
import { demoReport } from '../demo/report.ts';
import { createDmpClient } from '../dmp/dmp-client.ts';
import { createPangolinClient } from '../dmp/pangolin-client.ts';
import { startLocalStack } from '../local-stack/local-stack.ts';
import { startupProblem } from '../startup-problem.ts';

/**
 * Plays the DMP against a local stack on free ports and checks what arrived. Exits with 1 when that is
 * not what it must be.
 */
export async function demo(): Promise<void> {
  try {
    const freePorts = { PORT: '0', PANGOLIN_PORT: '0' };
    const config = readConfig('localStack', { LOG_LEVEL: 'error', ...environment, ...freePorts });
    const stack = await startLocalStack(config, createLogger(config.LOG_LEVEL));
    try {
      const dmp = createDmpClient({
        url: stack.intakeUrl,
        secret: config.HMAC_SECRETS[0]?.reveal() ?? '',
        basicAuth: config.BASIC_AUTH?.reveal(),
      });
      const result = await playDemo(dmp, createPangolinClient(stack.pangolinUrl));
      console.log(demoReport(result));
      if (!result.exact) process.exitCode = 1;
    } finally {
      await stack.stop();
    }
  } catch (error) {
    console.error(startupProblem(error));
    // Parts that did start would keep the process alive.
    process.exit(1);
  }
}
