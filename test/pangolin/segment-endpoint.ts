import type { Reply } from './answers.ts';
import type { Call } from './call.ts';
import { drawMishap, mishapAnswer } from './faults.ts';
import type { Platform } from './platform.ts';
import { performSegmentCall } from './segment-calls.ts';

/**
 * Carries out a request to `/v1/segment` under the faults in force.
 *
 * What it does is applied at once and only the answer waits for `latencyMs`, so that calls take
 * effect in the order they arrive. Members count when the answer of 200 goes out.
 */
export function replyToSegmentCall(platform: Platform, call: Call): Reply {
  const { faults, stats } = platform;
  const delayMs = faults.settings.latencyMs;
  stats.calls += 1;

  const mishap = drawMishap(faults, platform.random);
  if (mishap !== undefined) {
    if (mishap === 'reset-after-applying') performSegmentCall(platform, call);
    stats.faults += 1;
    return { answer: mishapAnswer(mishap, faults), delayMs, onSend: () => undefined };
  }

  const { answer, adds, removes, refused } = performSegmentCall(platform, call);
  stats.refused += refused;
  return {
    answer,
    delayMs,
    onSend() {
      stats.adds += adds;
      stats.removes += removes;
    },
  };
}
