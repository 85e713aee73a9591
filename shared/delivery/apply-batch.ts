import type { BatchFault, Destination, MicroBatch, Outcome } from '../destinations/destination.ts';

/**
 * Applies a micro-batch and gives one outcome per member, in order. A batch the third party refuses
 * as a whole is halved until the members at fault are known, so that they do not sink the others.
 * @param onFault called when the third party refuses us rather than the members
 */
export async function applyBatch(
  destination: Destination,
  batch: MicroBatch,
  onFault: (fault: BatchFault) => void,
): Promise<Outcome[]> {
  const result = await destination.apply(batch);
  switch (result.kind) {
    case 'outcomes':
      return [...result.outcomes];
    case 'retry':
      return batch.members.map(() => ({ status: 'retry', reason: result.reason }));
    case 'fault':
      onFault(result);
      return batch.members.map(() => ({ status: 'retry', reason: result.reason }));
    case 'refused-whole': {
      if (batch.members.length === 1) return [{ status: 'rejected', reason: result.reason }];
      const middle = Math.ceil(batch.members.length / 2);
      const halves = [batch.members.slice(0, middle), batch.members.slice(middle)];
      const outcomes: Outcome[] = [];
      for (const members of halves) {
        // The delivery comes again as a whole: what is not called now, is called then.
        const ended = outcomes.find(({ status }) => status === 'retry');
        const half = { ...batch, members };
        outcomes.push(
          ...(ended === undefined
            ? await applyBatch(destination, half, onFault)
            : members.map(() => ended)),
        );
      }
      return outcomes;
    }
  }
}
