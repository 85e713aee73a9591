import type { MutationType } from './mutations.ts';

/** A load at a fixed rate. */
export interface LoadPlan {
  /** Requests a second, whether intake keeps up or not. */
  readonly rate: number;
  readonly durationSeconds: number;
  readonly audiences: number;
  /** Different users; each is in every audience at some time. */
  readonly users: number;
  /** Users of one request. */
  readonly batch: number;
  /** The share of requests that remove, 0 to 1. */
  readonly removeShare: number;
  /** What the ids of audiences and users begin with. */
  readonly prefix: string;
}

/** One request of a load. */
export interface PlannedRequest {
  readonly type: MutationType;
  readonly audience: string;
  readonly users: readonly string[];
}

/** How many requests a load has. */
export function requestsOf({ rate, durationSeconds }: LoadPlan): number {
  return rate * durationSeconds;
}

/** The DMP's ids of the audiences of a load. */
export function audiencesOf({ audiences, prefix }: LoadPlan): string[] {
  return Array.from({ length: audiences }, (_, index) => `${prefix}-${index + 1}`);
}

/**
 * Request number `index` of a load: one audience after the other, and in each one part of the users after
 * the other. No request holds a user twice.
 */
export function plannedRequest(plan: LoadPlan, index: number): PlannedRequest {
  const { audiences, users, removeShare, prefix } = plan;
  const size = Math.min(plan.batch, users);
  const audience = index % audiences;
  const round = Math.floor(index / audiences);
  const first = round * size;
  // Evenly spread, in time and within each audience: at 0.1 every tenth of its requests.
  const turn = round + audience;
  const isRemoval = Math.floor((turn + 1) * removeShare) > Math.floor(turn * removeShare);
  return {
    type: isRemoval ? 'REMOVE_FROM_AUDIENCE' : 'ADD_TO_AUDIENCE',
    audience: `${prefix}-${audience + 1}`,
    users: Array.from({ length: size }, (_, at) => `${prefix}-user-${((first + at) % users) + 1}`),
  };
}
