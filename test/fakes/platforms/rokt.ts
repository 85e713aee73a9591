import { createHash } from 'node:crypto';
import { createRoktDestination } from '../../../shared/destinations/rokt/rokt-destination.ts';
import type { DestinationFixture, ThirdParty } from '../../contracts/destinations/third-party.ts';
import { startFakeServer, type FakeServer } from './fake-server.ts';
import { fakeEventsApi } from './rokt-events.ts';
import { fakeImport } from './rokt-import.ts';

/** The SHA-256 of an email, as Rokt hashes them. */
function hashOfEmail(email: string): string {
  return createHash('sha256').update(email.trim().toLowerCase()).digest('hex');
}

/** Rokt's lists, by the hashes of emails. */
export async function roktImportFixture(): Promise<DestinationFixture> {
  const api = fakeImport();
  const server = await startFakeServer(api.handle);
  const thirdParty = {
    ...partyAt(server),
    members: (segment: string) => Promise.resolve([...api.list(segment)].sort()),
    asKnown: hashOfEmail,
    refuseUser: (user: string) => void api.refuse(hashOfEmail(user)),
  };
  const options = { accountId: api.account, identifier: 'sha256', membersPerCall: 100 };
  return fixture(thirdParty, { server, credentials: api.credentials, options });
}

/** Membership as user attributes, of users known by their emails. */
export async function roktAttributesFixture(): Promise<DestinationFixture> {
  const api = fakeEventsApi();
  const server = await startFakeServer(api.handle);
  const thirdParty = {
    ...partyAt(server),
    members: (segment: string) => Promise.resolve(api.usersWith(segment).sort()),
    asKnown: (user: string) => user.trim(),
  };
  const options = { mode: 'attributes', pod: 'us1', identity: 'email', attributePrefix: 'mapp_' };
  return fixture(thirdParty, { server, credentials: api.credentials, options });
}

/** Membership as events, of users known by the hashes of their emails. */
export async function roktEventsFixture(): Promise<DestinationFixture> {
  const api = fakeEventsApi();
  const server = await startFakeServer(api.handle);
  const joined = (segment: string) =>
    api.conversions.filter(
      ({ attributes }) => attributes['audience'] === segment && attributes['operation'] === 'add',
    );
  const thirdParty = {
    ...partyAt(server),
    members: (segment: string) =>
      Promise.resolve([...new Set(joined(segment).map(({ user }) => user))].sort()),
    asKnown: hashOfEmail,
  };
  const options = { mode: 'events', pod: 'eu1', identity: 'other' };
  return fixture(thirdParty, { server, credentials: api.credentials, options });
}

function partyAt(server: FakeServer): Pick<ThirdParty, 'violations' | 'failNext' | 'close'> {
  return {
    violations: () => server.violations,
    failNext: (mishap, times) => {
      server.failNext(mishap, times);
    },
    close: () => server.close(),
  };
}

function fixture(
  thirdParty: ThirdParty,
  { server, credentials, options }: { server: FakeServer; credentials: string; options: object },
): DestinationFixture {
  const settings = {
    baseUrl: server.url,
    credentials: () => Promise.resolve(credentials),
    options,
  };
  return { thirdParty, settings, create: createRoktDestination };
}
