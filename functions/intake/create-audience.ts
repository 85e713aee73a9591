import type { Audience } from '../../shared/audience/audience.ts';
import { creationMessage } from '../../shared/audience/outgoing-message.ts';
import {
  waitUntilSettled,
  type SettledRecord,
} from '../../shared/audience-map/wait-until-settled.ts';
import type { Answer } from '../../shared/http/answer.ts';
import { logAudienceMapUnreadable, loggedError } from '../../shared/log-events.ts';
import { correlatedLogger, type Correlation } from '../../shared/logger.ts';
import type { IntakeDependencies } from './dependencies.ts';
import { publishAll } from './publish.ts';

/**
 * CREATE_AUDIENCE: publishes it like everything else and waits, within limits, for forward to settle
 * it, so that the person who creates the audience reads why it failed. What is not settled in time
 * goes on in the background.
 */
export async function createAudience(
  audience: Audience,
  correlation: Correlation,
  dependencies: IntakeDependencies,
): Promise<Answer> {
  const { publisher, settings } = dependencies;
  const { createTimeoutMs, publishTimeoutMs, returnSegmentId } = settings;
  const deadline = Date.now() + createTimeoutMs;
  const { requestId } = correlation;
  const message = { kind: 'create-audience', requestId, audience } as const;
  const store = () => publisher.publish(creationMessage(message, correlation));
  await publishAll([store], publishTimeoutMs);

  const record = await lookUntil(deadline, { audience: audience.id, correlation }, dependencies);
  if (record?.state === 'failed') return { status: 422, body: { error: record.reason } };
  return record !== undefined && returnSegmentId
    ? { status: 200, body: { id: record.segment } }
    : { status: 200 };
}

/** The audience is stored in the queue by now, so a map that cannot be read does not fail it. */
async function lookUntil(
  deadline: number,
  { audience, correlation }: { audience: string; correlation: Correlation },
  { audienceMap, log }: IntakeDependencies,
): Promise<SettledRecord | undefined> {
  try {
    const { requestId } = correlation;
    return await waitUntilSettled(audienceMap, { audience, requestId }, deadline);
  } catch (error) {
    logAudienceMapUnreadable(correlatedLogger(log, correlation), loggedError(error));
    return undefined;
  }
}
