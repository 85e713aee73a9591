import { beforeAll, expect, test } from '@jest/globals';
import { DEAD_LETTER_REASONS } from '../../shared/dead-letters/dead-letter.ts';
import {
  brokenParts,
  onDelivery,
  playBrokenPart,
  playCrashingMessage,
  playFailingMember,
  playFault,
  playForeignMessages,
  playOutage,
  playOvertakenReplay,
  playRetryAfter,
} from './plays/delivery-plays.ts';
import {
  playCreation,
  playFullQueue,
  playOverload,
  playReplay,
  playTheFlow,
  playUnknownAudience,
} from './plays/flow-plays.ts';
import { BASIC_AUTH, CREDENTIALS, MARK, markedLog, type Line } from './plays/marks.ts';
import { playMistakes, playUserSync } from './plays/mistake-plays.ts';
import { onStack } from './plays/on-stack.ts';
import { playPushes } from './plays/push-plays.ts';

const written: string[] = [];
const browserIds: string[] = [];
const newLog = () => markedLog(written);

/** What the lines with this event say of `field`. */
function told(event: string, field: string): Set<unknown> {
  const lines = written.map((line) => JSON.parse(line) as Line);
  return new Set(lines.filter((line) => line['event'] === event).map((line) => line[field]));
}

beforeAll(async () => {
  const credentials = { DESTINATION_CREDENTIALS: CREDENTIALS };
  const down = { ...credentials, DESTINATION_BASE_URL: 'http://127.0.0.1:2' };
  await Promise.all([
    onStack(newLog(), async (stack) => {
      await playTheFlow(stack);
      await playMistakes(stack);
      browserIds.push(...(await playUserSync(stack)));
      await playReplay(stack);
    }),
    onStack(newLog(), playCreation('refuses us (401)'), { variables: credentials }),
    onStack(newLog(), playCreation('no answer'), { variables: down }),
    onStack(newLog(), playUnknownAudience, {
      variables: { UNKNOWN_AUDIENCE: 'create', MEMBER_ID: 'uuid' },
    }),
    onStack(newLog(), playOverload, {
      variables: { MAX_PENDING_BYTES: '300' },
      embeddedQueue: { publishRoundTripMs: 500 },
    }),
    onStack(newLog(), playFullQueue, { embeddedQueue: { maxBytes: 1 } }),
    playPushes(newLog()),
    onDelivery(newLog(), playForeignMessages),
    onDelivery(newLog(), playCrashingMessage),
    onDelivery(newLog(), playFailingMember),
    onDelivery(newLog(), playFault, { circuit: { faultPauseMs: 1 } }),
    onDelivery(newLog(), playRetryAfter),
    onDelivery(newLog(), playOutage, { circuit: { failuresToOpen: 3 } }),
    onDelivery(newLog(), playOvertakenReplay),
    onDelivery(newLog(), playBrokenPart, brokenParts()),
  ]);
});

test.each([
  'request_answered',
  'delivery_settled',
  'delivery_failed',
  'dead_letter_published',
  'audience_created',
  'audience_failed',
  'destination_called',
  'destination_fault',
  'destination_recovered',
  'destination_paused',
  'push_refused',
  'push_turned_away',
  'handler_failed',
  'drain_finished',
])('the log tells of %s', (event) => {
  expect(told(event, 'event')).toEqual(new Set([event]));
});

test('the log tells of dead letters of every reason, and of calls with every result', () => {
  expect(told('dead_letter_published', 'reason')).toEqual(new Set(DEAD_LETTER_REASONS));
  expect(told('destination_called', 'result')).toEqual(
    new Set(['outcomes', 'refused-whole', 'retry', 'fault']),
  );
});

test('the log has no user id, name, secret, password or URL in it', () => {
  const encoded = [BASIC_AUTH, CREDENTIALS].map((text) => Buffer.from(text).toString('base64'));
  const found = [MARK, ...encoded, ...browserIds].filter((text) =>
    written.some((line) => line.toLowerCase().includes(text.toLowerCase())),
  );
  expect(found).toEqual([]);
  expect(browserIds).toEqual([expect.stringMatching(/^[0-9a-f]{32}$/)]);
});

test('the log is one JSON object a line, with severity, message and event', () => {
  for (const line of written) {
    expect(line).toMatch(/^\{.*\}\n$/);
    expect(JSON.parse(line)).toEqual(
      expect.objectContaining({
        severity: expect.stringMatching(/^(DEBUG|INFO|WARNING|ERROR)$/),
        message: expect.stringMatching(/./),
        event: expect.stringMatching(/^[a-z]+(_[a-z]+)+$/),
      }),
    );
  }
});
