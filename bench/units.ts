import { audienceIds, MUTATIONS_PER_REQUEST, microBatch, usersOf } from './micro-batch.ts';
import { INTAKE_EMBEDDED, INTAKE_PUBSUB, FIFTY, FORWARD_START, INTAKE_PUBLISHED } from './names.ts';
import type { ForwardFigures } from './forward/measure-forward.ts';
import { messageOf } from './push-request.ts';
import type { BenchResult } from './result.ts';

/** What one of each thing takes, from the figures of a run. */
export function unitsOf(
  { intake, endToEnd, coldStart }: Omit<BenchResult, 'units'>,
  forward: ForwardFigures,
): BenchResult['units'] {
  const embedded = intake[INTAKE_EMBEDDED] ?? {};
  const pubsub = intake[INTAKE_PUBSUB] ?? {};
  const cpu = ({ fixedCpuMicrosPerRequest = 0 }: Record<string, number>) =>
    fixedCpuMicrosPerRequest;
  const { fixedMessagesPerRequest: published = 1 } = pubsub;
  return {
    ...messageUnits(),
    // At the fixed rate: at saturation requests share messages, and a message's part cannot be told.
    intakeCpuMicrosPerRequest: cpu(embedded),
    publishCpuMicrosPerMessage: Math.max(0, (cpu(pubsub) - cpu(embedded)) / published),
    forwardCpuMicrosPerMessage: forward.cpuMicrosPerMessage,
    forwardCpuMicrosPerMutation: forward.cpuMicrosPerMutation,
    forwardCpuMicrosPerCall: forward.cpuMicrosPerCall,
    mapReadsPer1000Messages: endToEnd[FIFTY]?.['mapReadsPer1000Messages'] ?? 0,
    coldStartMs: {
      intake: coldStart[INTAKE_PUBLISHED] ?? 0,
      forward: coldStart[FORWARD_START] ?? 0,
    },
  };
}

/** Sizes: they follow from the code alone. */
export function messageUnits() {
  const [audience = ''] = audienceIds(1);
  const { body } = microBatch({ url: '', audiences: [audience], spread: 'one-audience' }, 0);
  const one = bytesOf(audience, usersOf(0).slice(0, 1));
  const all = bytesOf(audience, usersOf(0));
  const messageBytesPerMutation = (all - one) / (MUTATIONS_PER_REQUEST - 1);
  return {
    requestBytes: Buffer.byteLength(body),
    mutationsPerRequest: MUTATIONS_PER_REQUEST,
    messageBytesPerMutation,
    messageOverheadBytes: one - messageBytesPerMutation,
  };
}

function bytesOf(audience: string, users: readonly string[]): number {
  const { data, attributes, orderingKey = '' } = messageOf(audience, users);
  const named = Object.entries(attributes).flat();
  return data.length + named.reduce((sum, text) => sum + text.length, 0) + orderingKey.length;
}
