import { randomUUID } from 'node:crypto';
import { createRequire } from 'node:module';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { provisionPush, type ProvisionedPush } from '../../shared/queue/pubsub-provision.ts';
import { answersContract } from '../flow/answers.contract.ts';
import { describeWithEmulators } from '../setup/describe-with-emulators.ts';
import { emulatorVariables } from '../setup/emulator-variables.ts';
import { freePort } from '../setup/emulators.ts';
import { startChild, type Child } from './child.ts';
import { expectCleanEnd } from './sigterm.contract.ts';

const FRAMEWORK = createRequire(import.meta.url)
  .resolve('@google-cloud/functions-framework')
  .replace(/index\.js$/, 'main.js');
const PROJECT = 'functions-framework-test';
const MAX_BODY_BYTES = 20_000;

describeWithEmulators('run by the functions framework', () => {
  const topic = `t-${randomUUID()}`;
  let provisioned: ProvisionedPush;
  beforeAll(async () => {
    const names = { topic, deadLetterTopic: `${topic}-dead`, pushEndpoint: 'http://127.0.0.1:9/' };
    provisioned = await provisionPush({ projectId: PROJECT, ...names });
  });
  afterAll(() => provisioned.remove());

  async function startIntake(): Promise<{ intake: Child; url: string }> {
    const port = await freePort();
    const url = `http://127.0.0.1:${port}`;
    const source = new URL('../../functions/intake/index.ts', import.meta.url).pathname;
    const command = [process.execPath, FRAMEWORK, '--target=diy', `--source=${source}`];
    const variables = {
      ...emulatorVariables(),
      PORT: String(port),
      TOPIC: topic,
      HMAC_SECRETS: 'local-secret',
      GOOGLE_CLOUD_PROJECT: PROJECT,
      MAX_BODY_BYTES: String(MAX_BODY_BYTES),
      PUBLISH_TIMEOUT_MS: '5000',
    };
    return { intake: await startChild(command, variables, { url }), url };
  }

  describe("intake's answers", () => {
    let running: { intake: Child; url: string };
    beforeAll(async () => {
      running = await startIntake();
    });
    afterAll(() => {
      running.intake.kill();
    });

    answersContract(() => running.url, MAX_BODY_BYTES);
  });

  test('SIGTERM under load finishes the requests in flight and leaves nothing behind', async () => {
    const { intake, url } = await startIntake();
    try {
      await expectCleanEnd(intake, url);
    } finally {
      intake.kill();
    }
  });

  test('a wrong configuration: every problem at once, and it does not start', async () => {
    const source = new URL('../../functions/intake/index.ts', import.meta.url).pathname;
    const command = [process.execPath, FRAMEWORK, '--target=diy', `--source=${source}`];
    const url = `http://127.0.0.1:${await freePort()}`;
    const variables = { PORT: new URL(url).port, MAX_BODY_BYTES: 'many' };
    const failure = await startChild(command, variables, { url, timeoutMs: 3_000 }).catch(String);
    for (const name of ['TOPIC', 'HMAC_SECRET_NAME, HMAC_SECRETS', 'MAX_BODY_BYTES']) {
      expect(failure).toContain(`- ${name}: `);
    }
  });
});
