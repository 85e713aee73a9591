/** A local stack in a process of its own, for measurements: prints its URLs as a line of JSON. */
import { environment, readConfig } from '../../shared/config.ts';
import { onStopSignal } from '../../shared/http/on-stop-signal.ts';
import { createLogger } from '../../shared/logger.ts';
import { startLocalStack } from '../../cli/local-stack/local-stack.ts';

/** About what Pub/Sub takes within a region. */
const PUBLISH_ROUND_TRIP_MS = 20;

const config = readConfig('localStack', { LOG_LEVEL: 'error', ...environment });
const stack = await startLocalStack(config, createLogger(config.LOG_LEVEL), {
  embeddedQueue: { publishRoundTripMs: PUBLISH_ROUND_TRIP_MS },
});
onStopSignal(() => void stack.stop().then(() => process.exit(0)));
console.log(JSON.stringify({ intakeUrl: stack.intakeUrl, pangolinUrl: stack.pangolinUrl }));
