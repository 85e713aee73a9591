import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { CrashRecord, CrashStore } from '../../shared/delivery/crash-guard.ts';

const RECORD: CrashRecord = {
  isRunning: true,
  inHand: [
    { messageId: '136969346945', crashes: 0 },
    { messageId: 'ä/€', crashes: 2 },
  ],
  earlier: [{ messageId: '136969346946', crashes: 1 }],
};

export interface CrashStoreFixture {
  /** A store of the same destination, as another process has it. */
  open(): CrashStore;
  /** A store of another destination. */
  openOther(): CrashStore;
}

/** What every store of crashes must do; call it inside a describe of the implementation. */
export function crashStoreContract(create: () => CrashStoreFixture): void {
  let fixture: CrashStoreFixture;
  let opened: CrashStore[];
  const open = (): CrashStore => {
    const store = fixture.open();
    opened.push(store);
    return store;
  };
  beforeEach(() => {
    fixture = create();
    opened = [];
  });
  afterEach(async () => {
    await Promise.all(opened.map((store) => store.close()));
  });

  test('a store that was never written has no record', async () => {
    expect(await open().read()).toBeUndefined();
  });

  test('the next process reads what was written last', async () => {
    const store = open();
    await store.write(RECORD);
    expect(await open().read()).toEqual(RECORD);
    const last = { isRunning: false, inHand: [], earlier: [] };
    await store.write(last);
    expect(await open().read()).toEqual(last);
  });

  test('a thousand messages in hand are kept', async () => {
    const inHand = Array.from({ length: 1_000 }, (_, index) => ({
      messageId: `message ${index}`,
      crashes: index % 3,
    }));
    await open().write({ isRunning: true, inHand, earlier: [] });
    expect(await open().read()).toEqual({ isRunning: true, inHand, earlier: [] });
  });

  test('another destination has a record of its own', async () => {
    await open().write(RECORD);
    const other = fixture.openOther();
    opened.push(other);
    expect(await other.read()).toBeUndefined();
  });
}
