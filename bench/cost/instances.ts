import type { FunctionSettings } from './settings.ts';

/** What one function has to do in a moment. */
export interface Work {
  readonly requestsPerSecond: number;
  readonly requestMs: number;
  readonly cpuMicrosPerSecond: number;
  /** Cloud Run adds instances above this share of the processor or of the concurrency. */
  readonly targetUtilisation: number;
}

export interface Instances {
  /** What the work needs, not rounded. */
  readonly neededForCpu: number;
  readonly neededForConcurrency: number;
  /** What runs: between one (as long as there is work) and `max_instances`. */
  readonly running: number;
  /** Requests under way, in all instances. */
  readonly inFlight: number;
}

/** How many instances the autoscaler keeps for some work. JavaScript runs on one core, however many there are. */
export function instancesFor(
  work: Work,
  { concurrency, maxInstances }: FunctionSettings,
): Instances {
  const { requestsPerSecond, requestMs, cpuMicrosPerSecond, targetUtilisation } = work;
  const inFlight = (requestsPerSecond * requestMs) / 1_000;
  const neededForCpu = cpuMicrosPerSecond / 1_000_000 / targetUtilisation;
  const neededForConcurrency = inFlight / (concurrency * targetUtilisation);
  const wanted = Math.ceil(Math.max(neededForCpu, neededForConcurrency, 1));
  return {
    neededForCpu,
    neededForConcurrency,
    running: Math.min(wanted, maxInstances),
    inFlight,
  };
}

/**
 * The part of the time that an instance has a request under way, and is paid for: requests come at random, so that
 * it has none during exp(-rate × duration) of it. Times are billed in whole steps.
 */
export function billedShare(
  { requestsPerSecond, requestMs }: Pick<Work, 'requestsPerSecond' | 'requestMs'>,
  running: number,
  billedStepMs: number,
): number {
  const billedSeconds = (Math.ceil(requestMs / billedStepMs) * billedStepMs) / 1_000;
  return 1 - Math.exp((-requestsPerSecond / running) * billedSeconds);
}
