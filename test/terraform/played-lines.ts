/** The lines that the relay writes when everything happens that it can meet. */
import { createCanonicalAudiences } from '../../functions/intake/canonical-audience.ts';
import { PlatformError } from '../../shared/errors.ts';
import { loggedError, logRequestAborted, logSecretRefreshFailed } from '../../shared/log-events.ts';
import {
  brokenParts,
  onDelivery,
  playBrokenPart,
  playFailingMember,
  playFault,
  playForeignMessages,
  playOutage,
  playOvertakenReplay,
  playRetryAfter,
} from '../flow/plays/delivery-plays.ts';
import { playFullQueue, playTheFlow } from '../flow/plays/flow-plays.ts';
import { markedLog, type Line, type MarkedLog } from '../flow/plays/marks.ts';
import { playMistakes } from '../flow/plays/mistake-plays.ts';
import { onStack } from '../flow/plays/on-stack.ts';
import { playPushes } from '../flow/plays/push-plays.ts';
import { dryRunFixture, mutations } from '../unit/dry-run/dry-run-fixture.ts';

/** Plays the relay, its mishaps and a dry run. */
export async function playedLines(): Promise<Line[]> {
  const written: string[] = [];
  const newLog = () => markedLog(written);
  const [, , dryLines] = await Promise.all([
    onStack(newLog(), async (stack) => {
      await playTheFlow(stack);
      await playMistakes(stack);
    }),
    onStack(newLog(), playFullQueue, { embeddedQueue: { maxBytes: 1 } }),
    playDryRun(),
    playPushes(newLog()),
    onDelivery(newLog(), playForeignMessages),
    onDelivery(newLog(), playFailingMember),
    onDelivery(newLog(), playFault, { circuit: { faultPauseMs: 1 } }),
    onDelivery(newLog(), playRetryAfter),
    onDelivery(newLog(), playOutage, { circuit: { failuresToOpen: 3 } }),
    onDelivery(newLog(), playOvertakenReplay),
    onDelivery(newLog(), playBrokenPart, brokenParts()),
    playIntakeMishaps(newLog()),
  ]);
  return [...written.map((line) => JSON.parse(line) as Line), ...dryLines];
}

async function playDryRun(): Promise<readonly Line[]> {
  const { deliver, lines } = dryRunFixture();
  await deliver(mutations({ adds: 30, removes: 5 }), { kind: 'mutations' });
  await deliver('not ours');
  await deliver(mutations({ adds: 1 }), { kind: 'mutations', age: 'too old' });
  return lines;
}

/** What needs Google's services to happen, or a caller without patience. */
async function playIntakeMishaps({ log }: MarkedLog): Promise<void> {
  const unavailable = new PlatformError('AUDIENCE_MAP_UNAVAILABLE', 'Firestore failed.');
  const audiences = createCanonicalAudiences({ find: () => Promise.reject(unavailable) }, log);
  await audiences([{ operation: 'add', audience: 'a.1', user: { externalUserId: 'u' } }]);
  const unreadable = new PlatformError('SECRET_UNAVAILABLE', 'The secret could not be read.');
  logSecretRefreshFailed(log, loggedError(unreadable));
  logRequestAborted(log, { method: 'POST', type: 'ADD_TO_AUDIENCE', durationMs: 1 });
}
