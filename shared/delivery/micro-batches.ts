import { logDestinationCalled, MAX_LOGGED_REQUESTS } from '../log-events.ts';
import type { Logger } from '../logger.ts';
import { applyBatch } from './apply-batch.ts';
import type { BatchCall } from './ask.ts';
import type { BatchEntry } from './batch-entry.ts';
import type { RetryBriefly } from './brief-retry.ts';
import { createCoalescer, type Coalescer } from './coalescer.ts';
import type { BatchLimits } from './lane.ts';
import type { PoliteDestination, PoliteResult } from './polite-destination.ts';
import { createSuspects } from './suspects.ts';

export interface MicroBatchParts {
  readonly destination: PoliteDestination;
  readonly retryBriefly: RetryBriefly;
  readonly log: Logger;
}

/** The way from the deliveries to the third party, with the limits it declares. */
export function createMicroBatches({ destination, retryBriefly, log }: MicroBatchParts): Coalescer {
  const { capabilities } = destination;
  const suspects = createSuspects();
  const onCalled = (call: BatchCall): void => {
    logCall(log, destination.id, call);
  };

  return createCoalescer({
    limits: limitsOf(destination),
    maxConcurrentCalls: capabilities.maxConcurrentCalls,
    oneCallPerSegment: capabilities.oneCallPerSegment,
    isSuspect: (key) => suspects.has(key),
    send: (batch) => applyBatch(batch, { destination, retryBriefly, suspects, onCalled }),
  });
}

function limitsOf({ id, capabilities, memberBytes }: PoliteDestination): BatchLimits {
  const { maxMembersPerCall, maxSegmentsPerCall, maxBytesPerCall } = capabilities;
  if (maxBytesPerCall !== undefined && memberBytes === undefined) {
    throw new TypeError(`${id} declares maxBytesPerCall, and does not count bytes.`);
  }
  return {
    maxMembers: maxMembersPerCall,
    maxSegments: maxSegmentsPerCall,
    maxBytes: maxBytesPerCall ?? Infinity,
    bytesOf: ({ operation, member }) =>
      maxBytesPerCall === undefined ? 0 : (memberBytes?.(operation, member) ?? 0),
  };
}

function logCall(log: Logger, destination: string, { entries, result, durationMs }: BatchCall) {
  const [first] = entries;
  if (first === undefined || result.kind === 'paused') return;
  logDestinationCalled(log, {
    destination,
    operation: first.operation,
    members: entries.length,
    segments: new Set(entries.map(({ member }) => member.segment)).size,
    result: result.kind,
    reason: result.kind === 'outcomes' ? undefined : result.reason,
    unnamedRefusals: unnamedRefusalsOf(result),
    durationMs,
    requestIds: requestsOf(entries),
  });
}

function unnamedRefusalsOf(result: PoliteResult): number | undefined {
  const count = result.kind === 'outcomes' ? (result.unnamedRefusals ?? 0) : 0;
  return count > 0 ? count : undefined;
}

function requestsOf(entries: readonly BatchEntry[]): string[] {
  const ids = new Set<string>();
  for (const requests of new Set(entries.map((entry) => entry.requests))) {
    for (const id of requests) ids.add(id);
    if (ids.size >= MAX_LOGGED_REQUESTS) break;
  }
  return [...ids].slice(0, MAX_LOGGED_REQUESTS);
}
