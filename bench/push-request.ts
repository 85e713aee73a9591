import { groupMutations } from '../shared/audience/grouping.ts';
import { mutationsMessage } from '../shared/audience/outgoing-message.ts';
import type { OutgoingMessage } from '../shared/queue/queue.ts';

/** A message that adds users of one audience. */
export function messageOf(audience: string, users: readonly string[]): OutgoingMessage {
  const mutations = users.map((user) => ({
    audience,
    operation: 'add' as const,
    user: { uuid: `ab043529-3e55-4672-52f0-${user.padStart(12, '0')}`, externalUserId: user },
  }));
  const [first, ...others] = groupMutations(mutations, {
    shards: 1,
    memberId: 'external_user_id',
  });
  if (first === undefined) throw new TypeError('A message needs users.');
  return mutationsMessage([first, ...others], { requests: [{ requestId: crypto.randomUUID() }] });
}

/** A message as Pub/Sub pushes it: the body of the request. */
export function pushBody({ data, attributes }: OutgoingMessage): string {
  const message = {
    data: Buffer.from(data).toString('base64'),
    attributes,
    messageId: crypto.randomUUID(),
    publishTime: new Date().toISOString(),
  };
  return JSON.stringify({ message, subscription: 'projects/relay/subscriptions/forward' });
}
