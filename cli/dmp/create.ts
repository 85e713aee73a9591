import { CommandProblem } from '../command-problem.ts';
import { printable } from '../printable.ts';
import { creationOf } from './creation.ts';
import { curlCommand } from './curl-command.ts';
import { signCall } from './dmp-client.ts';
import { errorIn, failureText, idIn, statusOf } from './read-reply.ts';
import { sendCall } from './send-call.ts';
import { targetOf } from './target.ts';
import { outcome, type CallOptions } from './validate.ts';

export interface CreateOptions extends CallOptions {
  readonly name: string;
  readonly customer: number;
}

/**
 * Creates an audience and writes what the person who creates it would read.
 * @throws CommandProblem when intake did not take it, or the platform refused it
 */
export async function create(audience: string, options: CreateOptions): Promise<void> {
  const target = await targetOf(options);
  const fields = creationOf(audience, options.name, options.customer);
  const call = signCall(target, 'CREATE_AUDIENCE', fields);
  if (options.dryRun === true) {
    console.log(curlCommand(call));
    return;
  }
  const reply = await sendCall(call);
  const status = statusOf(reply);
  const id = idIn(reply);
  if (options.json === true) {
    console.log(JSON.stringify({ ...outcome(reply), ...(id === undefined ? {} : { id }) }));
    if (status !== 200) process.exitCode = 1;
    return;
  }
  if (status === 422) {
    const text = `The platform refused the audience: ${errorIn(reply)}`;
    throw new CommandProblem(`${text}\nOnce that is put right, create it again.`);
  }
  if (status !== 200) throw new CommandProblem(failureText(target.url, reply));
  console.log(printable(`Audience ${audience} is stored.`));
  console.log(
    id === undefined
      ? 'No id came back: the relay returns none, or is still creating the segment.'
      : `Its segment is ${printable(id)}.`,
  );
}
