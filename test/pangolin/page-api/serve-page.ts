import type { ServerResponse } from 'node:http';
import { immediately, json, refusalAnswer } from '../answers.ts';
import type { Answer } from '../answers.ts';
import type { Call } from '../call.ts';
import { choose, notFound } from '../choose.ts';
import { noFaults, parseFaults } from '../faults.ts';
import { sendReply } from '../send-reply.ts';
import { demandLoopbackHost, demandOwnPage } from './guards.ts';
import { listMembers } from './list-members.ts';
import { pageFile } from './page-files.ts';
import type { PageHost } from './page-host.ts';
import { play } from './play.ts';
import { streamView } from './view-stream.ts';

/** Whether a path belongs to the page, which is no part of the platform's API. */
export function isPagePath(path: string): boolean {
  return path === '/' || path.startsWith('/page/');
}

/** Answers the page: its files, what it shows, and what its buttons do. */
export async function servePage(
  host: PageHost,
  call: Call,
  response: ServerResponse,
): Promise<void> {
  let answer: Answer | undefined;
  try {
    answer = await answerOf(host, call, response);
  } catch (error) {
    answer = refusalAnswer(error);
  }
  if (answer !== undefined) await sendReply(immediately(answer), response);
}

/** Undefined where the answer is a stream. */
async function answerOf(
  host: PageHost,
  call: Call,
  response: ServerResponse,
): Promise<Answer | undefined> {
  if (call.path === '/') return choose(call, { GET: () => pageFile('index.html') });
  const [, , area = '', ...rest] = call.path.split('/');
  const query = new URLSearchParams(call.query);
  if (area === 'events' && rest.length === 0) {
    await choose(call, {
      GET: () => {
        demandLoopbackHost(call);
        return streamView(host, query.get('search') ?? '', response);
      },
    });
    return undefined;
  }
  if (area === 'faults' && rest.length === 0) return changeFaults(host, call);
  if (area === 'play' && rest.length === 1) return playFor(host, call, rest[0]);
  if (area === 'segments' && rest.length === 2 && rest[1] === 'users') {
    return choose(call, {
      GET: () => {
        demandLoopbackHost(call);
        return listMembers(host.platform, rest[0] ?? '', query.get('filter') ?? '');
      },
    });
  }
  if (rest.length > 0) throw notFound();
  return choose(call, { GET: () => pageFile(area) });
}

function playFor(host: PageHost, call: Call, name = ''): Promise<Answer> {
  return choose(call, {
    POST: () => {
      demandOwnPage(call);
      return play(host, name, call);
    },
  });
}

function changeFaults({ platform }: PageHost, call: Call): Answer {
  const put = (faults: () => typeof platform.faults) => () => {
    demandOwnPage(call);
    platform.faults = faults();
    return json(platform.faults.settings);
  };
  return choose(call, { PUT: put(() => parseFaults(call.text())), DELETE: put(noFaults) });
}
