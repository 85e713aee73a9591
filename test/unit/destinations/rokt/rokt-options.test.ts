import { describe, expect, it } from '@jest/globals';
import { createRoktDestination } from '../../../../shared/destinations/rokt/rokt-destination.ts';
import { ConfigurationError } from '../../../../shared/errors.ts';

const credentials = () => Promise.resolve('key:secret');
const IMPORT = { accountId: '123456789' };
const ATTRIBUTES = { mode: 'attributes', pod: 'us1' };
const EVENTS = { mode: 'events', pod: 'us1' };

function problemsOf(options: unknown, settings: object = { credentials }): readonly string[] {
  try {
    createRoktDestination({ ...settings, options });
  } catch (error) {
    if (error instanceof ConfigurationError) return error.problems;
    throw error;
  }
  return [];
}

function capabilitiesOf(options: unknown) {
  return createRoktDestination({ credentials, options }).capabilities;
}

describe('the options of rokt', () => {
  it.each([IMPORT, { ...IMPORT, mode: 'audience-import' }, ATTRIBUTES, EVENTS])(
    'are enough: %j',
    (options) => {
      expect(problemsOf(options)).toEqual([]);
    },
  );

  it.each([
    [{}, 'accountId'],
    [undefined, 'accountId'],
    [{ accountId: 'a b' }, 'accountId'],
    [{ ...IMPORT, identifier: 'md5' }, 'identifier'],
    [{ ...IMPORT, membersPerCall: 0 }, 'membersPerCall'],
    [{ ...IMPORT, membersPerCall: 10_001 }, 'membersPerCall'],
    [{ ...IMPORT, callsPerSecond: 0 }, 'callsPerSecond'],
    [{ ...IMPORT, pod: 'us1' }, 'pod'],
    [{ ...IMPORT, mode: 'lists' }, 'mode'],
    [{ mode: 'attributes' }, 'pod'],
    [{ ...ATTRIBUTES, pod: 'us3' }, 'pod'],
    [{ ...ATTRIBUTES, environment: 'test' }, 'environment'],
    [{ ...ATTRIBUTES, identity: 'mobile_number' }, 'identity'],
    [{ ...ATTRIBUTES, batchesPerSecond: 271 }, 'batchesPerSecond'],
    [{ ...ATTRIBUTES, batchesPerSecond: 0.5 }, 'batchesPerSecond'],
    [{ ...ATTRIBUTES, attributePrefix: 'x'.repeat(201) }, 'attributePrefix'],
    [{ ...ATTRIBUTES, attributePrefix: '$' }, 'attributePrefix'],
    [{ ...ATTRIBUTES, eventName: 'conversion' }, 'eventName'],
    [{ ...EVENTS, eventName: '' }, 'eventName'],
    [{ ...EVENTS, eventName: 'x'.repeat(257) }, 'eventName'],
    [{ ...EVENTS, attributePrefix: 'a' }, 'attributePrefix'],
  ])('are refused: %j', (options, name) => {
    const problems = problemsOf(options);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(new RegExp(`^DESTINATION_OPTIONS\\.${name}: \\S`));
  });

  it.each(['text', ['a'], 7])('are an object, not %j', (options) => {
    expect(problemsOf(options)).toEqual(['DESTINATION_OPTIONS: must be a JSON object']);
  });

  it('are refused with all problems at once, missing credentials among them', () => {
    const options = { ...ATTRIBUTES, pod: 'x', identity: 'x', eventName: 'a', accountId: 'b' };
    const problems = problemsOf(options, {});
    expect(problems).toHaveLength(5);
    expect(problems.at(-1)).toMatch(/^DESTINATION_CREDENTIALS: rokt needs them, as key:secret/);
    expect(problemsOf(IMPORT, {})).toHaveLength(1);
  });
});

describe('the capabilities of rokt', () => {
  it('are those of lists by default', () => {
    expect(capabilitiesOf({ ...IMPORT, membersPerCall: 50, callsPerSecond: 3 })).toMatchObject({
      segments: 'implicit',
      creationIdempotentBy: 'title',
      removal: 'native',
      maxMembersPerCall: 50,
      maxSegmentsPerCall: 1,
      maxCallRate: { calls: 3, perMs: 1_000 },
    });
  });

  it('say that an event removes nobody', () => {
    expect(capabilitiesOf(ATTRIBUTES).removal).toBe('native');
    expect(capabilitiesOf(EVENTS).removal).toBe('none');
  });

  it.each([1, 2, 50, 100, 101, 150, 200, 201, 269, 270])(
    'allow %i batches a second, and never more',
    (batchesPerSecond) => {
      const { maxMembersPerCall, maxCallRate } = capabilitiesOf({ ...EVENTS, batchesPerSecond });
      const { calls = 0, perMs = 1 } = maxCallRate ?? {};
      const inAnySecond = Math.ceil(1_000 / perMs) * calls * maxMembersPerCall;
      expect(inAnySecond).toBeLessThanOrEqual(batchesPerSecond);
      expect(inAnySecond).toBeGreaterThan(batchesPerSecond * 0.98 - 1);
      expect(maxMembersPerCall).toBeLessThanOrEqual(100);
    },
  );
});
