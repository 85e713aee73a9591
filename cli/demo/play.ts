import { setTimeout as sleep } from 'node:timers/promises';
import { SingleBar } from 'cli-progress';
import type { DmpAnswer, DmpClient } from '../dmp/dmp-client.ts';
import type { PangolinClient, PangolinStats } from '../dmp/pangolin-client.ts';

const AUDIENCE = 'a5940e473cea659.356693871497425011';
const NAME = 'Demo audience';
const ADDED = 1_000;
const REMOVED = 100;
/** The DMP's micro-batches: 100 users, today. */
const MICRO_BATCH = 100;
const ARRIVAL_TIMEOUT_MS = 30_000;
const POLL_MS = 50;

export interface DemoResult {
  readonly added: number;
  readonly removed: number;
  readonly expected: number;
  readonly arrived: number;
  /** Whether the segment's members are exactly the expected ones. */
  readonly exact: boolean;
  readonly stats: PangolinStats;
  readonly answers: readonly DmpAnswer[];
}

/**
 * VALIDATE, CREATE_AUDIENCE, 1,000 users added in micro-batches, 100 of them removed; then waits for the
 * segment to hold the 900 others.
 * @throws Error when an answer is not 200.
 */
export async function playDemo(dmp: DmpClient, pangolin: PangolinClient): Promise<DemoResult> {
  const users = Array.from({ length: ADDED }, (_, index) => `user-${index}`);
  const removed = users.filter((_, index) => index % (ADDED / REMOVED) === 0);
  const expected = new Set(users).difference(new Set(removed));
  const answers: DmpAnswer[] = [];
  const expect200 = async (call: Promise<DmpAnswer>): Promise<void> => {
    const answer = await call;
    if (answer.status !== 200) throw new Error(`Intake answered ${JSON.stringify(answer)}`);
    answers.push(answer);
  };

  await expect200(dmp.validate());
  await expect200(dmp.createAudience(AUDIENCE, NAME));
  const bar = new SingleBar({ format: '{bar} {value}/{total} {step}', noTTYOutput: false });
  bar.start(ADDED + REMOVED + expected.size, 0, { step: 'sending' });
  for (const batch of microBatches(users)) {
    await expect200(dmp.addToAudience(AUDIENCE, batch));
    bar.increment(batch.length, { step: 'users added' });
  }
  for (const batch of microBatches(removed)) {
    await expect200(dmp.removeFromAudience(AUDIENCE, batch));
    bar.increment(batch.length, { step: 'users removed' });
  }
  const members = await waitForMembers(pangolin, expected, (count) => {
    const arrived = ADDED + REMOVED + Math.min(count, expected.size);
    bar.update(arrived, { step: 'members of the segment' });
  });
  bar.stop();
  return {
    added: ADDED,
    removed: REMOVED,
    expected: expected.size,
    arrived: members.size,
    exact: sameMembers(members, expected),
    stats: await pangolin.stats(),
    answers,
  };
}

function* microBatches(users: readonly string[]): Generator<readonly string[]> {
  for (let start = 0; start < users.length; start += MICRO_BATCH) {
    yield users.slice(start, start + MICRO_BATCH);
  }
}

/** Polls until all adds and removes have arrived and the members are the expected, or time is up. */
async function waitForMembers(
  pangolin: PangolinClient,
  expected: ReadonlySet<string>,
  onProgress: (members: number) => void,
): Promise<Set<string>> {
  const deadline = Date.now() + ARRIVAL_TIMEOUT_MS;
  for (;;) {
    const members = await membersOf(pangolin);
    const { adds, removes } = await pangolin.stats();
    onProgress(removes < REMOVED ? Math.min(members.size, adds) : members.size);
    const complete = adds >= ADDED && removes >= REMOVED && sameMembers(members, expected);
    if (complete || Date.now() > deadline) return members;
    await sleep(POLL_MS);
  }
}

async function membersOf(pangolin: PangolinClient): Promise<Set<string>> {
  const segment = (await pangolin.segments()).find(({ title }) => title === NAME);
  return new Set(segment === undefined ? [] : await pangolin.users(segment.segment_id));
}

function sameMembers(members: ReadonlySet<string>, expected: ReadonlySet<string>): boolean {
  return members.symmetricDifference(expected).size === 0;
}
