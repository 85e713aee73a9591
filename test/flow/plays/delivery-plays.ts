/** What forward can meet, but not soon, or not from intake: its part is called directly. */
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from '@jest/globals';
import { createEmbeddedAudienceMap } from '../../../shared/audience-map/embedded-audience-map.ts';
import type { MessageMutation } from '../../../shared/audience/message.ts';
import { createEmbeddedDeadMembers } from '../../../shared/dead-letters/embedded-dead-members.ts';
import { createKeyBatchDelivery } from '../../../shared/delivery/deliver-key-batch.ts';
import type { KeyBatchResult } from '../../../shared/delivery/key-batch.ts';
import { createDelivery } from '../../../shared/delivery/delivery.ts';
import type { DeliveryDependencies } from '../../../shared/delivery/dependencies.ts';
import { createEmbeddedQueue } from '../../../shared/queue/embedded-queue.ts';
import type { Settlement } from '../../../shared/queue/queue.ts';
import { encodeAnyMessage } from '../../setup/encode-any-message.ts';
import { AUDIENCE, MARK, user, type MarkedLog } from './marks.ts';
import { indiscreetThirdParty, type ThirdParty } from './third-party.ts';

interface Delivering extends MarkedLog {
  readonly thirdParty: ThirdParty;
  /** Delivers bytes as they are, or mutations; `operatedAt` makes a replay of them. */
  readonly deliver: (
    content: string | readonly MessageMutation[],
    operatedAt?: number,
  ) => Promise<Settlement>;
  /** Delivers bytes of a message that was in hand at three crashes. */
  readonly deliverCrashed: (text: string) => Promise<KeyBatchResult>;
}

type DeliveryPlay = (delivering: Delivering) => Promise<void>;

/** Plays something on forward's part, in front of a third party that talks too much. */
export async function onDelivery(
  marked: MarkedLog,
  play: DeliveryPlay,
  overrides: Partial<DeliveryDependencies> = {},
): Promise<void> {
  const thirdParty = await indiscreetThirdParty();
  const audienceMap = createEmbeddedAudienceMap();
  const audience = { id: AUDIENCE, name: `${MARK} audience name` };
  const claim = await audienceMap.claim({ audience, requestId: 'r-0', leaseMs: 60_000 });
  if (claim.claimed) await audienceMap.settleReady(claim.lease, '12345');
  const dependencies: DeliveryDependencies = {
    destination: thirdParty.destination,
    audienceMap,
    deadLetters: createEmbeddedQueue(),
    deadMembers: createEmbeddedDeadMembers(),
    memberId: 'external_user_id',
    unknownAudience: 'wait',
    retryWindowMs: 60_000,
    leaseMs: 60_000,
    retryBriefly: (call) => call(),
    log: marked.log,
    ...overrides,
  };
  const subscriber = createDelivery(createKeyBatchDelivery(dependencies));
  const deliver: Delivering['deliver'] = (content, operatedAt) => {
    const replay = operatedAt === undefined ? {} : { operatedAt: String(operatedAt) };
    const data = typeof content === 'string' ? Buffer.from(content) : messageOf(content);
    const attributes = { kind: 'mutations', audience: AUDIENCE, members: '1', ...replay };
    const delivery = { data, attributes, messageId: 'm-1', publishTime: new Date() };
    return subscriber(delivery, new AbortController().signal);
  };
  const deliverCrashed = (text: string) => {
    const attributes = { kind: 'mutations', audience: AUDIENCE, members: '1' };
    const data = Buffer.from(text);
    const delivery = { data, attributes, messageId: 'm-1', publishTime: new Date() };
    const hold = {
      mayCall: () => true,
      isLost: () => false,
      lookAgain: () => Promise.resolve(false),
    };
    return createKeyBatchDelivery(dependencies)([delivery], hold, true);
  };
  try {
    await play({ ...marked, thirdParty, deliver, deliverCrashed });
  } finally {
    thirdParty.close();
  }
}

function messageOf(mutations: readonly MessageMutation[]): Buffer {
  const kind = 'mutations';
  return encodeAnyMessage({
    kind,
    audience: AUDIENCE,
    requests: ['r-1', 'r-2'],
    mutations: [...mutations],
  });
}

