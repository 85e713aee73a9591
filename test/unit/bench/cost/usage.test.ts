import { describe, expect, test } from '@jest/globals';
import {
  intakeLoad,
  logBytesPerSecond,
  monthOf,
  startsPerDay,
} from '../../../../bench/cost/day.ts';
import { billedShare, instancesFor } from '../../../../bench/cost/instances.ts';
import { momentAt } from '../../../../bench/cost/moment.ts';
import type { Scenario } from '../../../../bench/cost/scenario.ts';
import { DEFAULTS } from '../../../../bench/cost/settings.ts';
import { sampleModel, sizeOf } from './sample-model.ts';

const { assumptions, units } = sampleModel;
const scenario: Scenario = { shape: sizeOf(10_000_000), settings: DEFAULTS, units, assumptions };
const hours = (rate: number) => Array.from({ length: 24 }, () => momentAt(rate, scenario));

describe('a month', () => {
  const month = monthOf(hours(100), scenario, 1_000);

  test('has as many requests as its mutations fill', () => {
    // 70 and 30 mutations a second: in requests of 71 and of 31, since each waits a second for the next ones.
    const requests = (70 / 71 + 30 / 31) * 86_400 * 30;
    expect(month.intakeRequests / requests).toBeCloseTo(1, 6);
  });

  test('bills each message to Pub/Sub twice: published, and delivered', () => {
    const [moment] = hours(1_000);
    const { publishedGib, deliveredGib } = monthOf(hours(1_000), scenario, 1_000);
    const bytes = (moment?.messagesPerSecond ?? 0) * (moment?.bytesPerMessage ?? 0);
    expect(moment?.others.bytesPerMessage).toBeGreaterThan(1_000);
    expect((publishedGib * 2 ** 30) / (bytes * 86_400 * 30)).toBeCloseTo(1, 6);
    expect(deliveredGib).toBe(publishedGib);
  });

  test('bills small messages as the least there is', () => {
    const [moment] = hours(0.01);
    const messages = (moment?.messagesPerSecond ?? 0) * 86_400 * 30;
    const { publishedGib } = monthOf(hours(0.01), scenario, 1_000);
    expect(moment?.bytesPerMessage).toBeLessThan(1_000);
    expect((publishedGib * 2 ** 30) / (messages * 1_000)).toBeCloseTo(1, 6);
  });

  test('keeps one instance of intake warm: what is not billed in full is billed as idle', () => {
    expect(month.intakeCpuSeconds + month.intakeIdleCpuSeconds).toBeCloseTo(86_400 * 30, 0);
    expect(month.intakeMemoryGibSeconds / month.intakeCpuSeconds).toBeCloseTo(0.5, 6);
    expect(month.forwardIdleCpuSeconds).toBe(0);
  });

  test("logs a line of ours and one of Cloud Run's for each request", () => {
    const [moment] = hours(100);
    if (moment === undefined) throw new Error('There is an hour.');
    const excluded = { ...scenario, settings: { ...DEFAULTS, platformRequestLogs: false } };
    const saved = logBytesPerSecond(moment, scenario) - logBytesPerSecond(moment, excluded);
    const lines = moment.intake.requestsPerSecond + moment.messagesPerSecond;
    expect(saved).toBeCloseTo(lines * assumptions.platformRequestLogBytes, 3);
  });

  test('reads the record of dead members once a second and audience at most', () => {
    const readsAt = (rate: number) => momentAt(rate, scenario).forward.documentReadsPerSecond;
    const { messagesPerSecond } = momentAt(1, scenario);
    expect(readsAt(1) / messagesPerSecond).toBeGreaterThan(0.9);
    expect(readsAt(20_000)).toBeLessThanOrEqual(scenario.shape.audiences);
  });

  test('reads it more often when more audiences are under way than are kept in memory', () => {
    const many = { ...scenario, shape: { ...scenario.shape, audiences: 1_000 } };
    expect(momentAt(20_000, many).forward.documentReadsPerSecond).toBeGreaterThan(500);
  });
});

describe('instances', () => {
  const work = { requestsPerSecond: 400, requestMs: 250, cpuMicrosPerSecond: 900_000 };

  test('are as many as the processor or the concurrency asks for', () => {
    const needed = { ...work, targetUtilisation: 0.6 };
    // 0.9 cores ÷ 0.6; 100 requests under way ÷ (80 × 0.6).
    const { neededForCpu, neededForConcurrency, running } = instancesFor(needed, DEFAULTS.intake);
    expect(neededForCpu).toBeCloseTo(1.5, 6);
    expect(neededForConcurrency).toBeCloseTo(100 / 48, 6);
    expect(running).toBe(3);
  });

  test('are never more than there may be', () => {
    const needed = { ...work, targetUtilisation: 0.6 };
    expect(instancesFor(needed, { ...DEFAULTS.intake, maxInstances: 2 }).running).toBe(2);
  });

  test('are billed while a request is under way, in steps of 100 ms', () => {
    // One request a second of 20 ms is billed as 100 ms: 1 - exp(-0.1) of the time.
    expect(billedShare({ requestsPerSecond: 1, requestMs: 20 }, 1, 100)).toBeCloseTo(0.0952, 4);
    expect(billedShare({ requestsPerSecond: 1_000, requestMs: 20 }, 1, 100)).toBeCloseTo(1, 6);
  });

  test('start after pauses, and with the traffic', () => {
    const quiet = { requestsPerSecond: 1 / 900, running: 1 };
    // At one request in 900 s, a pause is longer than that with chance 1/e: 96 requests a day.
    expect(
      startsPerDay(
        Array.from({ length: 24 }, () => quiet),
        900,
      ),
    ).toBeCloseTo(96 / Math.E, 6);
    const busy = (running: number) => ({ requestsPerSecond: 100, running });
    expect(startsPerDay([busy(1), busy(3), busy(2), busy(4)], 900)).toBe(4);
    expect(intakeLoad(momentAt(100, scenario)).running).toBe(1);
  });
});
