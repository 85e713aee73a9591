import { setTimeout as sleep } from 'node:timers/promises';

const STEP_MS = 10;

/**
 * True if `work` settles within `ms` of machine time: steps of 10 ms, each of which waits for its turn in the
 * event loop as the work does. A busy machine makes the steps slower too, and a stall of any length is one step.
 */
export async function settlesWithin(work: Promise<unknown>, ms: number): Promise<boolean> {
  const state = { isSettled: false };
  const settle = () => {
    state.isSettled = true;
  };
  work.then(settle, settle);
  for (let step = 0; step < ms / STEP_MS && !state.isSettled; step += 1) await sleep(STEP_MS);
  return state.isSettled;
}
