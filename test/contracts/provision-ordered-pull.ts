export interface OrderedPullWiring {
  readonly emulatorHost: string;
  readonly projectId: string;
  /** Of the topic, and of its subscription. */
  readonly name: string;
  /** Pub/Sub's emulator takes a second; Pub/Sub ten or more. */
  readonly ackDeadlineMs: number;
}

/** Creates a topic with an ordered pull subscription on the emulator. The result deletes both. */
export async function provisionOrderedPull(
  wiring: OrderedPullWiring,
): Promise<() => Promise<void>> {
  const { emulatorHost, projectId, name, ackDeadlineMs } = wiring;
  const topic = `projects/${projectId}/topics/${name}`;
  const subscription = `projects/${projectId}/subscriptions/${name}`;
  const call = async (method: string, path: string, body?: object): Promise<void> => {
    const answer = await fetch(`http://${emulatorHost}/v1/${path}`, {
      method,
      headers: { 'Content-Type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`The emulator answered ${method} ${path}: ${text}`);
  };
  await call('PUT', topic, {});
  await call('PUT', subscription, {
    topic,
    enableMessageOrdering: true,
    ackDeadlineSeconds: ackDeadlineMs / 1_000,
  });
  return async () => {
    await call('DELETE', subscription);
    await call('DELETE', topic);
  };
}
