/**
 * `npm run measure:drain`: how a busy audience keeps up, on the embedded queue and on the emulator. Each
 * case sends requests of 100 members at a fixed rate, and then waits until all members are at Pangolin.
 * `-- NAME` measures the cases whose name holds NAME.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { createDmpClient, type DmpClient } from '../../cli/dmp/dmp-client.ts';
import { createPangolinClient, type PangolinClient } from '../../cli/dmp/pangolin-client.ts';
import { environment } from '../../shared/config.ts';
import { emulatorVariables } from '../../test/setup/emulator-variables.ts';
import { startEmulators, stopEmulators } from '../../test/setup/emulators.ts';
import { audienceIds, microBatch, MUTATIONS_PER_REQUEST } from '../micro-batch.ts';

interface Case {
  readonly audiences: number;
  /** Requests a second; undefined: all at once, before the platform answers. */
  readonly rate?: number;
  readonly requests: number;
  /** Time that Pangolin takes to answer. */
  readonly latencyMs: number;
  readonly faults?: Readonly<Record<string, number>>;
  readonly messagesOfAKeyPerPull?: number;
  /** Limit of the wait after the last answer. */
  readonly withinSeconds: number;
  readonly callsPer1000?: number;
  /** Audiences that are created, one after the other, while members wait. */
  readonly creations?: number;
}

const STACK = fileURLToPath(new URL('stack.ts', import.meta.url));
/** Pangolin takes 8 calls of 1,000 members at once. */
const FULL_LOAD = 8 * 1_000;
/** Longest time to the answer of a CREATE: its own 2.5 s, and 0.2 s of this machine. */
const CREATE_ANSWER_MS = 2_700;
const busy = { audiences: 1, rate: 20, requests: 300, callsPer1000: 3 };
const faulty = { error500: 0.05, error429: 0.05, retryAfterSeconds: 1 };

const CASES: Readonly<Record<string, Case>> = {
  'one audience, 1 s': { ...busy, latencyMs: 1_000, withinSeconds: 10 },
  'one audience, 3 s': { ...busy, latencyMs: 3_000, withinSeconds: 20 },
  'one audience, 1 s, 10 of a key': {
    ...busy,
    latencyMs: 1_000,
    messagesOfAKeyPerPull: 10,
    withinSeconds: 10,
  },
  'one audience, 1 s, 10 % faults': {
    ...busy,
    latencyMs: 1_000,
    faults: faulty,
    withinSeconds: 30,
  },
  'one audience, 20 ms': {
    ...busy,
    rate: 200,
    requests: 3_000,
    latencyMs: 20,
    withinSeconds: 5,
    callsPer1000: 2,
  },
  'fifty audiences, 1 s': {
    audiences: 50,
    rate: 100,
    requests: 1_500,
    latencyMs: 1_000,
    withinSeconds: 12,
  },
  'one audience, 200,000 waiting, 1 s': {
    audiences: 1,
    requests: 2_000,
    latencyMs: 1_000,
    withinSeconds: 60,
  },
  'CREATE while 100,000 wait, 1 s': {
    audiences: 1,
    requests: 1_000,
    latencyMs: 1_000,
    withinSeconds: 60,
    creations: 20,
  },
};

