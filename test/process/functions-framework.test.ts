import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { provision, type Provisioned } from '../../shared/queue/pubsub-provision.ts';
import { answersContract } from '../flow/answers.contract.ts';
import { describeWithEmulators } from '../setup/describe-with-emulators.ts';
import { UNHURRIED } from '../setup/unhurried.ts';
import { runFunction } from './run-function.ts';
import { expectCleanEnd } from './sigterm.contract.ts';

const PROJECT = 'functions-framework-test';
const MAX_BODY_BYTES = 20_000;
const INTAKE = { target: 'diy', source: 'functions/intake/index.ts' } as const;

describeWithEmulators('intake, run by the functions framework', () => {
  const topic = `t-${randomUUID()}`;
  const variables = {
    TOPIC: topic,
    CONTROL_TOPIC: `${topic}-control`,
    DESTINATION: 'pangolin',
    HMAC_SECRETS: 'local-secret',
    GOOGLE_CLOUD_PROJECT: PROJECT,
    MAX_BODY_BYTES: String(MAX_BODY_BYTES),
    ...UNHURRIED,
  };
  let provisioned: Provisioned;
  beforeAll(async () => {
    const names = { topic, controlTopic: `${topic}-control`, deadLetterTopic: `${topic}-dead` };
    provisioned = await provision({ projectId: PROJECT, ...names });
  });
  afterAll(() => provisioned.remove());

  describe("intake's answers", () => {
    let running: Awaited<ReturnType<typeof runFunction>>;
    beforeAll(async () => {
      running = await runFunction({ ...INTAKE, variables });
    });
    afterAll(() => {
      running.child.kill();
    });

    answersContract(() => running.url, MAX_BODY_BYTES);
  });

  test('SIGTERM under load finishes the requests in flight and leaves nothing behind', async () => {
    const { child, url } = await runFunction({ ...INTAKE, variables });
    try {
      await expectCleanEnd(child, url);
    } finally {
      child.kill();
    }
  });
});

test('a wrong configuration: every problem at once, and it does not start', async () => {
  const variables = { MAX_BODY_BYTES: 'many' };
  const failure = await runFunction({ ...INTAKE, variables }).catch(String);
  for (const name of ['TOPIC', 'DESTINATION', 'HMAC_SECRET_NAME, HMAC_SECRETS', 'MAX_BODY_BYTES']) {
    expect(failure).toContain(`- ${name}: `);
  }
});
