import type { Correlation } from '../logger.ts';
import type { OutgoingMessage } from '../queue/queue.ts';
import { encodeMessage, type Message } from './message.ts';

/**
 * A message as it is published. The attributes say what forward must know of a message it gives up
 * on without looking into it.
 */
export function outgoingMessage(message: Message, correlation: Correlation): OutgoingMessage {
  const { requestId, trace } = correlation;
  const { audience, members, orderingKey } = describe(message);
  return {
    data: encodeMessage(message),
    ...(orderingKey === undefined ? {} : { orderingKey }),
    attributes: {
      requestId,
      kind: message.kind,
      members: String(members),
      ...(audience === undefined ? {} : { audience }),
      ...(trace === undefined ? {} : { trace }),
    },
  };
}

interface Description {
  readonly audience?: string;
  readonly members: number;
  readonly orderingKey?: string;
}

function describe(message: Message): Description {
  switch (message.kind) {
    case 'mutations': {
      const { audience, mutations } = message;
      return { audience, members: mutations.length, orderingKey: `mutate:${audience}` };
    }
    case 'create-audience': {
      // A key of its own: mutations that wait for the segment must not hold up its creation.
      const { id } = message.audience;
      return { audience: id, members: 0, orderingKey: `create:${id}` };
    }
    case 'rejected-entries':
      return { members: message.entries.length };
  }
}
