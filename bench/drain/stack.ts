/** A local stack in a process of its own, for measurements: prints its URLs as a line of JSON. */
import { startLocalStack } from '../../cli/local-stack/local-stack.ts';
import { environment, readConfig } from '../../shared/config.ts';
import { onStopSignal } from '../../shared/http/on-stop-signal.ts';
import { createLogger } from '../../shared/logger.ts';
import { cappedConsumer } from '../../test/setup/capped-consumer.ts';

const config = readConfig('localStack', { LOG_LEVEL: 'error', ...environment });
const most = Number(environment['MESSAGES_OF_A_KEY_PER_PULL'] ?? Infinity);
const stack = await startLocalStack(config, createLogger(config.LOG_LEVEL), {
  wrapConsumer: (consumer) => (most === Infinity ? consumer : cappedConsumer(consumer, most)),
});
onStopSignal(() => void stack.stop().then(() => process.exit(0)));
console.log(JSON.stringify({ intakeUrl: stack.intakeUrl, pangolinUrl: stack.pangolinUrl }));
