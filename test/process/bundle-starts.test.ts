import { afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { createDmpClient } from '../../cli/dmp/dmp-client.ts';
import { buildBundles, deployBundle } from './bundle-deployment.ts';
import { runDeployed, type FunctionToStart } from './run-function.ts';

const BUILT = 'artifacts/bundles-starts';
const SHARED = { GOOGLE_CLOUD_PROJECT: 'bundles-test', DESTINATION: 'pangolin' };
const INTAKE = {
  ...SHARED,
  TOPIC: 'mutations',
  CONTROL_TOPIC: 'control',
  HMAC_SECRETS: 'local-secret',
};
const FORWARD = {
  ...SHARED,
  DEAD_LETTER_TOPIC: 'dead',
  PULL_SUBSCRIPTION: 'forward',
  WAKE_SUBSCRIPTION: 'wake',
  DESTINATION_CREDENTIALS: 'user:password',
};

describe('a bundle alone in an empty folder, its commands linked by npm without a network', () => {
  const cleanups: (() => void)[] = [];
  beforeAll(() => {
    buildBundles(BUILT);
  });
  afterEach(() => {
    for (const cleanup of cleanups.splice(0).reverse()) cleanup();
  });
  const deploy = async (name: string, options: FunctionToStart) => {
    const deployment = deployBundle(`${BUILT}/${name}`);
    cleanups.push(() => {
      deployment.remove();
    });
    const { child, url } = await runDeployed(deployment.folder, options);
    cleanups.push(() => {
      child.kill();
    });
    return url;
  };

  test('intake answers, and refuses a wrong signature', async () => {
    const url = await deploy('intake', { target: 'diy', variables: INTAKE });
    const stranger = createDmpClient({ url, secret: 'another-secret' });
    expect(await stranger.addToAudience('a.1', ['user-1'])).toMatchObject({ status: 401 });
    const dmp = createDmpClient({ url, secret: 'local-secret' });
    expect(await dmp.validate()).toMatchObject({ status: 200 });
  });

  test('forward refuses what is no push', async () => {
    const options = { target: 'forward', readyStatus: 405, variables: FORWARD } as const;
    const url = await deploy('forward', options);
    const answer = await fetch(url, { method: 'POST', body: '{"message":{}}' });
    expect(answer.status).toBe(400);
  });

  test('user-sync redirects', async () => {
    const options = { target: 'sync', readyStatus: 400, variables: {} } as const;
    const url = await deploy('user-sync', options);
    const out = 'https://go.flx1.com/uid?userid=[[USERID]]&pl=1&plsec=x';
    const answer = await fetch(`${url}/?out=${out}`, { redirect: 'manual' });
    expect(answer.status).toBe(302);
    expect(answer.headers.get('location')).toMatch(/userid=[0-9a-f]{32}&pl=1&plsec=x$/);
  });

  test('an error has its name, and by the source map the line of our source', async () => {
    const variables = { TOPIC: 'mutations', NODE_OPTIONS: '--enable-source-maps' };
    const failure = await deploy('intake', {
      target: 'diy',
      variables,
    }).catch(String);
    expect(failure).toContain('ConfigurationError: ');
    expect(failure).toMatch(/at readConfig \(\S+\/shared\/config\.ts:\d+/);
  });
});
