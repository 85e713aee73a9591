import type { Reply } from './answers.ts';
import type { Call } from './call.ts';
import { drawMishap, mishapAnswer } from './faults.ts';
import type { Platform } from './platform.ts';
import { performSegmentRequest } from './segment-calls.ts';
import { describeSegmentRequest, readSegmentRequest } from './segment-request.ts';

/**
 * Carries out a request to `/v1/segment` under the faults in force.
 *
 * What it does is applied at once and only the answer waits for `latencyMs`, so that calls take
 * effect in the order they arrive. Members count when the answer of 200 goes out.
 */
export function replyToSegmentCall(platform: Platform, call: Call): Reply {
  const { faults, stats, series } = platform;
  const delayMs = faults.settings.latencyMs;
  stats.calls += 1;
  const request = readSegmentRequest(call);
  const record = platform.calls.begin(describeSegmentRequest(call, request));
  const onHangUp = () => {
    record({ result: 'hung up', injected: delayMs > 0 });
  };

  const mishap = drawMishap(faults, platform.random);
  if (mishap !== undefined) {
    if (mishap === 'reset-after-applying') performSegmentRequest(platform, request);
    stats.faults += 1;
    const answer = mishapAnswer(mishap, faults);
    const onSend = () => {
      record({ result: answer === 'reset' ? 'cut' : answer.status, injected: true });
    };
    return { answer, delayMs, onSend, onHangUp };
  }

  const { answer, adds, removes, refused, error } = performSegmentRequest(platform, request);
  stats.refused += refused;
  return {
    answer,
    delayMs,
    onSend() {
      stats.adds += adds;
      stats.removes += removes;
      series.count(adds, removes);
      record({ result: answer.status, injected: false, ...(error === undefined ? {} : { error }) });
    },
    onHangUp,
  };
}
