import { afterEach } from '@jest/globals';
import type { DestinationSettings } from '../../../../shared/destinations/destination.ts';
import { parseDescription } from '../../../../shared/destinations/http/description/parse-description.ts';
import { createHttpDestination } from '../../../../shared/destinations/http/http-destination.ts';
import { shippedDescriptions } from '../../../../shared/destinations/registry.ts';
import type { Vendor } from '../../../fakes/platforms/described.ts';

export const REQUEST = { title: 'Käufer "A"', audienceId: '4711.12' };
export const DELIVERED = { status: 'delivered' };
export const USERS = ['ann@example.com', 'bob@example.com', 'eve@example.com'];

/** A shipped destination at a vendor that is closed after the test. */
export async function shippedAt<V extends Vendor>(
  id: string,
  start: () => Promise<V>,
  settings: DestinationSettings = {},
) {
  const vendor = await start();
  open.push(vendor);
  const destination = createHttpDestination(parseDescription(shippedDescriptions[id], id), {
    baseUrl: vendor.url,
    credentials: () => Promise.resolve(vendor.credentials),
    options: vendor.options,
    ...settings,
  });
  const apply = (operation: 'add' | 'remove', segment: string, users: readonly string[]) =>
    destination.apply({
      operation,
      members: users.map((user) => ({ segment, user, operatedAt: 0 })),
    });
  const hashes = (users: readonly string[]) => users.map((user) => vendor.asKnown(user)).sort();
  return { vendor, destination, apply, hashes };
}

let open: Vendor[] = [];
afterEach(async () => {
  await Promise.all(open.map((vendor) => vendor.close()));
  open = [];
});
