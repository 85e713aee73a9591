import type { Destination } from '../../../shared/destinations/destination.ts';
import { sleep } from '../../../shared/sleep.ts';
import { delivered, recordingDestination, type Behaviour } from './recording-destination.ts';

/** A destination whose calls take `takesMs`, with the times at which they began. */
export function timedDestination(takesMs: number, behaviour: Behaviour) {
  const beganAt: number[] = [];
  const taking = async <Value>(value: Value): Promise<Value> => {
    beganAt.push(Date.now());
    await sleep(takesMs);
    return value;
  };
  const destination: Destination = {
    ...recordingDestination(behaviour),
    apply: async (batch) => (behaviour.apply ?? delivered)(await taking(batch)),
    findSegment: () => taking(undefined),
    createSegment: () => taking({ segment: '1', created: true }),
  };
  return { destination, beganAt };
}

/** The most calls that began within any such time. */
export function mostWithin(perMs: number, beganAt: readonly number[]): number {
  const within = (from: number) => beganAt.filter((at) => at >= from && at < from + perMs).length;
  return Math.max(0, ...beganAt.map(within));
}
