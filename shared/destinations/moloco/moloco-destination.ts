import { ConfigurationError } from '../../errors.ts';
import type {
  BatchResult,
  Destination,
  DestinationCapabilities,
  DestinationSettings,
  MicroBatch,
  Outcome,
} from '../destination.ts';
import { allWith, creationRefused } from '../failed-call.ts';
import { nameProblem } from '../segment-name.ts';
import { sendRequest } from '../send-request.ts';
import { failureOf } from './failure.ts';
import { baseUrlOf, readMolocoOptions, type MolocoOptions } from './options.ts';
import { MAX_NAME_LENGTH, membershipEvent, writeUserId } from './user-event.ts';

const ID = 'moloco';
const TIMEOUT_MS = 10_000;
const NO_CREDENTIALS = 'DESTINATION_CREDENTIALS: moloco needs them, as the API key';
const NO_HOST =
  'DESTINATION_OPTIONS.platformHost: is needed, as the platform id cannot be part of the name of a host';

/**
 * Moloco Commerce Media's User Event API: an event for everybody who joins an audience. It has no audiences
 * and no removal; docs/destinations-moloco.md says what that means.
 * @throws ConfigurationError naming every problem of DESTINATION_OPTIONS, and missing credentials.
 */
export function createMolocoDestination(settings: DestinationSettings): Destination {
  const read = readMolocoOptions(settings.options);
  const { credentials, now = Date.now, fetch } = settings;
  const baseUrl = settings.baseUrl ?? ('options' in read ? baseUrlOf(read.options) : undefined);
  if ('problems' in read || credentials === undefined || baseUrl === undefined) {
    throw new ConfigurationError([
      ...('problems' in read ? read.problems : baseUrl === undefined ? [NO_HOST] : []),
      ...(credentials === undefined ? [NO_CREDENTIALS] : []),
    ]);
  }
  const { options } = read;
  const path = `/rmp/event/v1/platforms/${options.platformId}/userevents`;
  const url = new URL(baseUrl.replace(/\/$/, '') + path);

  const send = async ({ operation, members }: MicroBatch): Promise<BatchResult> => {
    const [member] = members;
    if (member === undefined) return { kind: 'outcomes', outcomes: [] };
    const id = writeUserId(member.user);
    if ('problem' in id) return one({ status: 'rejected', reason: `not sent: ${id.problem}` });
    const event = membershipEvent(operation, { ...member, user: id.text }, { options, now: now() });
    const headers = { 'content-type': 'application/json', 'x-api-key': await credentials() };
    const request = { method: 'POST', url, headers, body: JSON.stringify(event) };
    const reply = await sendRequest(request, { fetch, timeoutMs: TIMEOUT_MS });
    return failureOf(reply, members) ?? one(operation === 'add' ? JOINED : LEFT);
  };

  return {
    id: ID,
    capabilities: capabilitiesOf(options),

    createSegment: ({ title }) => {
      const problem = nameProblem(title, MAX_NAME_LENGTH);
      return problem === undefined
        ? Promise.resolve({ segment: title, created: true })
        : Promise.reject(creationRefused('Moloco', `its name ${problem}`));
    },

    apply: async (batch) => {
      if (batch.members.length > 1) throw new TypeError(`${ID} takes 1 member a call.`);
      const isRemoval = batch.operation === 'remove';
      return isRemoval && !options.leaveEvents ? allWith(batch.members, STAYS) : send(batch);
    },
  };
}

const JOINED: Outcome = { status: 'delivered' };
const STAYS: Outcome = { status: 'skipped', reason: 'Moloco cannot be told that somebody left' };
const LEFT: Outcome = {
  status: 'skipped',
  reason: 'the event that the user left was sent, and Moloco itself removes nobody',
};

function one(outcome: Outcome): BatchResult {
  return { kind: 'outcomes', outcomes: [outcome] };
}

function capabilitiesOf({ leaveEvents, callsPerSecond }: MolocoOptions): DestinationCapabilities {
  return {
    segments: 'implicit',
    creationIdempotentBy: 'title',
    // `native` only so that the calls of leave events are made.
    removal: leaveEvents ? 'native' : 'none',
    reports: 'each',
    maxMembersPerCall: 1,
    maxSegmentsPerCall: 1,
    callTimeoutMs: TIMEOUT_MS,
    maxConcurrentCalls: 10,
    maxCallRate: { calls: callsPerSecond, perMs: 1_000 },
    oneCallPerSegment: false,
    // Moloco's failure protocol: back off, and after five failures in a row probe every 15 minutes.
    failurePausesMs: [5_000, 10_000, 20_000, 40_000, 900_000],
  };
}
