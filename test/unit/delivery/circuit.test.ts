import { beforeEach, describe, expect, jest, test } from '@jest/globals';
import type { CallVerdict, Pause } from '../../../shared/delivery/call-verdict.ts';
import { createCircuit, type Circuit } from '../../../shared/delivery/circuit.ts';
import { fakeTimeForEachTest, pass } from './fake-time.ts';

const ANSWERED: CallVerdict = { kind: 'answered' };
const FAILED: CallVerdict = { kind: 'failed' };
const open = (remainingMs: number): Pause => ({
  reason: 'the third party failed too often in a row',
  remainingMs,
  waitOut: false,
});

fakeTimeForEachTest();
beforeEach(() => {
  jest.spyOn(Math, 'random').mockReturnValue(0.5);
});

/** A call of a verdict; `called` unless the circuit kept it from going out. */
async function guard(circuit: Circuit, verdict: CallVerdict): Promise<string | Pause> {
  const ended = await circuit.guard(() => Promise.resolve({ value: 'called', verdict }));
  if (ended.kind === 'made') return ended.value;
  if (ended.kind === 'probing') return 'another call probes';
  const { reason, remainingMs, waitOut } = ended;
  return { reason, remainingMs, waitOut };
}

async function guardAll(circuit: Circuit, ...verdicts: CallVerdict[]): Promise<void> {
  for (const verdict of verdicts) await guard(circuit, verdict);
}

function failures(count: number): CallVerdict[] {
  return Array.from({ length: count }, () => FAILED);
}

/** Times out in this way on both sides. */
async function expectPause(circuit: Circuit, pauseMs: number): Promise<void> {
  // An hour in steps of 10 ms takes seconds.
  await pass(pauseMs - 1, Math.max(10, pauseMs / 1_000));
  expect(circuit.paused()).toBeDefined();
  await pass(1);
  expect(circuit.paused()).toBeUndefined();
}

describe('failures', () => {
  test('leave the third party alone after thirty in a row, and not before', async () => {
    const circuit = createCircuit();
    await guardAll(circuit, ...failures(29));
    expect(circuit.paused()).toBeUndefined();
    expect(await guard(circuit, FAILED)).toBe('called');
    expect(circuit.paused()).toEqual(open(500));
    expect(await guard(circuit, ANSWERED)).toEqual(open(500));
  });

  test('do not, at 25 per cent of the calls', async () => {
    const onPause = jest.fn();
    const circuit = createCircuit({ onPause });
    const random = seeded();
    for (let call = 0; call < 2_000; call += 1) {
      expect(await guard(circuit, random() < 0.25 ? FAILED : ANSWERED)).toBe('called');
    }
    expect(onPause).not.toHaveBeenCalled();
  });

  test('begin to count anew with each answer', async () => {
    const circuit = createCircuit({ failuresToOpen: 3 });
    await guardAll(circuit, FAILED, FAILED, ANSWERED, FAILED, FAILED);
    expect(circuit.paused()).toBeUndefined();
    await guardAll(circuit, FAILED);
    expect(circuit.paused()).toEqual(open(500));
  });
});

describe('after the pause', () => {
  async function openCircuit() {
    const circuit = createCircuit({ failuresToOpen: 1 });
    await guardAll(circuit, FAILED);
    expect(circuit.paused()).toEqual(open(500));
    await pass(500);
    return circuit;
  }

  test('one call probes and the others must wait for it; its success lets them go', async () => {
    const circuit = await openCircuit();
    const answer = Promise.withResolvers<undefined>();
    const first = circuit.guard(async () => {
      await answer.promise;
      return { value: 'called', verdict: ANSWERED };
    });
    await pass(5_000);
    const other = await circuit.guard(() => Promise.reject(new Error('it went out')));
    if (other.kind !== 'probing') throw new Error(`It is ${other.kind}.`);
    answer.resolve(undefined);
    await Promise.all([first, other.probe]);
    expect(
      await Promise.all([ANSWERED, ANSWERED].map((verdict) => guard(circuit, verdict))),
    ).toEqual(['called', 'called']);
  });

  test('the failure of the probe keeps the others from going out', async () => {
    const circuit = await openCircuit();
    await guardAll(circuit, FAILED);
    expect(await guard(circuit, ANSWERED)).toEqual(open(1_000));
    expect(circuit.paused()).toEqual(open(1_000));
  });

  test('a probe that breaks does not keep the circuit open for ever', async () => {
    const circuit = await openCircuit();
    await expect(circuit.guard(() => Promise.reject(new TypeError('a bug')))).rejects.toThrow(
      'a bug',
    );
    await pass(60_000);
    expect(await guard(circuit, ANSWERED)).toBe('called');
  });
});

