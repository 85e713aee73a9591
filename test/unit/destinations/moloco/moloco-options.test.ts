import { describe, expect, it } from '@jest/globals';
import { createMolocoDestination } from '../../../../shared/destinations/moloco/moloco-destination.ts';
import { ConfigurationError } from '../../../../shared/errors.ts';
import { recordingFetch } from '../recording-fetch.ts';

const credentials = () => Promise.resolve('the-key');
const PLATFORM = { platformId: 'SHOP_TEST' };
const APP = { ...PLATFORM, channelType: 'APP' };

function problemsOf(options: unknown, settings: object = { credentials }): readonly string[] {
  try {
    createMolocoDestination({ ...settings, options });
  } catch (error) {
    if (error instanceof ConfigurationError) return error.problems;
    throw error;
  }
  return [];
}

async function urlFor(options: object, baseUrl?: string): Promise<string | undefined> {
  const { fetch, calls } = recordingFetch(() => Response.json({}));
  const destination = createMolocoDestination({ credentials, options, fetch, baseUrl });
  const members = [{ segment: 'VIPs', user: 'a', operatedAt: 0 }];
  await destination.apply({ operation: 'add', members });
  return calls[0]?.url;
}

describe('the options of moloco', () => {
  it.each([
    PLATFORM,
    { ...APP, deviceOs: 'ios' },
    { ...PLATFORM, eventType: 'LAND', identifier: 'custom_id', leaveEvents: true },
  ])('are enough: %j', (options) => {
    expect(problemsOf(options)).toEqual([]);
  });

  it.each([
    [undefined, 'platformId'],
    [{ platformId: 'a/b' }, 'platformId'],
    [{ ...PLATFORM, platformHost: 'a.b' }, 'platformHost'],
    [{ ...PLATFORM, endpoint: 'eu' }, 'endpoint'],
    [{ ...PLATFORM, channelType: 'TV' }, 'channelType'],
    [{ ...PLATFORM, deviceOs: 'ios' }, 'deviceOs'],
    [APP, 'deviceOs'],
    [{ ...APP, deviceOs: 'web' }, 'deviceOs'],
    [{ ...PLATFORM, identifier: 'email' }, 'identifier'],
    [{ ...PLATFORM, leaveEvents: 'yes' }, 'leaveEvents'],
    [{ ...PLATFORM, callsPerSecond: 0 }, 'callsPerSecond'],
    [{ ...PLATFORM, callsPerSecond: 1_001 }, 'callsPerSecond'],
    [{ ...PLATFORM, environment: 'test' }, 'environment'],
    [{ platformId: '-' }, 'platformHost'],
  ])('are refused: %j', (options, name) => {
    const problems = problemsOf(options);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(new RegExp(`^DESTINATION_OPTIONS\\.${name}: \\S`));
  });

  it.each(['SEARCH', 'ITEM_PAGE_VIEW', 'ADD_TO_CART', 'PURCHASE', 'ADD_TO_WISHLIST'])(
    'say why an audience cannot be the event %s',
    (eventType) => {
      const [problem = ''] = problemsOf({ ...PLATFORM, eventType });
      expect(problem).toMatch(/^DESTINATION_OPTIONS\.eventType: .*need items or a search query/);
    },
  );

  it('are an object', () => {
    expect(problemsOf('text')).toEqual(['DESTINATION_OPTIONS: must be a JSON object']);
  });

  it('are refused with all problems at once, missing credentials among them', () => {
    const options = { platformId: '', endpoint: 'x', channelType: 'APP', a: 1, b: 2 };
    const problems = problemsOf(options, {});
    expect(problems).toHaveLength(6);
    expect(problems.at(-1)).toBe('DESTINATION_CREDENTIALS: moloco needs them, as the API key');
    expect(problemsOf(PLATFORM, {})).toEqual([problems.at(-1)]);
  });
});

describe('the address of moloco', () => {
  it.each([
    [PLATFORM, 'https://shop-test-evt.mcm-api.moloco.com'],
    [{ ...PLATFORM, endpoint: 'rmp' }, 'https://shop-test-evt.rmp-api.moloco.com'],
    [{ ...PLATFORM, platformHost: 'shop' }, 'https://shop-evt.mcm-api.moloco.com'],
  ])('of %j', async (options, base) => {
    expect(await urlFor(options)).toBe(`${base}/rmp/event/v1/platforms/SHOP_TEST/userevents`);
  });

  it.each(['https://evt-sel.rmp-api.moloco.com', 'https://evt-sel.rmp-api.moloco.com/'])(
    'may be another one: %s',
    async (baseUrl) => {
      const url = 'https://evt-sel.rmp-api.moloco.com/rmp/event/v1/platforms/SHOP_TEST/userevents';
      expect(await urlFor(PLATFORM, baseUrl)).toBe(url);
    },
  );

  it('needs no host then', async () => {
    const url = await urlFor({ platformId: '-' }, 'https://a.example');
    expect(url).toBe('https://a.example/rmp/event/v1/platforms/-/userevents');
  });
});
