import { jest } from '@jest/globals';
import type { Mutation } from '../../shared/audience/audience.ts';
import { PlatformError } from '../../shared/errors.ts';
import { noFaults, parseFaults } from '../pangolin/faults.ts';
import { pass, passDuring, passUntil } from './manual-time.ts';
import { createRelay, type Relay } from './relay.ts';
import { AUDIENCES, type Schedule, type Step } from './schedule.ts';
import { seededRandom } from './seeded-random.ts';

/** Who is in which audience: what the third party has, and what it should have. */
export interface Memberships {
  readonly actual: Readonly<Record<string, readonly string[]>>;
  readonly expected: Readonly<Record<string, readonly string[]>>;
  readonly segments: number;
  readonly deadLetters: number;
  readonly undelivered: number;
}

type Request = Extract<Step, { do: 'add' | 'remove' }>;

interface Sent {
  readonly request: Request;
  /** Undefined while it is not answered. */
  accepted?: boolean;
}

const A_LONG_TIME_MS = 2 * 60 * 60 * 1_000;

/** Plays a schedule; then all faults end, what was refused is sent again, and dead letters are replayed. */
export async function play(schedule: Schedule): Promise<Memberships> {
  const random = seededRandom(schedule.seed);
  const mathRandom = jest.spyOn(Math, 'random').mockImplementation(random);
  const relay = createRelay({ ...schedule, random });
  const sent: Sent[] = [];
  try {
    for (const step of schedule.steps) await take(step, relay, sent);
    await recover(relay, sent);
    return {
      actual: actualMembers(relay),
      expected: expectedMembers(sent),
      segments: relay.platform.segments.list().length,
      deadLetters: (await relay.deadLetters.list({})).letters.length,
      undelivered: relay.pending(),
    };
  } finally {
    await relay.close();
    mathRandom.mockRestore();
  }
}

async function take(step: Step, relay: Relay, sent: Sent[]): Promise<void> {
  const { platform, network, outage } = relay;
  const setFaults = (faults: object) => {
    platform.faults = parseFaults(JSON.stringify({ ...platform.faults.settings, ...faults }));
  };
  switch (step.do) {
    case 'create':
      void relay.create(step.audience).catch(ignoreOutage);
      return;
    case 'add':
    case 'remove':
      send(step, relay, sent);
      return;
    case 'pass':
      return pass(step.ms);
    case 'fault': {
      const { error500, error429, reset } = step;
      setFaults({ error500, error429, reset, latencyMs: 40 });
      return;
    }
    case 'refuse-users':
      setFaults({ refuseUsers: step.users });
      return;
    case 'refuse-title':
      setFaults({ refuseTitles: [`Audience ${step.audience}`] });
      return;
    case 'fail-over':
      network.failsOver = new Set(step.users);
      return;
    case 'refuse-us':
      network.refusesUs = step.on;
      return;
    case 'queue-down':
      outage.queueIsDown = step.on;
      return;
    case 'end-faults':
      endFaults(relay);
      return;
    case 'crash':
      relay.forward.crash();
      return;
    case 'roll-out':
      relay.forward.rollOut();
      return;
    case 'cut-off':
      relay.forward.cutOff();
      return;
    case 'reconnect':
      relay.forward.reconnect();
      return;
    case 'replay':
      await passDuring(relay.deadLetters.replay(EVERYTHING));
  }
}

const EVERYTHING = { filter: {}, dryRun: false, includeUncertain: false };

/** Requests need not wait for each other: the order of their arrival counts. */
function send(request: Request, relay: Relay, sent: Sent[]): void {
  const entry: Sent = { request };
  sent.push(entry);
  const mutations = request.members.map(([audience, user]): Mutation => {
    return { audience, operation: request.do, user: { externalUserId: user } };
  });
  relay.mutate(mutations).then(
    () => {
      entry.accepted = true;
    },
    (error: unknown) => {
      ignoreOutage(error);
      entry.accepted = false;
    },
  );
}

function ignoreOutage(error: unknown): void {
  if (!(error instanceof PlatformError)) throw error;
}

function endFaults({ platform, network, outage, forward }: Relay): void {
  forward.reconnect();
  platform.faults = noFaults();
  network.refusesUs = false;
  network.failsOver = new Set();
  outage.queueIsDown = false;
}

async function recover(relay: Relay, sent: Sent[]): Promise<void> {
  endFaults(relay);
  const allAnswered = () => sent.every(({ accepted }) => accepted !== undefined);
  await passUntil(allAnswered, A_LONG_TIME_MS);
  for (const { request } of sent.filter(({ accepted }) => accepted === false)) {
    send(request, relay, sent);
    await passUntil(allAnswered, A_LONG_TIME_MS);
  }
  for (const audience of AUDIENCES) void relay.create(audience).catch(ignoreOutage);
  const isIdle = () => relay.pending() === 0;
  await passUntil(isIdle, A_LONG_TIME_MS);
  // What is replayed may be behind what died with it, for the same user.
  for (let turn = 0; turn < 3; turn += 1) {
    await passDuring(relay.deadLetters.replay(EVERYTHING));
    await passUntil(isIdle, A_LONG_TIME_MS);
  }
}

function actualMembers({ platform }: Relay): Record<string, string[]> {
  const segments = platform.segments.list();
  return Object.fromEntries(
    AUDIENCES.map((audience) => {
      const found = segments.find(({ title }) => title === `Audience ${audience}`);
      const members = found && platform.segments.members(found.segment_id);
      return [audience, [...(members ?? [])].sort()];
    }),
  );
}

/** The reference: of every user and audience, the last request that was accepted. */
function expectedMembers(sent: readonly Sent[]): Record<string, string[]> {
  const members = new Map(AUDIENCES.map((audience) => [audience as string, new Set<string>()]));
  for (const { request, accepted } of sent) {
    if (accepted !== true) continue;
    for (const [audience, user] of request.members) {
      if (request.do === 'add') members.get(audience)?.add(user);
      else members.get(audience)?.delete(user);
    }
  }
  return Object.fromEntries([...members].map(([audience, users]) => [audience, [...users].sort()]));
}
