import { ConfigurationError } from '../../errors.ts';
import { basicAuthHeader } from '../../http/basic-auth.ts';
import type { Destination, DestinationSettings, MicroBatch, Outcome } from '../destination.ts';
import { allWith, creationRefused } from '../failed-call.ts';
import { sendRequest, type Reply } from '../send-request.ts';
import { createAudienceImport } from './audience-import.ts';
import { createEventsApi } from './events-api.ts';
import { failureOf } from './failure.ts';
import { readRoktOptions } from './options.ts';
import type { RoktApi } from './rokt-api.ts';

const ID = 'rokt';
const NO_CREDENTIALS =
  'DESTINATION_CREDENTIALS: rokt needs them, as key:secret (rpub-…:rsec-… for the audience import)';

/**
 * Rokt, in one of three modes: its import of custom audiences, or its Event API with membership as an
 * attribute of the user or as an event.
 * @throws ConfigurationError naming every problem of DESTINATION_OPTIONS, and missing credentials.
 */
export function createRoktDestination(settings: DestinationSettings): Destination {
  const read = readRoktOptions(settings.options);
  const { credentials } = settings;
  if ('problems' in read || credentials === undefined) {
    throw new ConfigurationError([
      ...('problems' in read ? read.problems : []),
      ...(credentials === undefined ? [NO_CREDENTIALS] : []),
    ]);
  }
  const { options } = read;
  const api =
    options.mode === 'audience-import' ? createAudienceImport(options) : createEventsApi(options);
  const { capabilities } = api;
  const url = new URL((settings.baseUrl ?? api.baseUrl).replace(/\/$/, '') + api.path);

  const post = async (body: string): Promise<Reply> => {
    const authorization = basicAuthHeader(await credentials());
    const headers = { ...api.headers, authorization };
    const { fetch } = settings;
    return sendRequest(
      { method: 'POST', url, headers, body },
      { fetch, timeoutMs: api.capabilities.callTimeoutMs },
    );
  };

  return {
    id: ID,
    capabilities,

    createSegment: ({ title }) => {
      const named = api.segmentOf(title);
      return 'problem' in named
        ? Promise.reject(creationRefused('Rokt', named.problem))
        : Promise.resolve({ segment: named.segment, created: true });
    },

    memberBytes: (operation, member) => {
      const written = api.writeMember(operation, member);
      return 'problem' in written ? 0 : Buffer.byteLength(JSON.stringify(written.item)) + 1;
    },

    apply: async (batch) => {
      const { operation, members } = batch;
      const [first] = members;
      if (first === undefined) return { kind: 'outcomes', outcomes: [] };
      assertWithinLimits(batch, api);
      if (operation === 'remove' && capabilities.removal === 'none') {
        return allWith(members, { status: 'skipped', reason: 'an event cannot be taken back' });
      }
      const written = members.map((member) => api.writeMember(operation, member));
      const sendable = written.filter((each) => 'item' in each);
      if (sendable.length > 0) {
        const items = [...new Map(sendable.map(({ key, item }) => [key, item])).values()];
        const body = JSON.stringify(api.writeBody({ operation, segment: first.segment, items }));
        if (Buffer.byteLength(body) > api.maxBodyBytes) {
          throw new TypeError(`${ID} takes ${api.maxBodyBytes} bytes a call.`);
        }
        const failure = failureOf(await post(body), members);
        if (failure !== undefined) return failure;
      }
      return {
        kind: 'outcomes',
        outcomes: written.map((each) => ('problem' in each ? notSent(each.problem) : DELIVERED)),
      };
    },
  };
}

const DELIVERED: Outcome = { status: 'delivered' };

function notSent(problem: string): Outcome {
  return { status: 'rejected', reason: `not sent: ${problem}` };
}

function assertWithinLimits({ members }: MicroBatch, { capabilities }: RoktApi): void {
  const { maxMembersPerCall, maxSegmentsPerCall } = capabilities;
  const segments = new Set(members.map(({ segment }) => segment));
  if (members.length > maxMembersPerCall || segments.size > maxSegmentsPerCall) {
    throw new TypeError(
      `${ID} takes ${maxMembersPerCall} members and ${maxSegmentsPerCall} segments a call.`,
    );
  }
}
