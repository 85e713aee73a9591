import { randomUUID } from 'node:crypto';
import { afterEach, beforeAll, expect, test } from '@jest/globals';
import { playDemo } from '../../cli/demo/play.ts';
import { createDmpClient } from '../../cli/dmp/dmp-client.ts';
import { createPangolinClient } from '../../cli/dmp/pangolin-client.ts';
import { provision, wakeOf } from '../../shared/queue/pubsub-provision.ts';
import { startPangolin } from '../pangolin/pangolin.ts';
import { describeWithEmulators } from '../setup/describe-with-emulators.ts';
import { UNHURRIED } from '../setup/unhurried.ts';
import { buildBundles, deployBundle } from './bundle-deployment.ts';
import { runDeployed, type FunctionToStart } from './run-function.ts';

const BUILT = 'artifacts/bundles-flow';

describeWithEmulators('the bundles of npm run build, deployed as on Google Cloud', () => {
  const cleanups: (() => unknown)[] = [];
  beforeAll(() => {
    buildBundles(BUILT);
  });
  afterEach(async () => {
    for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
  });
  const deploy = async (name: string, options: FunctionToStart) => {
    const deployment = deployBundle(`${BUILT}/${name}`);
    cleanups.push(() => {
      deployment.remove();
    });
    const running = await runDeployed(deployment.folder, options);
    cleanups.push(() => {
      running.child.kill();
    });
    return running.url;
  };

  test('intake → Pub/Sub → forward → Pangolin: exactly the 900 members', async () => {
    const topic = `t-${randomUUID()}`;
    const shared = {
      GOOGLE_CLOUD_PROJECT: 'bundles-test',
      FIRESTORE_COLLECTION: topic,
      DESTINATION: 'pangolin',
    };
    const names = { topic, controlTopic: `${topic}-control`, deadLetterTopic: `${topic}-dead` };
    const subscription = `${topic}-forward`;
    const pangolin = await startPangolin();
    cleanups.push(() => pangolin.close());

    const forwardUrl = await deploy('forward', {
      target: 'forward',
      readyStatus: 405,
      variables: {
        ...shared,
        DEAD_LETTER_TOPIC: names.deadLetterTopic,
        PULL_SUBSCRIPTION: subscription,
        WAKE_SUBSCRIPTION: wakeOf(subscription),
        DESTINATION_BASE_URL: pangolin.url,
        DESTINATION_CREDENTIALS: 'pangolin:pangolin',
      },
    });
    const provisioned = await provision({ projectId: 'bundles-test', ...names });
    cleanups.push(() => provisioned.remove());
    await provisioned.addForward(subscription, [forwardUrl]);
    const variables = {
      ...shared,
      TOPIC: topic,
      CONTROL_TOPIC: names.controlTopic,
      HMAC_SECRETS: 'local-secret',
      ...UNHURRIED,
    };
    const url = await deploy('intake', { target: 'diy', variables });

    const dmp = createDmpClient({ url, secret: 'local-secret' });
    const result = await playDemo(dmp, createPangolinClient(pangolin.url));
    expect(result).toMatchObject({ arrived: 900, exact: true });
  });
});
