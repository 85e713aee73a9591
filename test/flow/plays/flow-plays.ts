/** The calls of a DMP that does nothing wrong, and a platform that does. */
import { expect } from '@jest/globals';
import { createLocalClient } from '../../../cli/dead-letters/local-client.ts';
import { eventually } from '../../setup/eventually.ts';
import { AUDIENCE, MARK, SECRET, user } from './marks.ts';
import type { MarkedStack } from './on-stack.ts';

const REFUSED_TITLE = `${MARK} refused title`;

export async function playTheFlow({ dmp, pangolin, untilLogged }: MarkedStack): Promise<void> {
  await pangolin.setFaults({ refuseUsers: [user(0)], refuseTitles: [REFUSED_TITLE] });

  await dmp.validate();
  await dmp.createAudience(AUDIENCE, `${MARK} audience name`);
  const { body } = await dmp.createAudience('a.2', REFUSED_TITLE);
  expect(JSON.stringify(body)).toContain(REFUSED_TITLE);
  await dmp.addToAudience(AUDIENCE, [user(1), user(0), user(2)]);
  await dmp.removeFromAudience(AUDIENCE, [user(1)]);
  await untilLogged({ event: 'dead_letter_published', reason: 'member-rejected' });

  await pangolin.setFaults({ error500: 1 });
  await dmp.addToAudience(AUDIENCE, [user(3)]);
  await untilLogged({ settled: 'nack', retryReason: 'answered 500' });
  await pangolin.setFaults({ reset: 1 });
  await dmp.createAudience('a.3', `${MARK} third name`);
  await untilLogged({ event: 'dead_letter_published', reason: 'retry-window-ended' });
  await pangolin.endFaults();
}

/** An operator looks at the dead letters there are, and has them sent again. */
export async function playReplay({ intakeUrl, pangolin }: MarkedStack): Promise<void> {
  const operations = createLocalClient({ url: intakeUrl, secret: SECRET });
  const { letters } = await operations.list({});
  expect(letters.map(({ reason }) => reason)).toContain('member-rejected');
  await operations.show(letters[0]?.id ?? '');
  await operations.replay({ filter: {}, dryRun: false, includeUncertain: true });
  await eventually(async () => {
    const [segment] = await pangolin.segments();
    expect(await pangolin.users(segment?.segment_id ?? 0)).toContain(user(0));
  });
  await operations.purge({ filter: {}, dryRun: false });

  const stranger = createLocalClient({ url: intakeUrl, secret: `${MARK}-guess` });
  await expect(stranger.list({})).rejects.toThrow();
  await expect(operations.list({ reasons: [MARK as never] })).rejects.toThrow();
}

/** Mutations of an audience that nobody created, of users known by the DMP's id. */
export async function playUnknownAudience({ dmp, pangolin }: MarkedStack): Promise<void> {
  await dmp.addToAudience('a.5', [user(1), user(2)]);
  await eventually(async () => {
    const [segment] = await pangolin.segments();
    expect(segment).toMatchObject({ title: 'a.5', members: 2 });
    expect(await pangolin.users(segment?.segment_id ?? 0)).toContainEqual(
      expect.stringContaining(user(1)),
    );
  });
}

/** A creation that the platform does not answer as it should. */
export function playCreation(reason: string) {
  return async ({ dmp, untilLogged }: MarkedStack): Promise<void> => {
    const created = dmp.createAudience('a.4', `${MARK} fourth name`);
    await untilLogged({ settled: 'ack', retryReason: expect.stringContaining(reason) });
    await created;
  };
}

/** More requests at once than intake may hold. */
export async function playOverload({ dmp, untilLogged }: MarkedStack): Promise<void> {
  const answers = await Promise.all(
    [1, 2, 3].map((one) => dmp.addToAudience(AUDIENCE, [user(one)])),
  );
  expect(answers.map(({ status }) => status)).toContain(503);
  await untilLogged({ event: 'request_answered', status: 503, errorCode: 'OVERLOADED' });
}

/** A queue that takes nothing. */
export async function playFullQueue({ dmp, untilLogged }: MarkedStack): Promise<void> {
  expect((await dmp.addToAudience(AUDIENCE, [user(1)])).status).toBe(503);
  expect((await dmp.createAudience(AUDIENCE, `${MARK} audience name`)).status).toBe(503);
  await untilLogged({ event: 'request_answered', status: 503, errorCode: 'QUEUE_UNAVAILABLE' });
}
