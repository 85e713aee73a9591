import { creationMessage } from '../audience/outgoing-message.ts';
import type { AudienceMap, WaitingCreation } from '../audience-map/audience-map.ts';
import { logAudienceMapUnreadable, loggedError } from '../log-events.ts';
import type { Logger } from '../logger.ts';
import type { Delivery, Subscriber } from '../queue/queue.ts';

/** Creations that wait in the audience map. */
export interface DueCreations {
  /** Delivers those whose time has come, and resolves when none is under way here any more. */
  deliver(): Promise<void>;
  /** Delivers them at `dueAt`, if the process is awake then: else the next sweep does. */
  wakeAt(dueAt: Date): void;
  /** Waits for those under way, and begins no more. */
  stop(): Promise<void>;
}

export interface DueCreationsSettings {
  readonly audienceMap: Pick<AudienceMap, 'due'>;
  /** Delivers a creation as if it had just been pushed. */
  readonly deliver: Subscriber;
  readonly log: Logger;
}

const MAX_AT_ONCE = 100;
const NEVER_GONE = new AbortController().signal;

/**
 * Tries again what a creation came to nothing with. It waits in the audience map and not in the queue: a
 * message that is sent back slows all others of its subscription (documented for push subscriptions).
 */
export function createDueCreations({
  audienceMap,
  deliver,
  log,
}: DueCreationsSettings): DueCreations {
  let delivering: Promise<void> | undefined;
  let isStopped = false;
  const timers = new Set<NodeJS.Timeout>();

  async function deliverDue(): Promise<void> {
    try {
      for (let due = await audienceMap.due(MAX_AT_ONCE); due.length > 0 && !isStopped;) {
        await Promise.all(due.map((creation) => deliver(deliveryOf(creation), NEVER_GONE)));
        due = due.length < MAX_AT_ONCE ? [] : await audienceMap.due(MAX_AT_ONCE);
      }
    } catch (error) {
      logAudienceMapUnreadable(log, loggedError(error));
    }
  }

  const deliverOnce = (): Promise<void> => {
    if (isStopped) return Promise.resolve();
    delivering ??= deliverDue().finally(() => {
      delivering = undefined;
    });
    return delivering;
  };

  return {
    deliver: deliverOnce,
    wakeAt: (dueAt) => {
      if (isStopped) return;
      const timer = setTimeout(() => {
        timers.delete(timer);
        void deliverOnce();
      }, dueAt.getTime() - Date.now());
      timers.add(timer.unref());
    },
    stop: async () => {
      isStopped = true;
      for (const timer of timers) clearTimeout(timer);
      await delivering;
    },
  };
}

/** The message of the creation, as it was pushed; its age is that of the request. */
function deliveryOf({ audience, requestId, trace, askedAt }: WaitingCreation): Delivery {
  const kind = 'create-audience';
  const message = { kind, requestId, audience } as const;
  const { data, attributes } = creationMessage(message, { requestId, trace });
  return { messageId: requestId, data, attributes, publishTime: askedAt };
}
