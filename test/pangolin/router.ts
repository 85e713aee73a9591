import {
  failure,
  html,
  immediately,
  json,
  methodNotAllowed,
  Refusal,
  refusalAnswer,
} from './answers.ts';
import type { Answer, Reply } from './answers.ts';
import { isAuthorised } from './basic-auth.ts';
import type { Call } from './call.ts';
import { noFaults, parseFaults } from './faults.ts';
import { parseSegmentId } from './member-list.ts';
import { renderPage } from './page.ts';
import { forgetSegments } from './platform.ts';
import type { Platform } from './platform.ts';
import { replyToSegmentCall } from './segment-endpoint.ts';
import { sync } from './sync.ts';

/** Finds who answers a call. */
export function route(platform: Platform, call: Call): Reply {
  try {
    if (!call.path.startsWith('/v1/')) return immediately(routeOpenPath(platform, call));
    if (!isAuthorised(call.headers.authorization)) {
      const challenge = { 'www-authenticate': 'Basic realm="pangolin"' };
      throw new Refusal(401, 'Basic Auth is missing or wrong.', { headers: challenge });
    }
    if (call.path === '/v1/segment') return replyToSegmentCall(platform, call);
    return immediately(routeInspection(platform, call));
  } catch (error) {
    return immediately(refusalAnswer(error));
  }
}

/** The paths without Basic Auth. */
function routeOpenPath(platform: Platform, call: Call): Answer {
  if (call.path === '/') return choose(call, { GET: () => html(renderPage(platform)) });
  if (call.path === '/sync') return choose(call, { GET: () => sync(call) });
  return notFound();
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
  if (segment === undefined) return notFound();
  return choose(call, { GET: () => listUsers(platform, segment) });
}

function listUsers(platform: Platform, segment: string): Answer {
  const segmentId = parseSegmentId(segment);
  const members = segmentId === undefined ? undefined : platform.segments.members(segmentId);
  return members === undefined ? failure(404, 'There is no such segment.') : json([...members]);
}

function choose(call: Call, answers: Readonly<Record<string, () => Answer>>): Answer {
  const answer = new Map(Object.entries(answers)).get(call.method);
  if (answer === undefined) throw methodNotAllowed(Object.keys(answers));
  return answer();
}

function notFound(): Answer {
  return failure(404, 'There is nothing at this path.');
}
