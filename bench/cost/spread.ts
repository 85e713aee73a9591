import type { TrafficShape } from './data-files.ts';

/** How the mutations of requests spread over ordering keys. */
export interface Spread {
  /** Ordering keys that one request has mutations for. */
  readonly keysPerRequest: number;
  /** Of a request: the chance that it has some for a given key. */
  readonly touchesHottestKey: number;
  readonly touchesOtherKey: number;
}

export interface Requests {
  readonly shape: TrafficShape;
  readonly shards: number;
  readonly mutationsPerRequest: number;
}

/**
 * The expected spread. A user's shard is a hash, so mutations fall on the shards at random; with several audiences
 * in a request the hottest is always among them, and the others take turns.
 */
export function spreadOver({ shape, shards, mutationsPerRequest: n }: Requests): Spread {
  const { audiences, hottestShare, audiencesPerRequest } = shape;
  const others = audiences - 1;
  const inRequest = Math.min(audiencesPerRequest, audiences);
  /** The chance that at least one of `count` mutations falls on one of `keys` equal keys. */
  const hit = (count: number, keys: number) => 1 - (1 - 1 / keys) ** count;

  if (others === 0) return spread(hit(n, shards), 0);
  if (inRequest === 1) {
    const touches = hit(n, shards);
    return spread(hottestShare * touches, ((1 - hottestShare) / others) * touches);
  }
  const otherInRequest = inRequest - 1;
  const touchesHottest = 1 - (1 - hottestShare / shards) ** n;
  const touchesOther = 1 - (1 - (1 - hottestShare) / (otherInRequest * shards)) ** n;
  return spread(touchesHottest, (otherInRequest / others) * touchesOther);

  function spread(touchesHottestKey: number, touchesOtherKey: number): Spread {
    const keysPerRequest = shards * (touchesHottestKey + others * touchesOtherKey);
    return { keysPerRequest, touchesHottestKey, touchesOtherKey };
  }
}
