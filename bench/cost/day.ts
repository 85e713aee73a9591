import type { Meter } from './data-files.ts';
import { billedShare } from './instances.ts';
import { momentAt, type Moment } from './moment.ts';
import type { Scenario } from './scenario.ts';
import type { FunctionSettings } from './settings.ts';

export type Usage = Readonly<Record<Meter, number>>;

export const DAYS_PER_MONTH = 30;
const SECONDS_PER_HOUR = 3_600;
const GIB = 2 ** 30;
const MIB_PER_GIB = 1_024;
/** One HMAC secret and one of the third party's credentials. */
const SECRETS = 2;
/** As shared/secrets/secret-manager-secret.ts has it. */
const SECRET_KEPT_SECONDS = 300;

/** A day as 24 hours, each with a rate of its own. */
export function hoursOf(scenario: Scenario, hourlyShares: readonly number[]): Moment[] {
  return hourlyShares.map((share) =>
    momentAt((scenario.shape.mutationsPerDay * share) / SECONDS_PER_HOUR, scenario),
  );
}

/**
 * What a month of such days uses of everything that is paid for.
 * @param minimumBytes what a request to Pub/Sub is billed for at least
 */
export function monthOf(hours: readonly Moment[], scenario: Scenario, minimumBytes: number): Usage {
  const perDay = hours.map((moment) => hourOf(moment, scenario, minimumBytes));
  const sum = (meter: keyof HourlyUsage) =>
    perDay.reduce((total, hour) => total + hour[meter], 0) * DAYS_PER_MONTH;
  const mapReads = mapReadsPerDay(hours, scenario) * DAYS_PER_MONTH;
  return {
    intakeRequests: sum('intakeRequests'),
    intakeCpuSeconds: sum('intakeCpuSeconds'),
    intakeMemoryGibSeconds: sum('intakeMemoryGibSeconds'),
    intakeIdleCpuSeconds: sum('intakeIdleCpuSeconds'),
    intakeIdleMemoryGibSeconds: sum('intakeIdleMemoryGibSeconds'),
    publishedGib: sum('publishedGib'),
    deliveredGib: sum('deliveredGib'),
    forwardRequests: sum('forwardRequests'),
    forwardCpuSeconds: sum('forwardCpuSeconds'),
    forwardMemoryGibSeconds: sum('forwardMemoryGibSeconds'),
    forwardIdleCpuSeconds: sum('forwardIdleCpuSeconds'),
    forwardIdleMemoryGibSeconds: sum('forwardIdleMemoryGibSeconds'),
    documentReads: sum('documentReads') + mapReads,
    documentWrites: sum('documentWrites'),
    secretVersions: SECRETS,
    secretAccesses: sum('secretAccesses'),
    logGib: sum('logGib'),
    metricMib: scenario.assumptions.metricMibPerMonth,
    egressGib: sum('egressGib'),
  };
}

type HourlyUsage = Omit<Usage, 'secretVersions' | 'metricMib'>;

function hourOf(moment: Moment, scenario: Scenario, minimumBytes: number): HourlyUsage {
  const { settings, assumptions } = scenario;
  const { intake, forward, messagesPerSecond, mutationsPerSecond } = moment;
  const { billedStepMs } = assumptions;
  const taking = computeOf(settings.intake, {
    running: intake.instances.running,
    billed: billedShare(intake, intake.instances.running, billedStepMs),
  });
  const delivering = computeOf(settings.forward, {
    running: forward.instances.running,
    billed: billedShare(
      { requestsPerSecond: messagesPerSecond, requestMs: forward.deliveryMs },
      forward.instances.running,
      billedStepMs,
    ),
  });
  const inAnHour = (perSecond: number) => perSecond * SECONDS_PER_HOUR;
  const messageGib = inAnHour(billedBytesPerSecond(moment, minimumBytes)) / GIB;
  const deadMembers = inAnHour(mutationsPerSecond * (assumptions.givenUpPerMillion / 1_000_000));
  const secretReaders = intake.instances.running + forward.instances.running;
  return {
    intakeRequests: inAnHour(intake.requestsPerSecond),
    intakeCpuSeconds: taking.cpuSeconds,
    intakeMemoryGibSeconds: taking.gibSeconds,
    intakeIdleCpuSeconds: taking.idleCpuSeconds,
    intakeIdleMemoryGibSeconds: taking.idleGibSeconds,
    publishedGib: messageGib,
    deliveredGib: messageGib,
    forwardRequests: inAnHour(messagesPerSecond),
    forwardCpuSeconds: delivering.cpuSeconds,
    forwardMemoryGibSeconds: delivering.gibSeconds,
    forwardIdleCpuSeconds: delivering.idleCpuSeconds,
    forwardIdleMemoryGibSeconds: delivering.idleGibSeconds,
    // A record is read again within the transaction that changes it.
    documentReads: inAnHour(forward.documentReadsPerSecond) + deadMembers,
    documentWrites: deadMembers,
    secretAccesses: secretReaders * (SECONDS_PER_HOUR / SECRET_KEPT_SECONDS),
    logGib: inAnHour(logBytesPerSecond(moment, scenario)) / GIB,
    egressGib:
      inAnHour(
        mutationsPerSecond * assumptions.callBytesPerMember +
          forward.callsPerSecond * assumptions.callOverheadBytes,
      ) / GIB,
  };
}

