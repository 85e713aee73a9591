import { failure, immediately, json, Refusal, refusalAnswer } from './answers.ts';
import type { Answer, Reply } from './answers.ts';
import { isAuthorised } from './basic-auth.ts';
import type { Call } from './call.ts';
import { choose, notFound } from './choose.ts';
import { noFaults, parseFaults } from './faults.ts';
import { parseSegmentId } from './member-list.ts';
import { forgetSegments } from './platform.ts';
import type { Platform } from './platform.ts';
import { replyToSegmentCall } from './segment-endpoint.ts';
import { sync } from './sync.ts';

/** Finds who answers a call to the platform; its page is apart, in `page-api/`. */
export function route(platform: Platform, call: Call): Reply {
  try {
    if (call.path === '/sync') return immediately(choose(call, { GET: () => sync(call) }));
    if (!call.path.startsWith('/v1/')) throw notFound();
    if (!isAuthorised(call.headers.authorization)) {
      if (call.path === '/v1/segment') recordUnauthorised(platform, call);
      const challenge = { 'www-authenticate': 'Basic realm="pangolin"' };
      throw new Refusal(401, 'Basic Auth is missing or wrong.', { headers: challenge });
    }
    if (call.path === '/v1/segment') return replyToSegmentCall(platform, call);
    return immediately(routeInspection(platform, call));
  } catch (error) {
    return immediately(refusalAnswer(error));
  }
}

/** The paths to look inside and to inject faults: never faulted themselves. */
function routeInspection(platform: Platform, call: Call): Answer {
  if (call.path === '/v1/stats') return choose(call, { GET: () => json(platform.stats) });
  if (call.path === '/v1/segments') {
    return choose(call, {
      GET: () => json(platform.segments.list()),
      DELETE() {
        forgetSegments(platform);
        return json({ status: 'OK' });
      },
    });
  }
  if (call.path === '/v1/faults') {
    return choose(call, {
      GET: () => json(platform.faults.settings),
      PUT() {
        platform.faults = parseFaults(call.text());
        return json(platform.faults.settings);
      },
      DELETE() {
        platform.faults = noFaults();
        return json(platform.faults.settings);
      },
    });
  }
  const segment = /^\/v1\/segments\/([^/]+)\/users$/.exec(call.path)?.[1];
  if (segment === undefined) throw notFound();
  return choose(call, { GET: () => listUsers(platform, segment) });
}

function listUsers(platform: Platform, segment: string): Answer {
  const segmentId = parseSegmentId(segment);
  const members = segmentId === undefined ? undefined : platform.segments.members(segmentId);
  return members === undefined ? failure(404, 'There is no such segment.') : json([...members]);
}

/** It counts in no stats, but whoever has mistaken the credentials wants to see it. */
function recordUnauthorised({ calls }: Platform, { method }: Call): void {
  calls.begin(`${method} with wrong credentials`)({ result: 401, injected: false });
}
