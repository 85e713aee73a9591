import { randomUUID } from 'node:crypto';
import type { Environment } from '../../shared/config.ts';
import type { ContenderProgram } from '../contender-process.ts';
import { BEFORE, FLOOR, FRAMEWORK_LIMIT, INTAKE_EMBEDDED, INTAKE_PUBSUB } from '../names.ts';
import { PROJECT, provisionSink } from '../push-sink.ts';
import { measureIntake, type IntakeFigures } from './measure-intake.ts';

export interface Repeated {
  readonly rounds: number;
  /** Of each measurement. */
  readonly seconds: number;
  /** The folder of another checkout, to be measured as well. */
  readonly before: string | undefined;
}

/** Our intake beside what it could be at best; with Pub/Sub where `emulators` names an emulator. */
export async function measureContenders(
  { rounds, seconds, before }: Repeated,
  emulators: Environment,
): Promise<Record<string, IntakeFigures>> {
  const contenders: Record<string, ContenderProgram> = {
    [FLOOR]: { file: 'floor.ts' },
    [FRAMEWORK_LIMIT]: { file: 'framework.ts' },
    [INTAKE_EMBEDDED]: { file: 'intake.ts', args: ['embedded'] },
  };
  if (before !== undefined) contenders[BEFORE] = { file: 'intake.ts', args: ['embedded', before] };
  if (emulators['PUBSUB_EMULATOR_HOST'] === undefined) {
    return measureIntake({ rounds, seconds, contenders });
  }
  const topic = `bench-${randomUUID()}`;
  const provisioned = await provisionSink(topic, `${topic}-dead`);
  const variables = {
    ...emulators,
    GOOGLE_CLOUD_PROJECT: PROJECT,
    TOPIC: topic,
    // The emulator shares the load's core, and is slow until it is warm.
    PUBLISH_TIMEOUT_MS: '10000',
  };
  contenders[INTAKE_PUBSUB] = { file: 'intake.ts', args: ['pubsub'], variables };
  try {
    return await measureIntake({ rounds, seconds, contenders });
  } finally {
    await provisioned.remove();
  }
}
