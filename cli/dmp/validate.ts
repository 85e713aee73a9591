import type { Reply } from '../../shared/destinations/send-request.ts';
import { table } from '../table.ts';
import { curlCommand, curlGetCommand } from './curl-command.ts';
import { signCall } from './dmp-client.ts';
import { errorIn, failureText, statusOf } from './read-reply.ts';
import { sendCall, sendGet, type DmpReply } from './send-call.ts';
import { targetOf, type TargetOptions } from './target.ts';

export interface CallOptions extends TargetOptions {
  readonly dryRun?: true;
  readonly json?: true;
}

/** Validates intake both ways the DMP may: by GET, and by a signed POST. */
export async function validate(options: CallOptions): Promise<void> {
  const target = await targetOf(options);
  const call = signCall(target, 'VALIDATE', {});
  if (options.dryRun === true) {
    console.log(`${curlGetCommand(target.url, target.basicAuth !== undefined)}\n`);
    console.log(curlCommand(call));
    return;
  }
  const replies = { GET: await sendGet(target), POST: await sendCall(call) };
  const failed = Object.values(replies).find((reply) => statusOf(reply) !== 200);
  if (failed !== undefined) process.exitCode = 1;
  if (options.json === true) {
    console.log(JSON.stringify({ get: told(replies.GET), post: told(replies.POST) }));
    return;
  }
  const rows = Object.entries(replies).map(([method, reply]) => [
    ...[method, statusOf(reply) ?? '-', Math.round(reply.durationMs)],
    statusOf(reply) === 200 ? '' : errorIn(reply),
  ]);
  console.log(table(['METHOD', 'STATUS', 'MS', 'TEXT'], rows));
  if (failed !== undefined) console.error(`\n${failureText(target.url, failed)}`);
}

function told(reply: DmpReply) {
  const durationMs = Math.round(reply.durationMs);
  return { ...outcome(reply), durationMs };
}

/** The status of an answer and, where it is not 200, the text of it. */
export function outcome(reply: Reply): { status: number | null; error?: string } {
  const status = statusOf(reply);
  return status === 200 ? { status } : { status: status ?? null, error: errorIn(reply) };
}
