import type { Destination, DestinationSettings } from '../destination.ts';
import { allWith } from '../failed-call.ts';
import { createCaller } from './caller.ts';
import { capabilitiesOf, memberBytesOf } from './capabilities.ts';
import type { PlatformDescription } from './description/schema.ts';
import { applyMicroBatch } from './micro-batch.ts';
import { readOptions } from './options.ts';
import { prober } from './probe.ts';
import { segmentCreator, segmentFinder } from './segments.ts';
import { timeValues } from './values.ts';

/**
 * The destination for any third party that a description can describe.
 * @throws ConfigurationError when the description demands credentials or options that are missing or
 *   wrong.
 */
export function createHttpDestination(
  platform: PlatformDescription,
  settings: DestinationSettings,
): Destination {
  const { now = Date.now } = settings;
  const options = readOptions(platform, settings.options);
  const constants = () => ({ ...timeValues(now(), platform.ttlSeconds), ...options });
  const parts = { platform, constants, call: createCaller(platform, settings, constants) };

  return {
    id: platform.id,
    capabilities: capabilitiesOf(platform),
    ...(platform.find === undefined ? {} : { findSegment: segmentFinder(platform.find, parts) }),
    createSegment: segmentCreator(parts),
    ...(platform.probe === undefined ? {} : { probe: prober(platform.probe, parts) }),
    memberBytes: (operation, member) => memberBytesOf(parts, operation, member),
    apply: async (batch) => {
      const template = platform[batch.operation];
      if (template === 'not-supported') {
        const reason = 'this platform cannot remove members';
        return allWith(batch.members, { status: 'skipped', reason });
      }
      if (batch.members.length > platform.limits.membersPerCall) {
        throw new TypeError(
          `${platform.id} takes ${platform.limits.membersPerCall} members a call.`,
        );
      }
      return applyMicroBatch(batch, template, parts);
    },
  };
}
