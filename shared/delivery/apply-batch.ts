import type { BatchResult, MicroBatch, Outcome } from '../destinations/destination.ts';

export type BatchApplier = (batch: MicroBatch) => Promise<BatchResult>;

/**
 * Applies a micro-batch and gives one outcome per member, in order. A batch the third party refuses
 * as a whole is halved until the members at fault are known, so that they do not sink the others.
 */
export async function applyBatch(apply: BatchApplier, batch: MicroBatch): Promise<Outcome[]> {
  const result = await apply(batch);
  switch (result.kind) {
    case 'outcomes':
      return [...result.outcomes];
    case 'retry':
    case 'fault':
      return batch.members.map(() => ({ status: 'retry', reason: result.reason }));
    case 'refused-whole':
      return batch.members.length === 1
        ? [{ status: 'rejected', reason: result.reason }]
        : applyHalves(apply, batch);
  }
}

async function applyHalves(apply: BatchApplier, batch: MicroBatch): Promise<Outcome[]> {
  const middle = Math.ceil(batch.members.length / 2);
  const first = await applyBatch(apply, { ...batch, members: batch.members.slice(0, middle) });
  const rest = batch.members.slice(middle);
  // The delivery comes again as a whole: what is not called now, is called then.
  const ended = first.find(({ status }) => status === 'retry');
  if (ended !== undefined) return [...first, ...rest.map(() => ended)];
  return [...first, ...(await applyBatch(apply, { ...batch, members: rest }))];
}
