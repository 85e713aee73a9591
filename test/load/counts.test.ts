/** Holds what is paid for: counts, not times. `npm run bench` measures, docs/scaling.md says what they cost. */
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { Server } from 'node:http';
import { sendClosedLoop } from '../../bench/closed-loop.ts';
import { createCountedRelay } from '../../bench/contenders/counted-relay.ts';
import { audienceIds, type Target } from '../../bench/micro-batch.ts';
import { messageUnits } from '../../bench/units.ts';
import { createPangolinClient, type PangolinClient } from '../../cli/dmp/pangolin-client.ts';
import { readConfig } from '../../shared/config.ts';
import { listenLocally } from '../../shared/http/listen.ts';
import { createLogger } from '../../shared/logger.ts';
import { startPangolin, type Pangolin } from '../pangolin/pangolin.ts';
import { eventually } from '../setup/eventually.ts';
import { UNHURRIED } from '../setup/unhurried.ts';

const REQUESTS = 300;
const AUDIENCES = 50;

let pangolin: Pangolin;
let client: PangolinClient;
let server: Server;
let target: Target;
const counts = { messages: 0, messageBytes: 0, mapReads: 0 };

beforeEach(async () => {
  Object.assign(counts, { messages: 0, messageBytes: 0, mapReads: 0 });
  pangolin = await startPangolin();
  client = createPangolinClient(pangolin.url);
  const handler = createCountedRelay({
    baseUrl: pangolin.url,
    membersPerCall: 1_000,
    config: readConfig('localStack', UNHURRIED),
    log: createLogger('silent'),
    counts,
  });
  const listening = await listenLocally(handler, 0);
  server = listening.server;
  target = { url: listening.url, audiences: audienceIds(AUDIENCES), spread: 'one-audience' };
});
afterEach(async () => {
  server.closeAllConnections();
  server.close();
  await pangolin.close();
});

/** Sends requests and waits until their members have arrived; resolves with the mutations. */
async function deliver(plan: { requests: number; connections: number; first?: number }) {
  const { adds: before } = await client.stats();
  const { mutations } = await sendClosedLoop({ ...target, ...plan });
  await eventually(async () => {
    expect((await client.stats()).adds).toBe(before + mutations);
  });
  return mutations;
}

test('a request of one audience that comes alone is one message', async () => {
  await deliver({ requests: 5, connections: 1 });
  expect(counts.messages).toBeLessThanOrEqual(5);
});

test('the audience map is read once for an audience, however many messages follow', async () => {
  await deliver({ requests: AUDIENCES, connections: 10 });
  const reads = counts.mapReads;
  await deliver({ first: AUDIENCES, requests: REQUESTS, connections: 10 });
  expect(counts.messages).toBeGreaterThan(REQUESTS);
  expect(counts.mapReads - reads).toBe(0);
});

test('under load, requests of one audience share messages', async () => {
  target = { ...target, audiences: audienceIds(1) };
  const mutations = await deliver({ requests: REQUESTS, connections: 50 });
  expect((counts.messages / mutations) * 1_000).toBeLessThan(2);
});

test('a mutation takes few bytes in the queue, a message little more', () => {
  const { messageBytesPerMutation, messageOverheadBytes } = messageUnits();
  expect(messageBytesPerMutation).toBeLessThanOrEqual(50);
  expect(messageOverheadBytes).toBeLessThanOrEqual(360);
});
