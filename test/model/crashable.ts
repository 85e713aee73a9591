import type { Settlement } from '../../shared/queue/queue.ts';

/** Gives an object whose methods do nothing any more, and never answer, once the owner has crashed. */
export type Alive = <Parts extends object>(parts: Parts) => Parts;

export interface Crashable<Program> {
  /** Ends the program as kill -9 does, at whatever point it is, and starts a new one. */
  crash(): void;
  /** Cuts all connections; the program goes on. */
  disconnect(): void;
  /** Cuts all connections, and those to come go to a new program; the old one goes on with its work. */
  move(): void;
  /** Uses the program over a connection; ends with `nack` when the connection does. */
  connect(
    gone: AbortSignal,
    use: (program: Program, signal: AbortSignal) => Promise<Settlement>,
  ): Promise<Settlement>;
}

const NEVER = new Promise<never>(() => undefined);

export function createCrashable<Program>(start: (alive: Alive) => Program): Crashable<Program> {
  const connections = new Set<AbortController>();
  let current = begin();

  function begin() {
    const state = { isAlive: true };
    return { state, program: start(gateOf(state)) };
  }

  const disconnect = (): void => {
    for (const connection of connections) connection.abort();
    connections.clear();
  };

  return {
    disconnect,
    move: () => {
      current = begin();
      disconnect();
    },
    crash: () => {
      current.state.isAlive = false;
      current = begin();
      disconnect();
    },
    connect: (gone, use) => {
      const connection = new AbortController();
      connections.add(connection);
      const cut = new Promise<Settlement>((resolve) => {
        connection.signal.addEventListener('abort', () => {
          resolve('nack');
        });
      });
      const used = use(current.program, AbortSignal.any([gone, connection.signal]));
      return Promise.race([used, cut]).finally(() => connections.delete(connection));
    },
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

/** It may have crashed while the call was under way. */
function isStillAlive({ isAlive }: { readonly isAlive: boolean }): boolean {
  return isAlive;
}