const add = (name: string): MessageMutation => ({
  operation: 'add',
  externalUserId: user(name),
  uuid: `${MARK}-uuid-${name}`,
});
const remove = (name: string): MessageMutation => ({ ...add(name), operation: 'remove' });

export const playForeignMessages: DeliveryPlay = async ({ deliver }) => {
  for (const text of [`${MARK} is no JSON`, `{"version":1,"kind":"${MARK}"}`]) {
    expect(await deliver(text)).toBe('ack');
  }
};

export const playCrashingMessage: DeliveryPlay = async ({ deliverCrashed, untilLogged }) => {
  expect(await deliverCrashed(`${MARK} crashes the process`)).toMatchObject({ settled: 1 });
  await untilLogged({ event: 'dead_letter_published', reason: 'process-crashed' });
};

/** A member that the third party fails over, among others that it takes. */
export const playFailingMember: DeliveryPlay = async ({ deliver, thirdParty, untilLogged }) => {
  const isPoisoned = (body: string) => body.includes(user('poison'));
  thirdParty.answerWith((body) => ({ status: isPoisoned(body) ? 500 : 200 }));
  let settled = await deliver([add('1'), add('poison')]);
  for (let turn = 0; settled === 'nack' && turn < 20; turn += 1) {
    settled = await deliver([add('1'), add('poison')]);
  }
  expect(settled).toBe('ack');
  await untilLogged({ event: 'dead_letter_published', reason: 'member-failing' });
};

/** Refuses us in several ways, and takes our calls again; the pause is over at once. */
export const playFault: DeliveryPlay = async ({ deliver, thirdParty, untilLogged }) => {
  const location = `https://${MARK}.example/${MARK}`;
  for (const answer of [{ status: 401 }, { status: 302, headers: { location } }]) {
    thirdParty.answerWith(() => answer);
    expect(await deliver([add('1')])).toBe('nack');
    await untilLogged({ event: 'destination_fault', status: answer.status });
    thirdParty.answerWith(() => ({ status: 200 }));
    await sleep(10);
    expect(await deliver([add('1')])).toBe('ack');
  }
  await untilLogged({ event: 'destination_recovered' });
};

/** Asks for a pause. */
export const playRetryAfter: DeliveryPlay = async ({ deliver, thirdParty, untilLogged }) => {
  thirdParty.answerWith(() => ({ status: 429, headers: { 'Retry-After': '60' } }));
  expect(await deliver([add('1')])).toBe('nack');
  await untilLogged({
    event: 'destination_paused',
    reason: expect.stringContaining('Retry-After'),
  });
  expect(await deliver([add('2')])).toBe('nack');
};

/** Fails until the circuit opens. */
export const playOutage: DeliveryPlay = async ({ deliver, thirdParty, untilLogged }) => {
  thirdParty.answerWith(() => ({ status: 503 }));
  for (let turn = 0; turn < 10; turn += 1) expect(await deliver([add('1')])).toBe('nack');
  await untilLogged({ event: 'destination_paused', reason: expect.stringContaining('in a row') });
};

/** An operation is refused, a newer one of the user is delivered, and the first is replayed. */
export const playOvertakenReplay: DeliveryPlay = async ({ deliver, thirdParty, untilLogged }) => {
  const operatedAt = Date.now() - 1_000;
  thirdParty.answerWith(() => ({ status: 422 }));
  expect(await deliver([add('1')], operatedAt)).toBe('ack');
  await untilLogged({ event: 'dead_letter_published', reason: 'member-rejected' });
  thirdParty.answerWith(() => ({ status: 200 }));
  expect(await deliver([remove('1')])).toBe('ack');
  expect(await deliver([add('1')], operatedAt)).toBe('ack');
  await untilLogged({ event: 'delivery_settled', settled: 'ack', delivered: 0, skipped: 1 });
};

/** Something of ours breaks, and says so in words it should not have used. */
export const playBrokenPart: DeliveryPlay = async ({ deliver, untilLogged }) => {
  expect(await deliver([add('1')])).toBe('nack');
  await untilLogged({ event: 'delivery_failed' });
};
export const brokenParts = () => ({
  deadMembers: {
    ...createEmbeddedDeadMembers(),
    find: () => Promise.reject(new Error(`${MARK} broke it`, { cause: new Error(MARK) })),
  },
});
