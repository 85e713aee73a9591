import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createFileDropDestination } from '../../../../shared/destinations/file-drop/file-drop-destination.ts';
import {
  fileDropBucketFixture,
  fileDropDirectoryFixture,
} from '../../../fakes/platforms/file-drop.ts';
import { membersOf, type DestinationFixture } from '../../../contracts/destinations/third-party.ts';

const directory = { directory: '/drops' };
const fixtures = {
  'a directory': () => fileDropDirectoryFixture(),
  'a bucket': () => fileDropBucketFixture(),
  'feeds in a directory': () => fileDropDirectoryFixture({ format: 'moloco-audience-feed' }),
  'feeds in a bucket': () => fileDropBucketFixture({ format: 'moloco-audience-feed' }),
};

describe('the file drop', () => {
  it('declares what it can', () => {
    const { id, capabilities } = createFileDropDestination({ options: directory });
    expect(id).toBe('file-drop');
    expect(capabilities).toEqual({
      segments: 'implicit',
      creationIdempotentBy: 'audience',
      removal: 'native',
      reports: 'all-or-nothing',
      maxMembersPerCall: 10_000,
      maxSegmentsPerCall: 1,
      callTimeoutMs: 60_000,
      maxConcurrentCalls: 16,
      oneCallPerSegment: false,
    });
  });

  it('cannot remove anybody where files hold additions only', async () => {
    const options = { ...directory, operations: 'additions-only' };
    const destination = createFileDropDestination({ options });
    expect(destination.capabilities.removal).toBe('none');
    const result = await destination.apply({
      operation: 'remove',
      members: membersOf('s', ['a', 'b'], 1),
    });
    const skipped = { status: 'skipped', reason: expect.any(String) };
    expect(result).toEqual({ kind: 'outcomes', outcomes: [skipped, skipped] });
  });

  it('creates a segment for each audience, and calls nobody', async () => {
    const destination = createFileDropDestination({ options: directory });
    const request = { title: 'T', audienceId: 'a.1' };
    expect(await destination.createSegment(request)).toEqual({ segment: 'a~2E1', created: true });
    expect(await destination.createSegment({ ...request, title: 'U' })).toMatchObject({
      segment: 'a~2E1',
    });
    await expect(destination.createSegment({ title: 'T', audienceId: '' })).rejects.toMatchObject({
      code: 'DESTINATION_REFUSED',
      retryable: false,
    });
  });

  it('refuses a call beyond its limits', async () => {
    const destination = createFileDropDestination({ options: directory });
    const members = membersOf('s', new Array<string>(10_001).fill('u'), 1);
    await expect(destination.apply({ operation: 'add', members })).rejects.toThrow(TypeError);
    const two = [...membersOf('s', ['u'], 1), ...membersOf('t', ['u'], 1)];
    await expect(destination.apply({ operation: 'add', members: two })).rejects.toThrow(TypeError);
    expect(await destination.apply({ operation: 'add', members: [] })).toEqual({
      kind: 'outcomes',
      outcomes: [],
    });
  });
});

describe.each(Object.keys(fixtures) as (keyof typeof fixtures)[])('the fixture of %s', (kind) => {
  let fixture: DestinationFixture;
  beforeEach(async () => {
    fixture = await fixtures[kind]();
  });
  afterEach(() => fixture.thirdParty.close());

  it('shows who is in a segment', async () => {
    const { thirdParty, settings } = fixture;
    const destination = fixture.create(settings);
    const request = { title: 'Title', audienceId: 'a.1' };
    const { segment } = await destination.createSegment(request);
    const users = ['anna', 'bert', 'carl'];
    await destination.apply({ operation: 'add', members: membersOf(segment, users, 1) });
    expect(await thirdParty.members(segment)).toEqual(users);

    await destination.apply({ operation: 'remove', members: membersOf(segment, ['bert'], 2) });
    await destination.close?.();
    expect(await thirdParty.members(segment)).toEqual(['anna', 'carl']);
    expect(await thirdParty.members('other')).toEqual([]);
    expect(thirdParty.violations()).toEqual([]);
  });
});
