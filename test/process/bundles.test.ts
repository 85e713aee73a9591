import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { afterEach, beforeAll, expect, test } from '@jest/globals';
import { playDemo } from '../../cli/demo/play.ts';
import { createDmpClient } from '../../cli/dmp/dmp-client.ts';
import { createPangolinClient } from '../../cli/dmp/pangolin-client.ts';
import { provisionPush } from '../../shared/queue/pubsub-provision.ts';
import { startPangolin } from '../pangolin/pangolin.ts';
import { describeWithEmulators } from '../setup/describe-with-emulators.ts';
import { runFunction, type FunctionToRun } from './run-function.ts';

describeWithEmulators('the bundles of npm run build, deployed as on Google Cloud', () => {
  const cleanups: (() => unknown)[] = [];
  beforeAll(() => {
    execFileSync(process.execPath, ['scripts/build.ts']);
  });
  afterEach(async () => {
    for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
  });
  const run = async (options: FunctionToRun) => {
    const running = await runFunction(options);
    cleanups.push(() => {
      running.child.kill();
    });
    return running.url;
  };

  test('intake → Pub/Sub push → forward → Pangolin: exactly the 900 members', async () => {
    const topic = `t-${randomUUID()}`;
    const shared = {
      GOOGLE_CLOUD_PROJECT: 'bundles-test',
      FIRESTORE_COLLECTION: topic,
      DESTINATION: 'pangolin',
    };
    const pangolin = await startPangolin();
    cleanups.push(() => pangolin.close());

    const forwardUrl = await run({
      target: 'forward',
      source: 'dist/forward',
      readyStatus: 400,
      variables: {
        ...shared,
        DEAD_LETTER_TOPIC: `${topic}-dead`,
        DESTINATION_BASE_URL: pangolin.url,
        DESTINATION_CREDENTIALS: 'pangolin:pangolin',
      },
    });
    const provisioned = await provisionPush({
      projectId: 'bundles-test',
      topic,
      deadLetterTopic: `${topic}-dead`,
      pushEndpoint: forwardUrl,
    });
    cleanups.push(() => provisioned.remove());
    const variables = { ...shared, TOPIC: topic, HMAC_SECRETS: 'local-secret' };
    const url = await run({ target: 'diy', source: 'dist/intake', variables });

    const dmp = createDmpClient({ url, secret: 'local-secret' });
    const result = await playDemo(dmp, createPangolinClient(pangolin.url));
    expect(result).toMatchObject({ arrived: 900, exact: true });
  });

  test('user-sync answers', async () => {
    const options = { target: 'sync', source: 'dist/user-sync', readyStatus: 400 } as const;
    const url = await run({ ...options, variables: {} });
    const out = 'https://go.flx1.com/uid?userid=[[USERID]]&pl=1&plsec=x';
    const answer = await fetch(`${url}/?out=${out}`, { redirect: 'manual' });
    expect(answer.status).toBe(302);
    expect(answer.headers.get('location')).toMatch(/userid=[0-9a-f]{32}&pl=1&plsec=x$/);
  });
});
