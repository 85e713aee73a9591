import { describe, expect, jest, test } from '@jest/globals';
import type { CallVerdict } from '../../../shared/delivery/call-verdict.ts';
import { createCircuit, type Circuit } from '../../../shared/delivery/circuit.ts';
import { fakeTimeForEachTest, pass } from './fake-time.ts';

const MINUTE_MS = 60_000;
/** As Moloco wants it. */
const PAUSES_MS = [5_000, 10_000, 20_000, 40_000, 15 * MINUTE_MS];
const ANSWERED: CallVerdict = { kind: 'answered' };
const FAILED: CallVerdict = { kind: 'failed' };
const REASON = 'the third party failed, and is to be left alone then';

fakeTimeForEachTest();

function pausingCircuit() {
  const onPause = jest.fn();
  return { circuit: createCircuit({ failurePausesMs: PAUSES_MS, onPause }), onPause };
}

/** A call that is under way until it is answered. */
function openCall(circuit: Circuit) {
  const answer = Promise.withResolvers<CallVerdict>();
  const ended = circuit.guard(async () => ({ value: 'called', verdict: await answer.promise }));
  const end = async (verdict: CallVerdict) => {
    answer.resolve(verdict);
    return (await ended).kind;
  };
  return { ended, end };
}

/** What becomes of a call with this verdict. */
async function guard(circuit: Circuit, verdict: CallVerdict): Promise<string> {
  return openCall(circuit).end(verdict);
}

/** Fails calls, as often as said, each as soon as one may go out again. */
async function fail(circuit: Circuit, times: number): Promise<void> {
  for (let time = 1; time <= times; time += 1) {
    await pass(circuit.paused()?.remainingMs ?? 0, MINUTE_MS);
    expect(await guard(circuit, FAILED)).toBe('made');
  }
}

describe('where the third party wants to be left alone after each failure', () => {
  test('the pauses are 5, 10, 20, 40 s, then 15 minutes each, to the millisecond', async () => {
    const { circuit, onPause } = pausingCircuit();
    for (const pauseMs of [...PAUSES_MS, 15 * MINUTE_MS, 15 * MINUTE_MS]) {
      expect(circuit.paused()).toBeUndefined();
      expect(await guard(circuit, FAILED)).toBe('made');
      expect(circuit.paused()).toMatchObject({ reason: REASON, remainingMs: pauseMs });
      await pass(pauseMs - 1, MINUTE_MS);
      expect(circuit.paused()).toMatchObject({ remainingMs: 1 });
      expect(await guard(circuit, ANSWERED)).toBe('paused');
      await pass(1);
    }
    const told = [...PAUSES_MS, 15 * MINUTE_MS, 15 * MINUTE_MS];
    expect(onPause.mock.calls).toEqual(told.map((pauseMs) => [REASON, pauseMs]));
  });

  test.each([1, 4, 6])('after failure %i exactly one call probes', async (failures) => {
    const { circuit } = pausingCircuit();
    await fail(circuit, failures);
    await pass(circuit.paused()?.remainingMs ?? 0, MINUTE_MS);
    const probe = openCall(circuit);
    for (let other = 1; other <= 3; other += 1) {
      expect(await guard(circuit, ANSWERED)).toBe('probing');
    }
    expect(await probe.end(FAILED)).toBe('made');
    expect(await guard(circuit, ANSWERED)).toBe('paused');
  });

  test.each<[string, CallVerdict]>([
    ['an answer', ANSWERED],
    ['a wish for fewer calls (429)', { kind: 'failed', tooFast: true }],
    ['a wish to wait a little (Retry-After)', { kind: 'failed', retryAfterMs: 1_000 }],
  ])('%s to the probe lets all go, and the next failure is a first one', async (_, verdict) => {
    const { circuit } = pausingCircuit();
    await fail(circuit, 3);
    await pass(20_000);
    expect(await guard(circuit, verdict)).toBe('made');
    expect(circuit.paused()).toBeUndefined();
    const all = [1, 2, 3].map(() => guard(circuit, ANSWERED));
    expect(await Promise.all(all)).toEqual(['made', 'made', 'made']);
    await guard(circuit, FAILED);
    expect(circuit.paused()).toMatchObject({ remainingMs: 5_000 });
  });

  test('a wish for fewer calls (429) is no failure, however often', async () => {
    const { circuit, onPause } = pausingCircuit();
    for (let time = 1; time <= 50; time += 1) {
      expect(await guard(circuit, { kind: 'failed', tooFast: true })).toBe('made');
    }
    expect(onPause).not.toHaveBeenCalled();
  });

  test('a pause is short enough to wait for at 40 s, and not before', async () => {
    const { circuit } = pausingCircuit();
    await fail(circuit, 4);
    expect(circuit.paused()).toEqual({ reason: REASON, remainingMs: 40_000, waitOut: true });
    await fail(circuit, 1);
    expect(circuit.paused()).toMatchObject({ remainingMs: 15 * MINUTE_MS, waitOut: false });
    await pass(15 * MINUTE_MS - 40_001, MINUTE_MS);
    expect(circuit.paused()).toMatchObject({ waitOut: false });
    await pass(1);
    expect(circuit.paused()).toMatchObject({ waitOut: true });
  });

  test.each<[string, CallVerdict]>([
    ['asks for (Retry-After)', { kind: 'failed', retryAfterMs: 10_000 }],
    ['refuses us with (401)', { kind: 'fault', status: 401 }],
  ])('what it %s is no pause to wait for', async (_, verdict) => {
    const { circuit } = pausingCircuit();
    await guard(circuit, verdict);
    expect(circuit.paused()).toMatchObject({ waitOut: false });
  });
});

describe('calls that were under way when the first one failed', () => {
  test.each<[string, number, number]>([
    ['during the pause', 1_000, 4_000],
    ['after it', 6_000, 0],
  ])('are no further failures when they fail %s', async (_, afterMs, remainingMs) => {
    const { circuit, onPause } = pausingCircuit();
    const late = [1, 2, 3].map(() => openCall(circuit));
    await guard(circuit, FAILED);
    await pass(afterMs);
    await Promise.all(late.map(({ end }) => end(FAILED)));
    expect(onPause).toHaveBeenCalledTimes(1);
    expect(circuit.paused()?.remainingMs ?? 0).toBe(remainingMs);
  });

  test('nor while another call probes, which alone decides', async () => {
    const { circuit, onPause } = pausingCircuit();
    const late = [openCall(circuit), openCall(circuit)] as const;
    await guard(circuit, FAILED);
    await pass(5_000);
    const probe = openCall(circuit);
    await late[0].end(FAILED);
    await late[1].end(ANSWERED);
    expect(await guard(circuit, ANSWERED)).toBe('probing');
    await probe.end(FAILED);
    expect(onPause.mock.calls.map(([, pauseMs]) => pauseMs)).toEqual([5_000, 10_000]);
  });

  test('nor once it is back: only a call that began since is', async () => {
    const { circuit, onPause } = pausingCircuit();
    const late = openCall(circuit);
    await guard(circuit, FAILED);
    await pass(5_000);
    await guard(circuit, ANSWERED);
    await late.end(FAILED);
    expect(circuit.paused()).toBeUndefined();
    await guard(circuit, FAILED);
    expect(onPause.mock.calls.map(([, pauseMs]) => pauseMs)).toEqual([5_000, 5_000]);
  });
});
