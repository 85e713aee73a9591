import { randomUUID } from 'node:crypto';
import { createFirestoreAudienceMap } from '../../shared/audience-map/firestore-audience-map.ts';
import type { Environment } from '../../shared/config.ts';
import { startPangolin } from '../../test/pangolin/pangolin.ts';
import { pangolinDestination } from '../contenders/pangolin-destination.ts';
import { audienceIds, microBatch, SECRET } from '../micro-batch.ts';
import {
  EMPTY_START,
  FORWARD_START,
  INTAKE_PUBLISHED,
  INTAKE_START,
  SYNC_START,
} from '../names.ts';
import { messageOf, pushBody } from '../push-request.ts';
import { PROJECT, provisionSink } from '../push-sink.ts';
import type { ColdStart } from './measure-cold-start.ts';

/** What the functions find when they start, in the emulators and at the third party. */
export interface Surroundings {
  /** The functions of a deployment and the requests that start them. */
  coldStartsOf(folders: Readonly<Record<string, string>>): Record<string, ColdStart>;
  remove(): Promise<void>;
}

/** @param emulators the variables that name them */
export async function prepareSurroundings(emulators: Environment): Promise<Surroundings> {
  const pangolin = await startPangolin();
  const run = `bench-${randomUUID()}`;
  const topics = { topic: run, deadLetterTopic: `${run}-dead` };
  const provisioned = await provisionSink(topics.topic, topics.deadLetterTopic);
  const [audience = ''] = audienceIds(1);
  const map = createFirestoreAudienceMap({
    projectId: PROJECT,
    databaseId: '(default)',
    collection: run,
    destination: 'pangolin',
  });
  const request = { audience: { id: audience, name: 'Bench' }, requestId: run, leaseMs: 60_000 };
  const claim = await map.claim(request);
  if (!claim.claimed) throw new Error('The audience of a new collection is taken.');
  const destination = pangolinDestination(pangolin.url, 1_000);
  const created = await destination.createSegment({ title: 'Bench', audienceId: audience });
  await map.settleReady(claim.lease, created.segment);
  await map.close();

  const shared = {
    ...emulators,
    GOOGLE_CLOUD_PROJECT: PROJECT,
    FIRESTORE_COLLECTION: run,
    DESTINATION: 'pangolin',
  };
  return {
    coldStartsOf: (folders) =>
      coldStarts(folders, { shared, topics, audience, pangolin: pangolin.url }),
    remove: async () => {
      await provisioned.remove();
      await pangolin.close();
    },
  };
}

interface Wiring {
  readonly shared: Environment;
  readonly topics: { readonly topic: string; readonly deadLetterTopic: string };
  readonly audience: string;
  /** Where Pangolin is. */
  readonly pangolin: string;
}

function coldStarts(
  folders: Readonly<Record<string, string>>,
  { shared, topics, audience, pangolin }: Wiring,
): Record<string, ColdStart> {
  const folder = (name: string) => folders[name] ?? '';
  const validate = { method: 'GET', path: '/' } as const;
  // One mutation is one publish: the emulator takes publishes one after the other.
  const call = microBatch({ url: '', audiences: [audience], spread: 'one-audience' }, 0, 1);
  const add = { method: 'POST', path: call.url, headers: call.headers, body: call.body } as const;
  const delivery = pushBody(messageOf(audience, ['12000000000']));
  const intake = {
    folder: folder('intake'),
    target: 'diy',
    variables: { ...shared, TOPIC: topics.topic, HMAC_SECRETS: SECRET },
  };
  return {
    [EMPTY_START]: {
      folder: folder('empty'),
      target: 'empty',
      variables: {},
      first: validate,
    },
    [INTAKE_START]: { ...intake, first: validate },
    [INTAKE_PUBLISHED]: { ...intake, first: add },
    [FORWARD_START]: {
      folder: folder('forward'),
      target: 'forward',
      variables: {
        ...shared,
        DEAD_LETTER_TOPIC: topics.deadLetterTopic,
        DESTINATION_BASE_URL: pangolin,
        DESTINATION_CREDENTIALS: 'pangolin:pangolin',
      },
      first: { method: 'POST', path: '/', body: delivery },
    },
    [SYNC_START]: {
      folder: folder('user-sync'),
      target: 'sync',
      variables: {},
      first: {
        method: 'GET',
        path: '/?out=https://go.flx1.com/uid?userid=[[USERID]]',
        status: 302,
      },
    },
  };
}
