import type { Destination, DestinationSettings, SegmentRequest } from '../destination.ts';
import { allWith, creationRefused } from '../failed-call.ts';
import { createCloudStorageBucket } from './cloud-storage-bucket.ts';
import { createDirectoryStorage } from './directory-storage.ts';
import { createDrop } from './drop.ts';
import { keepLabel } from './moloco-feed.ts';
import { parseFileDropOptions } from './options.ts';
import { segmentOfAudience } from './segment-name.ts';
import { systemTiming, type Timing } from './timing.ts';

const ID = 'file-drop';
const MAX_MEMBERS = 10_000;
/** A part and its window: a few requests to the storage, of 20 s each at most. */
const CALL_TIMEOUT_MS = 60_000;

/**
 * Files of members in a directory or a bucket. Mapp calls this way deprecated: it is for third parties that
 * offer nothing else. Members are delivered once they are durable; files are made in the background.
 * @param timing how time passes, apart from `settings.now`
 * @throws ConfigurationError when DESTINATION_OPTIONS is wrong.
 */
export function createFileDropDestination(
  settings: DestinationSettings,
  timing: Partial<Timing> = {},
): Destination {
  const options = parseFileDropOptions(settings.options);
  const { place, operations, format } = options;
  const storage =
    'directory' in place
      ? createDirectoryStorage(place.directory)
      : createCloudStorageBucket({ ...place, endpoint: settings.baseUrl });
  const time = { ...systemTiming, ...(settings.now && { now: settings.now }), ...timing };
  const removal = operations === 'column' ? 'native' : 'none';
  const drop = createDrop(options, storage, time);

  return {
    id: ID,
    capabilities: {
      segments: 'implicit',
      creationIdempotentBy: 'audience',
      removal,
      reports: 'all-or-nothing',
      maxMembersPerCall: MAX_MEMBERS,
      maxSegmentsPerCall: 1,
      callTimeoutMs: CALL_TIMEOUT_MS,
      maxConcurrentCalls: 16,
      oneCallPerSegment: false,
    },

    createSegment: async ({ title, audienceId }: SegmentRequest) => {
      const segment = segmentOfAudience(audienceId);
      if (segment === undefined) {
        throw creationRefused('The file drop', 'its id cannot be part of a file name');
      }
      if (format === 'moloco-audience-feed') await keepLabel(storage, { segment, title });
      return { segment, created: true };
    },

    apply: async (batch) => {
      const { members, operation } = batch;
      const segments = new Set(members.map(({ segment }) => segment));
      if (members.length > MAX_MEMBERS || segments.size > 1) {
        throw new TypeError(`${ID} takes ${MAX_MEMBERS} members of one segment a call.`);
      }
      if (operation === 'remove' && removal === 'none') {
        return allWith(members, { status: 'skipped', reason: 'the files hold additions only' });
      }
      return drop.deliver(batch);
    },

    close: async () => {
      drop.endWindows();
      await drop.settled();
    },
  };
}
