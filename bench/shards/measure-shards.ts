/**
 * `npm run measure:shards`: what shards cost and bring, on this machine. 50 connections send requests of
 * 100 mutations; a publish takes 20 ms, a call 50 ms.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { createDmpClient } from '../../cli/dmp/dmp-client.ts';
import { createPangolinClient } from '../../cli/dmp/pangolin-client.ts';
import { percentile } from '../../cli/percentile.ts';
import { environment } from '../../shared/config.ts';
import { sendClosedLoop } from '../closed-loop.ts';
import { audienceIds, type Target } from '../micro-batch.ts';

const REQUESTS = 2_000;
const CONNECTIONS = 50;
const DRAIN_TIMEOUT_MS = 60_000;
const STACK = fileURLToPath(new URL('load-stack.ts', import.meta.url));

interface Row {
  readonly shards: number;
  readonly case: string;
  readonly callsPer1000: number;
  readonly membersPerSecond: number;
  /** Once nothing is sent any more: what intake needs of the processor is not in it. */
  readonly drainedPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly refusedRequests: number;
}

const CASES: Readonly<Record<string, { audiences: number; spread: Target['spread'] }>> = {
  'one hot audience': { audiences: 1, spread: 'one-audience' },
  'fifty, one a request': { audiences: 50, spread: 'one-audience' },
  'fifty in each request': { audiences: 50, spread: 'all-audiences' },
};

async function measure(shards: number, name: string): Promise<Row> {
  const { PATH, HOME } = environment;
  const variables = { PORT: '0', PANGOLIN_PORT: '0', SHARDS: String(shards) };
  const child = spawn(process.execPath, [STACK], {
    env: { PATH, HOME, ...variables },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
    const { intakeUrl, pangolinUrl } = JSON.parse(line) as Record<string, string>;
    return { shards, case: name, ...(await load(intakeUrl ?? '', pangolinUrl ?? '', name)) };
  } finally {
    child.kill('SIGTERM');
    await once(child, 'exit');
  }
}

async function load(intakeUrl: string, pangolinUrl: string, name: string) {
  const { audiences: count = 1, spread = 'one-audience' } = CASES[name] ?? {};
  const dmp = createDmpClient({ url: intakeUrl, secret: 'local-secret' });
  const pangolin = createPangolinClient(pangolinUrl);
  const audiences = audienceIds(count);
  for (const audience of audiences) await dmp.createAudience(audience, audience);
  await pangolin.setFaults({ latencyMs: 50 });
  const before = await pangolin.stats();

  const startedAt = performance.now();
  const plan = { url: intakeUrl, audiences, spread, requests: REQUESTS, connections: CONNECTIONS };
  const { mutations, latenciesMs, refusedRequests } = await sendClosedLoop(plan);
  const sentAt = performance.now();
  const whenSent = await pangolin.stats();
  let stats = whenSent;
  while (stats.adds < mutations && performance.now() - startedAt < DRAIN_TIMEOUT_MS) {
    await new Promise((resolve) => setTimeout(resolve, 20));
    stats = await pangolin.stats();
  }
  const seconds = (performance.now() - startedAt) / 1000;
  const drainSeconds = (performance.now() - sentAt) / 1000;
  return {
    callsPer1000: Number((((stats.calls - before.calls) / mutations) * 1000).toFixed(2)),
    membersPerSecond: Math.round(stats.adds / seconds),
    drainedPerSecond: Math.round((stats.adds - whenSent.adds) / drainSeconds),
    p50Ms: Math.round(percentile(latenciesMs, 0.5)),
    p99Ms: Math.round(percentile(latenciesMs, 0.99)),
    refusedRequests,
  };
}

const rows: Row[] = [];
for (const shards of [1, 2, 4, 8, 16]) {
  for (const name of Object.keys(CASES)) rows.push(await measure(shards, name));
}
console.table(rows);
