import { ConfigurationError } from '../errors.ts';
import type { CallRate, Destination, DestinationCapabilities } from './destination.ts';

/**
 * The destination, with one instance's share of what the third party takes in all: however many
 * instances run, up to `instances`, together they stay within what it declares.
 * @throws ConfigurationError when it takes so little that it cannot be shared among so many.
 */
export function withInstanceShare(destination: Destination, instances: number): Destination {
  if (instances === 1) return destination;
  const problem = sharingProblem(destination.capabilities, instances);
  if (problem !== undefined) {
    throw new ConfigurationError([`MAX_INSTANCES: ${destination.id} ${problem}`]);
  }
  return { ...destination, capabilities: shareOf(destination.capabilities, instances) };
}

function sharingProblem(
  { maxConcurrentCalls, oneCallPerSegment }: DestinationCapabilities,
  instances: number,
): string | undefined {
  if (oneCallPerSegment) return 'takes one call at a time for a segment: set it to 1';
  if (maxConcurrentCalls >= instances) return undefined;
  return `takes ${maxConcurrentCalls} calls at once: set it to ${maxConcurrentCalls} or less`;
}

function shareOf(
  capabilities: DestinationCapabilities,
  instances: number,
): DestinationCapabilities {
  const { maxConcurrentCalls, maxCallRate } = capabilities;
  return {
    ...capabilities,
    maxConcurrentCalls: Math.floor(maxConcurrentCalls / instances),
    ...(maxCallRate && { maxCallRate: shareOfRate(maxCallRate, instances) }),
  };
}

function shareOfRate({ calls, perMs }: CallRate, instances: number): CallRate {
  if (calls >= instances) return { calls: Math.floor(calls / instances), perMs };
  return { calls: 1, perMs: Math.ceil((perMs * instances) / calls) };
}
