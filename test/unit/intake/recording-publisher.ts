import { decodeMessage, type Message } from '../../../shared/audience/message.ts';
import type { OutgoingMessage } from '../../../shared/queue/queue.ts';

/** A queue that takes everything, and what it was given. */
export function recordingPublisher() {
  const published: Message[] = [];
  const publish = ({ data }: OutgoingMessage): Promise<string> => {
    published.push(decodeMessage(data));
    return Promise.resolve('id');
  };
  return { publish, published };
}