describe('the pause', () => {
  test('grows exponentially up to a minute, and begins anew after a success', async () => {
    const pauses: number[] = [];
    const onPause = (_: string, pauseMs: number) => pauses.push(pauseMs);
    const circuit = createCircuit({ failuresToOpen: 1, onPause });
    for (let opened = 1; opened <= 8; opened += 1) {
      await guardAll(circuit, FAILED);
      await expectPause(circuit, pauses.at(-1) ?? 0);
    }
    expect(pauses).toEqual([500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]);
    await guardAll(circuit, ANSWERED, FAILED);
    expect(pauses.at(-1)).toBe(500);
  });

  test.each([
    [0.01, 10],
    [0.25, 250],
    [0.999, 999],
  ])('has full jitter: at %d of its ceiling it takes %i ms', async (random, pauseMs) => {
    jest.spyOn(Math, 'random').mockReturnValue(random);
    const circuit = createCircuit({ failuresToOpen: 1 });
    await guardAll(circuit, FAILED);
    await expectPause(circuit, pauseMs);
  });
});

describe('what the third party asks for (Retry-After)', () => {
  const REASON = 'the third party asks for a pause (Retry-After)';
  const asked = (remainingMs: number) => ({ reason: REASON, remainingMs, waitOut: false });

  test.each([3_001, 60_000, 3_600_000])(
    'over 3 s pauses all calls: %i ms',
    async (retryAfterMs) => {
      const onPause = jest.fn();
      const circuit = createCircuit({ onPause });
      await guardAll(circuit, { kind: 'failed', retryAfterMs });
      expect(circuit.paused()).toEqual(asked(retryAfterMs));
      expect(await guard(circuit, ANSWERED)).toEqual(asked(retryAfterMs));
      expect(onPause.mock.calls).toEqual([[REASON, retryAfterMs]]);
      await expectPause(circuit, retryAfterMs);
      expect(await guard(circuit, ANSWERED)).toBe('called');
    },
  );

  test.each([0, 1_000, 3_000])('up to 3 s pauses nobody else: %i ms', async (retryAfterMs) => {
    const circuit = createCircuit();
    await guardAll(circuit, { kind: 'failed', retryAfterMs });
    expect(circuit.paused()).toBeUndefined();
    expect(await guard(circuit, ANSWERED)).toBe('called');
  });

  test('is kept by a shorter wish that comes after', async () => {
    const circuit = createCircuit();
    const wish = (retryAfterMs: number) => guard(circuit, { kind: 'failed', retryAfterMs });
    await Promise.all([wish(60_000), wish(4_000)]);
    await expectPause(circuit, 60_000);
  });

  test('is no proof that the third party is back, when it failed in a row as well', async () => {
    const circuit = createCircuit({ failuresToOpen: 2 });
    await guardAll(circuit, FAILED, { kind: 'failed', retryAfterMs: 10_000 });
    await pass(5_000);
    // The circuit's own pause is over by now; this call goes nowhere, so it proves nothing.
    expect(await guard(circuit, ANSWERED)).toEqual(asked(5_000));
    await pass(5_000);
    await guardAll(circuit, FAILED);
    expect(await guard(circuit, ANSWERED)).toEqual(open(1_000));
  });
});

describe('a fault', () => {
  const FAULT: CallVerdict = { kind: 'fault', status: 401 };

  function faultCircuit() {
    const onFault = jest.fn();
    const onRecovery = jest.fn();
    return { circuit: createCircuit({ onFault, onRecovery }), onFault, onRecovery };
  }

  test('pauses all calls for half a minute', async () => {
    const { circuit } = faultCircuit();
    await guardAll(circuit, FAULT);
    const reason = 'the third party refuses us (401)';
    expect(circuit.paused()).toEqual({ reason, remainingMs: 30_000, waitOut: false });
    await expectPause(circuit, 30_000);
  });

  test('is told of as new once until it is over, and so is its end', async () => {
    const { circuit, onFault, onRecovery } = faultCircuit();
    await Promise.all([FAULT, FAULT, FAULT].map((verdict) => guard(circuit, verdict)));
    await pass(30_000);
    await guardAll(circuit, FAULT);
    await pass(30_000);
    await guardAll(circuit, FAILED);
    expect(onFault.mock.calls).toEqual([
      [401, true],
      [401, false],
      [401, false],
      [401, false],
    ]);
    expect(onRecovery).not.toHaveBeenCalled();

    await guardAll(circuit, ANSWERED, ANSWERED);
    expect(onRecovery).toHaveBeenCalledTimes(1);
    await guardAll(circuit, FAULT);
    expect(onFault).toHaveBeenLastCalledWith(401, true);
  });
});

test('answers are counted: neither failures nor faults nor what did not go out', async () => {
  const circuit = createCircuit();
  await guardAll(circuit, ANSWERED, FAILED, ANSWERED, { kind: 'fault', status: 403 }, ANSWERED);
  expect(circuit.answered()).toBe(2);
});

/** Numbers from 0 to 1, the same ones every time. */
function seeded(): () => number {
  let state = 7;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}
