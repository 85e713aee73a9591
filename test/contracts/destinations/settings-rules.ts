import { ConfigurationError, DestinationError } from '../../../shared/errors.ts';
import { must, mustEqual, OPERATED_AT, readySegment, REQUEST } from './playing.ts';
import type { ConformanceRule } from './conformance-rule.ts';
import { membersOf, type DestinationFixture } from './third-party.ts';
import type { Destination } from '../../../shared/destinations/destination.ts';

const needsCredentials = (_: Destination, { settings }: DestinationFixture) =>
  settings.credentials !== undefined;

/** The same credentials with another secret in each of their places. */
async function wrongCredentials({ settings }: DestinationFixture): Promise<string> {
  const right = (await settings.credentials?.()) ?? '';
  if (right.startsWith('{')) {
    const names = Object.keys(JSON.parse(right) as object);
    return JSON.stringify(Object.fromEntries(names.map((name) => [name, 'wrong-marker'])));
  }
  return right.includes(':') ? 'wrong:wrong-marker' : 'wrong-marker';
}

async function withWrongCredentials(fixture: DestinationFixture): Promise<Destination> {
  const wrong = await wrongCredentials(fixture);
  const { settings } = fixture;
  return fixture.create({ ...settings, credentials: () => Promise.resolve(wrong) });
}

export const settingsRules: readonly ConformanceRule[] = [
  {
    name: 'is not built without the credentials it needs',
    applies: needsCredentials,
    check: (_, fixture) => {
      const settings = { ...fixture.settings, credentials: undefined };
      const thrown = thrownBy(() => fixture.create(settings));
      must(
        thrown instanceof ConfigurationError &&
          thrown.problems.some((problem) => problem.startsWith('DESTINATION_CREDENTIALS')),
        'no ConfigurationError about DESTINATION_CREDENTIALS',
      );
      return Promise.resolve();
    },
  },
  {
    name: 'is not built with an option that it does not know',
    check: (_, fixture) => {
      const { options } = fixture.settings;
      const settings = {
        ...fixture.settings,
        options: { ...Object(options), tpyo: 'x' } as object,
      };
      const thrown = thrownBy(() => fixture.create(settings));
      must(
        thrown instanceof ConfigurationError &&
          thrown.problems.some((problem) => /^DESTINATION_OPTIONS.*tpyo/.test(problem)),
        'no ConfigurationError that names DESTINATION_OPTIONS and the option',
      );
      return Promise.resolve();
    },
  },
  {
    name: 'wrong credentials are a fault: an operator must act, and no member is to blame',
    applies: needsCredentials,
    check: async (destination, fixture) => {
      const segment = await readySegment(destination, fixture);
      const refused = await withWrongCredentials(fixture);
      const members = membersOf(segment, ['user@example.com'], OPERATED_AT);
      const result = await refused.apply({ operation: 'add', members });
      mustEqual('the result', result.kind, 'fault');
      must(!JSON.stringify(result).includes('marker'), 'the result shows a secret');
      if (destination.capabilities.segments === 'implicit') return;
      const error = await refused
        .createSegment({ ...REQUEST, title: 'Another' })
        .catch((reason: unknown) => reason);
      must(
        error instanceof DestinationError && error.code === 'DESTINATION_MISCONFIGURED',
        'a creation throws no DESTINATION_MISCONFIGURED',
      );
    },
  },
  {
    name: 'tells by a probe whether its credentials are accepted',
    applies: (destination, fixture) =>
      destination.probe !== undefined && needsCredentials(destination, fixture),
    check: async (destination, fixture) => {
      await destination.probe?.();
      const refused = await withWrongCredentials(fixture);
      const error = await refused.probe?.().catch((reason: unknown) => reason);
      must(
        error instanceof DestinationError && error.code === 'DESTINATION_MISCONFIGURED',
        'with wrong ones it throws no DESTINATION_MISCONFIGURED',
      );
      must(!String(error).includes('marker'), 'the error shows a secret');
    },
  },
];

function thrownBy(create: () => unknown): unknown {
  try {
    create();
  } catch (error) {
    return error;
  }
  return undefined;
}
