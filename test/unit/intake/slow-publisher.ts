import { decodeMessage, type MutationsMessage } from '../../../shared/audience/message.ts';
import type { OutgoingMessage } from '../../../shared/queue/queue.ts';

/** A message whose publish has begun, and how it ends. */
export interface BegunPublish {
  readonly orderingKey: string | undefined;
  readonly message: MutationsMessage;
  /** The users of its mutations, in their order. */
  readonly users: readonly (string | undefined)[];
  acknowledge(): void;
  fail(error: unknown): void;
}

export interface SlowPublisher {
  readonly publish: (message: OutgoingMessage) => Promise<string>;
  /** Those that hang and those that have ended, in the order of their beginning. */
  readonly begun: readonly BegunPublish[];
}

/** A queue whose every publish hangs until a test ends it. */
export function slowPublisher(): SlowPublisher {
  const begun: BegunPublish[] = [];
  const publish = ({ data, orderingKey }: OutgoingMessage) =>
    new Promise<string>((resolve, reject) => {
      const message = decodeMessage(data) as MutationsMessage;
      begun.push({
        orderingKey,
        message,
        users: message.mutations.map(({ externalUserId }) => externalUserId),
        acknowledge: () => {
          resolve('id');
        },
        fail: reject,
      });
    });
  return { publish, begun };
}
