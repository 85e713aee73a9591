import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { createDmpClient } from '../../cli/dmp/dmp-client.ts';
import { createPangolinClient, type PangolinClient } from '../../cli/dmp/pangolin-client.ts';
import { startLocalStack, type LocalStack } from '../../cli/local-stack/local-stack.ts';
import { readConfig } from '../../shared/config.ts';
import { createLogger } from '../../shared/logger.ts';
import { eventually } from '../setup/eventually.ts';
import { UNHURRIED } from '../setup/unhurried.ts';
import { sendClosedLoop } from '../../bench/closed-loop.ts';
import { audienceIds, type Target } from '../../bench/micro-batch.ts';

/** About what Pub/Sub takes within a region, and what a third party may take for a call. */
const PUBLISH_ROUND_TRIP_MS = 20;
const LATENCY_MS = 50;
const REQUESTS = 500;
const CONNECTIONS = 50;

let stack: LocalStack;
let pangolin: PangolinClient;

beforeEach(async () => {
  const config = readConfig('localStack', { ...UNHURRIED, PORT: '0', PANGOLIN_PORT: '0' });
  const log = createLogger('silent');
  const embeddedQueue = { publishRoundTripMs: PUBLISH_ROUND_TRIP_MS };
  stack = await startLocalStack(config, log, { embeddedQueue });
  pangolin = createPangolinClient(stack.pangolinUrl);
});
afterEach(() => stack.stop());

const cases: [string, number, Target['spread']][] = [
  ['one hot audience', 1, 'one-audience'],
  ['fifty audiences, one in a request', 50, 'one-audience'],
  ['fifty audiences, all in each request', 50, 'all-audiences'],
];

test.each(cases)(
  'micro-batches: under load, %s takes at most 2 calls per 1,000 mutations',
  async (_, count, spread) => {
    const audiences = audienceIds(count);
    const dmp = createDmpClient({ url: stack.intakeUrl, secret: 'local-secret' });
    for (const audience of audiences) await dmp.createAudience(audience, audience);
    await pangolin.setFaults({ latencyMs: LATENCY_MS });
    const { calls: before } = await pangolin.stats();

    const plan = { url: stack.intakeUrl, audiences, spread, requests: REQUESTS };
    const sent = await sendClosedLoop({ ...plan, connections: CONNECTIONS });
    const { mutations } = sent;
    // A request that is refused after it was stored comes again, and its members arrive twice.
    expect(sent.refusedRequests).toBe(0);
    await eventually(async () => {
      expect((await pangolin.stats()).adds).toBe(mutations);
    });
    const { calls } = await pangolin.stats();
    expect(((calls - before) / mutations) * 1_000).toBeLessThanOrEqual(2);
  },
);
