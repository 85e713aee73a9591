import { PlatformError } from '../../shared/errors.ts';
import type { DrainedDelivery } from '../../shared/delivery/drained-delivery.ts';
import type { Wake } from '../../shared/delivery/drain.ts';
import type { Pusher } from '../../shared/queue/push-from-consumer.ts';
import type { Consumer } from '../../shared/queue/consumer.ts';

/** Gives an object whose methods do nothing any more, and never answer, once the process has crashed. */
export type Alive = <Parts extends object>(parts: Parts) => Parts;

export interface ProcessParts {
  readonly alive: Alive;
  /** A consumer that fails while the process is cut off from the queue. */
  readonly reachable: (consumer: Consumer) => Consumer;
}

/** The processes of forward: one, or two that overlap as at a roll-out. */
export interface Processes {
  wake(wake?: Wake): void;
  /** Ends all of them as kill -9 does, at whatever point they are, and starts a new one. */
  crash(): void;
  /** Starts a second one; the first one ends in order. */
  rollOut(): void;
  /** Cuts them off from the queue until {@link reconnect}; their calls to the platform go on. */
  cutOff(): void;
  reconnect(): void;
  /** Ends all of them in order. */
  stop(): Promise<void>;
}

/** A forward, and what pushes control messages to it. */
export interface ProcessOfForward {
  readonly delivery: DrainedDelivery;
  readonly pusher?: Pusher;
}

interface Process {
  readonly state: { isAlive: boolean; isCutOff: boolean };
  readonly forward: ProcessOfForward;
}

const NEVER = new Promise<never>(() => undefined);
/** A process that ends in order has this long: Cloud Run gives ten seconds. */
const STOP_MS = 6_000;

export function createProcesses(start: (parts: ProcessParts) => ProcessOfForward): Processes {
  let running = [begin()];

  function begin(): Process {
    const state = { isAlive: true, isCutOff: false };
    return { state, forward: start({ alive: gateOf(state), reachable: cuttable(state) }) };
  }

  return {
    wake: (wake) => {
      for (const { forward } of running) {
        void forward.delivery.look(wake);
        void forward.pusher?.look();
      }
    },
    crash: () => {
      for (const { state } of running) state.isAlive = false;
      running = [begin()];
    },
    rollOut: () => {
      const before = running;
      running = [...before, begin()];
      void Promise.all(before.map(({ forward }) => forward.delivery.stop(STOP_MS))).then(() => {
        running = running.filter((process) => !before.includes(process));
      });
    },
    cutOff: () => {
      for (const { state } of running) state.isCutOff = true;
    },
    reconnect: () => {
      for (const { state } of running) state.isCutOff = false;
    },
    stop: async () => {
      await Promise.all(running.map(({ forward }) => forward.delivery.stop(0)));
    },
  };
}

function cuttable(state: { readonly isCutOff: boolean }): ProcessParts['reachable'] {
  return (consumer) => {
    const reach = <Value>(call: () => Promise<Value>): Promise<Value> =>
      state.isCutOff
        ? Promise.reject(new PlatformError('QUEUE_UNAVAILABLE', 'The process is cut off.'))
        : call();
    return {
      leaseMs: consumer.leaseMs,
      pull: (limits) => reach(() => consumer.pull(limits)),
      acknowledge: (messages) => reach(() => consumer.acknowledge(messages)),
      putBack: (messages, seconds) => reach(() => consumer.putBack(messages, seconds)),
      extend: (messages) => reach(() => consumer.extend(messages)),
      close: () => consumer.close(),
    };
  };
}

/** A call begun before the crash may have its effect; its answer reaches nobody. */
function gateOf(state: { readonly isAlive: boolean }): Alive {
  return (parts) =>
    new Proxy(parts, {
      get: (target, name, receiver): unknown => {
        const value: unknown = Reflect.get(target, name, receiver);
        if (typeof value !== 'function') return value;
        return async (...args: unknown[]): Promise<unknown> => {
          if (!state.isAlive) return NEVER;
          const result: unknown = await (value as (...args: unknown[]) => unknown)(...args);
          return isStillAlive(state) ? result : NEVER;
        };
      },
    });
}

/** It may have crashed while the call was in flight. */
function isStillAlive({ isAlive }: { readonly isAlive: boolean }): boolean {
  return isAlive;
}