/** Each message is published and pushed by itself, so a small one counts as the least there is. */
function billedBytesPerSecond({ hottest, others }: Moment, minimumBytes: number): number {
  return [hottest, others].reduce(
    (sum, { keys, messagesPerSecond, bytesPerMessage }) =>
      sum + keys * messagesPerSecond * Math.max(minimumBytes, bytesPerMessage),
    0,
  );
}

interface Running {
  readonly running: number;
  /** The part of the hour that each of them is paid for in full. */
  readonly billed: number;
}

/** What is kept warm costs less while it has no request. */
function computeOf(
  { cpu, memoryMib, minInstances }: FunctionSettings,
  { running, billed }: Running,
) {
  const busySeconds = running * billed * SECONDS_PER_HOUR;
  const warmWithoutWork = Math.max(0, minInstances - running);
  const warmBetweenWork = Math.min(minInstances, running) * (1 - billed);
  const idleSeconds = (warmWithoutWork + warmBetweenWork) * SECONDS_PER_HOUR;
  const gib = memoryMib / MIB_PER_GIB;
  return {
    cpuSeconds: busySeconds * cpu,
    gibSeconds: busySeconds * gib,
    idleCpuSeconds: idleSeconds * cpu,
    idleGibSeconds: idleSeconds * gib,
  };
}

/** Our line and Cloud Run's for each request and each push, and our line for each call. */
export function logBytesPerSecond(
  { intake, messagesPerSecond, forward }: Moment,
  { settings, assumptions }: Scenario,
): number {
  const { logEnvelopeBytes, intakeLineBytes, deliveryLineBytes, callLineBytes } = assumptions;
  const platform = settings.platformRequestLogs ? assumptions.platformRequestLogBytes : 0;
  return (
    intake.requestsPerSecond * (logEnvelopeBytes + intakeLineBytes + platform) +
    messagesPerSecond * (logEnvelopeBytes + deliveryLineBytes + platform) +
    forward.callsPerSecond * (logEnvelopeBytes + callLineBytes)
  );
}

/** Each instance reads each audience once; what was measured tells how often that is in practice. */
function mapReadsPerDay(hours: readonly Moment[], { units, shape, assumptions }: Scenario): number {
  const messages = hours.reduce((sum, hour) => sum + hour.messagesPerSecond * SECONDS_PER_HOUR, 0);
  const measured = (messages / 1_000) * units.mapReadsPer1000Messages;
  const starts = startsPerDay(hours.map(forwardLoad), assumptions.idleSecondsBeforeStop);
  return Math.min(measured, shape.audiences * starts);
}

/** One hour of a function. */
export interface HourlyLoad {
  readonly requestsPerSecond: number;
  readonly running: number;
}
export const intakeLoad = ({ intake }: Moment): HourlyLoad => ({
  requestsPerSecond: intake.requestsPerSecond,
  running: intake.instances.running,
});
export const forwardLoad = ({ messagesPerSecond, forward }: Moment): HourlyLoad => ({
  requestsPerSecond: messagesPerSecond,
  running: forward.instances.running,
});

/**
 * Instances that start in a day when none is kept warm: with the traffic, and after pauses long enough for the last
 * one to stop.
 */
export function startsPerDay(hours: readonly HourlyLoad[], idleSecondsBeforeStop: number): number {
  let starts = 0;
  for (const [hour, { requestsPerSecond, running }] of hours.entries()) {
    const before = hours.at(hour - 1)?.running ?? 0;
    starts += Math.max(0, running - before);
    const longPauses = requestsPerSecond * Math.exp(-requestsPerSecond * idleSecondsBeforeStop);
    starts += longPauses * SECONDS_PER_HOUR;
  }
  return starts;
}
