import { z } from 'zod';
import { createDmpClient, type DmpAnswer, type DmpClient } from '../../../cli/dmp/dmp-client.ts';
import { failure, json, Refusal } from '../answers.ts';
import type { Answer } from '../answers.ts';
import { parseJson, type Call } from '../call.ts';
import { notFound } from '../choose.ts';
import { rememberAudience, type PageHost } from './page-host.ts';
import type { PlayAnswer } from './view.ts';

/** Longer than intake ever takes. */
const timeoutMs = 10_000;

const audience = z.string().trim().min(1).max(200);
const nothing = z.strictObject({});
const creation = z.strictObject({ audience, name: z.string().trim().min(1).max(200) });
/** One micro-batch of the DMP. */
const mutations = z.strictObject({
  audience,
  users: z.array(z.string().min(1).max(200)).min(1).max(100),
});

/** Makes one call of the DMP to intake, signed, and tells what intake answered. */
export async function play(host: PageHost, name: string, call: Call): Promise<Answer> {
  const perform = readPlay(name, parseJson(call.text()), host);
  if (host.dmp === undefined) {
    throw new Refusal(409, 'This Pangolin was not told where intake is: use npm start.');
  }
  try {
    const answer = await inTime(perform(createDmpClient(host.dmp)));
    const { status, body, durationMs } = answer;
    return json({ status, body, durationMs: Math.round(durationMs) } satisfies PlayAnswer);
  } catch (error) {
    // What it is made of may hold the secret or user ids; the reasons are few.
    const reason = error instanceof SyntaxError ? 'answered something else than JSON' : 'no answer';
    return failure(502, `${host.dmp.url}: ${reason}. Is intake running there?`);
  }
}

function readPlay(
  name: string,
  body: unknown,
  host: PageHost,
): (dmp: DmpClient) => Promise<DmpAnswer> {
  switch (name) {
    case 'validate':
      parse(nothing, body);
      return (dmp) => dmp.validate();
    case 'create': {
      const { audience, name } = parse(creation, body);
      return async (dmp) => {
        const answer = await dmp.createAudience(audience, name);
        if (answer.status === 200) rememberAudience(host, { id: audience, name });
        return answer;
      };
    }
    case 'add': {
      const { audience, users } = parse(mutations, body);
      return (dmp) => dmp.addToAudience(audience, users);
    }
    case 'remove': {
      const { audience, users } = parse(mutations, body);
      return (dmp) => dmp.removeFromAudience(audience, users);
    }
    default:
      throw notFound();
  }
}

function parse<Schema extends z.ZodType>(schema: Schema, value: unknown): z.output<Schema> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw new Refusal(400, z.prettifyError(result.error));
}

async function inTime(answer: Promise<DmpAnswer>): Promise<DmpAnswer> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    late.reject(new Error('no answer in time'));
  }, timeoutMs);
  try {
    return await Promise.race([answer, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
