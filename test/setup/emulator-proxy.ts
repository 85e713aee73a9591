import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** A connection to an emulator that can be cut: what a client sees when the service is down. */
export interface EmulatorProxy {
  readonly host: string;
  /** Cuts all connections and accepts none. */
  cut(): Promise<void>;
  /** Accepts connections again, at the same port. */
  restore(): Promise<void>;
}

/** Stands between a client and the emulator at `target` (`host:port`). */
export async function proxyEmulator(target: string): Promise<EmulatorProxy> {
  const [host, port] = target.split(':');
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const upstream = connect(Number(port), host);
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(from);
      from.on('error', () => to.destroy());
      from.on('close', () => {
        sockets.delete(from);
        to.destroy();
      });
      from.pipe(to);
    }
  });
  const listen = async (at: number): Promise<void> => {
    server.listen(at, '127.0.0.1');
    await once(server, 'listening');
  };
  await listen(0);
  const own = (server.address() as AddressInfo).port;
  return {
    host: `127.0.0.1:${own}`,
    cut: async () => {
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
    restore: () => listen(own),
  };
}

/** Runs `create` while the official clients are told another Pub/Sub emulator. */
export function withPubSubEmulatorAt<Value>(host: string, create: () => Value): Value {
  const real = process.env['PUBSUB_EMULATOR_HOST'];
  process.env['PUBSUB_EMULATOR_HOST'] = host;
  try {
    return create();
  } finally {
    process.env['PUBSUB_EMULATOR_HOST'] = real;
  }
}

/** Where the setup has put the Pub/Sub emulator. */
export function pubsubEmulatorHost(): string {
  return process.env['PUBSUB_EMULATOR_HOST'] ?? '';
}