async function measure(name: string, plan: Case, onEmulators: boolean) {
  const { PATH, HOME } = environment;
  const child = spawn(process.execPath, [STACK], {
    env: {
      PATH,
      HOME,
      PORT: '0',
      PANGOLIN_PORT: '0',
      SHARDS: '1',
      METADATA_SERVER_DETECTION: 'none',
      ...(onEmulators ? { ...emulatorVariables(), PUBLISH_TIMEOUT_MS: '5000' } : {}),
      ...(plan.messagesOfAKeyPerPull === undefined
        ? {}
        : { MESSAGES_OF_A_KEY_PER_PULL: String(plan.messagesOfAKeyPerPull) }),
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
    const { intakeUrl = '', pangolinUrl = '' } = JSON.parse(line) as Record<string, string>;
    const queue = onEmulators ? 'emulator' : 'embedded';
    return { case: name, queue, ...(await load(plan, intakeUrl, pangolinUrl)) };
  } finally {
    child.kill('SIGTERM');
    await once(child, 'exit');
  }
}

async function load(plan: Case, url: string, pangolinUrl: string) {
  const dmp = createDmpClient({ url, secret: 'local-secret' });
  const pangolin = createPangolinClient(pangolinUrl);
  const audiences = audienceIds(plan.audiences);
  for (const audience of audiences) await dmp.createAudience(audience, audience);
  const waiting = plan.rate === undefined;
  await pangolin.setFaults({ latencyMs: plan.latencyMs, ...plan.faults });
  const before = await pangolin.stats();
  const startedAt = performance.now();
  const sending = Array.from({ length: plan.requests }, async (_, index) => {
    await sleep(waiting ? 0 : (index * 1_000) / (plan.rate ?? 1));
    const call = microBatch({ url, audiences, spread: 'one-audience' }, index);
    for (;;) {
      const answer = await fetch(call.url, {
        method: 'POST',
        headers: call.headers,
        body: call.body,
      });
      await answer.arrayBuffer();
      if (answer.status === 200) return;
      await sleep(100);
    }
  });
  await Promise.all(sending);
  const sentAt = performance.now();
  const creating = create(plan.creations ?? 0, { dmp, pangolin });
  const members = plan.requests * MUTATIONS_PER_REQUEST;
  const whenSent = (await pangolin.stats()).adds;
  await untilArrived(pangolin, members, sentAt + 120_000);
  const endedAt = performance.now();
  const stats = await pangolin.stats();
  const arrived = (await pangolin.segments()).reduce((total, one) => total + one.members, 0);
  const tail = (endedAt - sentAt) / 1_000;
  // The backlog is measured from its end of sending, which takes this machine's time as well.
  const perSecond = waiting
    ? Math.round((arrived - whenSent) / tail)
    : Math.round(arrived / ((endedAt - startedAt) / 1_000));
  const calls = (1_000 * (stats.calls - before.calls)) / members;
  const limit = waiting ? (FULL_LOAD * 1_000) / plan.latencyMs : undefined;
  const { settled, answeredMs } = await creating;
  const slowestMs = Math.max(0, ...answeredMs);
  return {
    sent: members,
    'there at the end': whenSent,
    arrived,
    'seconds after': Number(tail.toFixed(1)),
    allowed: plan.withinSeconds,
    'members/s': perSecond,
    'of the limit': limit === undefined ? '' : Number((perSecond / limit).toFixed(2)),
    'calls/1,000': Number(calls.toFixed(2)),
    ...(plan.creations === undefined
      ? {}
      : {
          'creations settled': `${settled} of ${plan.creations}`,
          'answered in ms, p50 / most': `${Math.round(median(answeredMs))} / ${Math.round(slowestMs)}`,
        }),
    met:
      arrived === members &&
      tail <= plan.withinSeconds &&
      calls <= (plan.callsPer1000 ?? Infinity) &&
      settled === (plan.creations ?? 0) &&
      slowestMs <= CREATE_ANSWER_MS &&
      (limit === undefined || perSecond >= 0.8 * limit),
  };
}

/** Creates audiences one after the other, and looks whether the segment is there when it is answered. */
async function create(
  count: number,
  { dmp, pangolin }: { dmp: DmpClient; pangolin: PangolinClient },
): Promise<{ settled: number; answeredMs: number[] }> {
  const answeredMs: number[] = [];
  let settled = 0;
  for (let index = 0; index < count; index += 1) {
    const title = `created.${index}`;
    const startedAt = performance.now();
    await dmp.createAudience(title, title);
    answeredMs.push(performance.now() - startedAt);
    if ((await pangolin.segments()).some((segment) => segment.title === title)) settled += 1;
    await sleep(300);
  }
  return { settled, answeredMs };
}

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;

async function untilArrived(
  pangolin: PangolinClient,
  members: number,
  deadline: number,
): Promise<void> {
  while (performance.now() < deadline) {
    const segments = await pangolin.segments();
    if (segments.reduce((total, one) => total + one.members, 0) >= members) return;
    await sleep(50);
  }
}

const [wanted = ''] = process.argv.slice(2);
const { started } = await startEmulators();
const rows = [];
try {
  for (const onEmulators of [false, true]) {
    for (const [name, plan] of Object.entries(CASES)) {
      if (!`${name}, ${onEmulators ? 'emulator' : 'embedded'}`.includes(wanted)) continue;
      const row = await measure(name, plan, onEmulators);
      console.log(JSON.stringify(row));
      rows.push(row);
    }
  }
} finally {
  await stopEmulators(started);
}
console.table(rows);
