import { createHash } from 'node:crypto';
import type { Member, MicroBatch } from './destination.ts';

/**
 * An id of one operation on one member: the same at every redelivery and replay, another one when the
 * user is added again later. Nobody can be read from it.
 * @param scope what else makes it another operation for the third party, as the way in which it is told
 */
export function operationId(
  operation: MicroBatch['operation'],
  { segment, user, operatedAt }: Member,
  scope: readonly string[] = [],
): string {
  const parts = JSON.stringify([...scope, operation, segment, user, operatedAt]);
  return createHash('sha256').update(parts, 'utf8').digest('hex');
}
