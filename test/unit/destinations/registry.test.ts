import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { parseDescription } from '../../../shared/destinations/http/description/parse-description.ts';
import { createDestination, destinationIds } from '../../../shared/destinations/registry.ts';

const PLATFORMS = new URL('../../../shared/destinations/http/platforms/', import.meta.url);
const shipped = readdirSync(PLATFORMS).filter((file) => file.endsWith('.json'));
const settings = { credentials: () => Promise.resolve('user:password') };
/** What some need to know of the customer. */
const OPTIONS: Readonly<Record<string, object>> = {
  'braze-cohorts': { partner: 'mapp' },
  'linkedin-dmp-segments': { adAccountId: 1, sourcePlatform: 'MAPP' },
  'meta-custom-audiences': { adAccountId: 1 },
  'taboola-first-party': { accountId: 'demo' },
  rokt: { accountId: '1' },
  moloco: { platformId: 'SHOP' },
  'file-drop': { directory: '/tmp' },
};

it('Pangolin ships in both shapes: micro-batches and one by one', () => {
  expect(destinationIds).toEqual(expect.arrayContaining(['pangolin', 'pangolin-one-by-one']));
  expect(createDestination('pangolin', settings).capabilities).toEqual({
    segments: 'created',
    creationIdempotentBy: 'title',
    removal: 'native',
    reports: 'all-or-nothing',
    maxMembersPerCall: 1000,
    maxSegmentsPerCall: 1000,
    callTimeoutMs: 10_000,
    maxConcurrentCalls: 8,
    oneCallPerSegment: false,
  });
  expect(createDestination('pangolin-one-by-one', settings).capabilities.maxMembersPerCall).toBe(1);
});

describe.each(shipped)('%s', (file) => {
  const id = file.replace('.json', '');
  const json = JSON.parse(readFileSync(new URL(file, PLATFORMS), 'utf8')) as unknown;

  it('is a valid description whose id is its name', () => {
    expect(parseDescription(json, file).id).toBe(id);
  });

  it('is registered', () => {
    expect(destinationIds).toContain(id);
  });
});

it.each(destinationIds)('%s can be created, under its own id', (id) => {
  expect(createDestination(id, { ...settings, options: OPTIONS[id] }).id).toBe(id);
});

it.each(['acme', '', 'Pangolin', 'pangolin.json', 'constructor', '__proto__', 'toString'])(
  'DESTINATION=%j is refused with the ids there are',
  (id) => {
    expect(() => createDestination(id, settings)).toThrow(
      expect.objectContaining({
        code: 'CONFIGURATION_INVALID',
        problems: [
          `DESTINATION: "${id}" is unknown; use one of ${destinationIds.join(', ')}, or describe it (DESTINATION_DESCRIPTION)`,
        ],
      }),
    );
  },
);

it('a destination that needs credentials is not created without', () => {
  expect(() => createDestination('pangolin', {})).toThrow(
    expect.objectContaining({
      code: 'CONFIGURATION_INVALID',
      problems: ['DESTINATION_CREDENTIALS: pangolin needs them, as user:password'],
    }),
  );
});
