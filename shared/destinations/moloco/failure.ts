import { classifyStatus } from '../classify-status.ts';
import type { BatchResult, Member } from '../destination.ts';
import { allWith, failedBatch } from '../failed-call.ts';
import type { Reply } from '../send-request.ts';

/**
 * What a call that did not succeed means for its member; undefined: it succeeded. Of an answer only the
 * status is told: its message may quote the event.
 */
export function failureOf(reply: Reply, members: readonly Member[]): BatchResult | undefined {
  if (reply.kind === 'unanswered') return { kind: 'retry', reason: reply.reason };
  const { status } = reply;
  // Moloco wants every 5xx tried again, also 501.
  const meaning = status >= 500 ? 'retry' : classifyStatus(status);
  switch (meaning) {
    case 'ok':
      return undefined;
    case 'refused':
      return allWith(members, { status: 'rejected', reason: `answered ${status}` });
    case 'rejected':
      // 404, 410 …: the platform id or the host is wrong, not the event, which must be kept.
      return failedBatch(reply, 'fault', members);
    case 'retry':
    case 'too-fast':
    case 'fault':
      return failedBatch(reply, meaning, members);
  }
}
