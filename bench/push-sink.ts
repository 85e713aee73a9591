import { listenLocally } from '../shared/http/listen.ts';
import { provision } from '../shared/queue/pubsub-provision.ts';

export const PROJECT = 'bench';

export interface PushSink {
  /** Deletes the topics. */
  remove(): Promise<void>;
}

/** Makes topics whose messages are pushed to somebody who takes them all, so that none are pushed again. */
export async function provisionSink(topic: string, deadLetterTopic: string): Promise<PushSink> {
  const { server, url } = await listenLocally((request, response) => {
    request.resume();
    response.end();
    return Promise.resolve();
  }, 0);
  const names = { topic, controlTopic: `${topic}-control`, deadLetterTopic };
  const provisioned = await provision({ projectId: PROJECT, ...names });
  await provisioned.addForward(`${topic}-forward`, [url]);
  return {
    remove: async () => {
      await provisioned.remove();
      server.closeAllConnections();
      server.close();
    },
  };
}
