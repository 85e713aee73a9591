import { shippedDescriptions } from '../../../shared/destinations/registry.ts';
import { parseDescription } from '../../../shared/destinations/http/description/parse-description.ts';
import { createHttpDestination } from '../../../shared/destinations/http/http-destination.ts';
import type { DestinationFixture } from '../../contracts/destinations/third-party.ts';
import { startPangolin } from '../../pangolin/pangolin.ts';
import { startFakeServer, type FakeCall } from './fake-server.ts';

const CREDENTIALS = 'pangolin:pangolin';

/** A destination at a Pangolin of its own, behind a front at which calls can come to grief. */
export async function pangolinFixture(id: string): Promise<DestinationFixture> {
  const pangolin = await startPangolin();
  const authorization = `Basic ${btoa(CREDENTIALS)}`;
  const ask = (path: string, call: RequestInit = {}) =>
    fetch(`${pangolin.url}${path}`, { ...call, headers: { authorization } });
  const front = await startFakeServer((call) => forward(pangolin.url, call));
  const refused: string[] = [];

  return {
    settings: { baseUrl: front.url, credentials: () => Promise.resolve(CREDENTIALS) },
    create: (settings) =>
      createHttpDestination(parseDescription(shippedDescriptions[id], `${id}.json`), settings),
    thirdParty: {
      members: async (segment) =>
        (await (await ask(`/v1/segments/${segment}/users`)).json()) as string[],
      asKnown: (user) => user,
      violations: () => front.violations,
      failNext: (mishap, times) => {
        front.failNext(mishap, times);
      },
      refuseUser: async (user) => {
        refused.push(user);
        await ask('/v1/faults', {
          method: 'PUT',
          body: JSON.stringify({ refuseUsers: refused }),
        });
      },
      close: async () => {
        await front.close();
        await pangolin.close();
      },
    },
  };
}

async function forward(url: string, { method, path, query, headers, body }: FakeCall) {
  const { authorization = '', 'content-type': type } = headers;
  const answer = await fetch(`${url}${path}?${query.toString()}`, {
    method,
    headers: { authorization, ...(type === undefined ? {} : { 'content-type': type }) },
    ...(body === '' ? {} : { body }),
  });
  return { status: answer.status, body: await answer.text() };
}
