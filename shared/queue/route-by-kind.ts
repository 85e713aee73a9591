import type { Publisher } from './queue.ts';

/** The ways into the queue: each is a topic of its own, so that neither holds up the other. */
export interface Topics {
  /** Mutations, which forward pulls. */
  readonly mutations: Publisher;
  /** Creations and rejected entries, which are pushed to forward one by one. */
  readonly control: Publisher;
}

/** A publisher that brings each message to its topic, by its attribute `kind`. */
export function routeByKind({ mutations, control }: Topics): Publisher {
  return {
    spacing: mutations.spacing,
    publish: (message) =>
      (message.attributes['kind'] === 'mutations' ? mutations : control).publish(message),
    close: async () => {
      await Promise.all([mutations.close(), control.close()]);
    },
  };
}
