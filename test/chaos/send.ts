import { setTimeout as sleep } from 'node:timers/promises';
import type { DmpAnswer, DmpClient } from '../../cli/dmp/dmp-client.ts';
import type { Model } from './model.ts';
import type { Plan, PlannedRequest } from './plan.ts';

/** Counted as it goes on. */
export interface Sent {
  /** In requests answered 200. */
  mutations: number;
  requests: number;
  /** Requests answered 503, or not at all, and sent again. */
  repeated: number;
}

export interface Sending {
  readonly dmp: DmpClient;
  readonly plan: Plan;
  readonly model: Model;
  readonly sent: Sent;
}

const PAUSE_MS = 200;
const MAX_TRIES = 300;

/** Creates the plan's audiences. */
export async function createAudiences({ dmp, plan, sent }: Sending): Promise<void> {
  await Promise.all(
    plan.audiences.map((audience) =>
      untilTaken(() => dmp.createAudience(audience, audience), sent),
    ),
  );
}

/** Sends the plan's requests, all connections at once, and notes in the model what was taken. */
export async function sendAll(sending: Sending): Promise<void> {
  const { plan } = sending;
  const connections = Array.from({ length: plan.connections }, async (_, connection) => {
    for (const request of plan.requestsOf(connection)) await send(request, sending);
  });
  await Promise.all(connections);
}

async function send(request: PlannedRequest, { dmp, model, sent }: Sending): Promise<void> {
  const { audience, operation, users } = request;
  await untilTaken(
    () =>
      operation === 'add'
        ? dmp.addToAudience(audience, users)
        : dmp.removeFromAudience(audience, users),
    sent,
  );
  model.record(request);
  sent.requests += 1;
  sent.mutations += users.length;
}

/** As the DMP must: what is not answered 200 is sent again. */
async function untilTaken(call: () => Promise<DmpAnswer>, sent: Sent): Promise<void> {
  for (let tries = 1; tries <= MAX_TRIES; tries += 1) {
    // No answer is no 200 either: whether it was stored is not known.
    const status = await call().then(
      (answer) => answer.status,
      () => 503,
    );
    if (status === 200) return;
    if (status !== 503) throw new Error(`Intake answered ${status}`);
    sent.repeated += 1;
    await sleep(PAUSE_MS);
  }
  throw new Error(`Intake did not take a request in ${MAX_TRIES} tries`);
}
