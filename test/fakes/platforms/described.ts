import { createHash } from 'node:crypto';
import type { z } from 'zod';
import { parseDescription } from '../../../shared/destinations/http/description/parse-description.ts';
import { createHttpDestination } from '../../../shared/destinations/http/http-destination.ts';
import { shippedDescriptions } from '../../../shared/destinations/registry.ts';
import type { DestinationFixture, ThirdParty } from '../../contracts/destinations/third-party.ts';
import {
  jsonOf,
  RuleBroken,
  type FakeAnswer,
  type FakeCall,
  type FakeServer,
} from './fake-server.ts';

/** A fake vendor, and what a user of it writes into the settings. */
export interface Vendor extends ThirdParty {
  readonly url: string;
  /** DESTINATION_CREDENTIALS */
  readonly credentials: string;
  /** DESTINATION_OPTIONS */
  readonly options?: object;
}

/** The destination of a shipped description, at a vendor of its own. */
export async function describedFixture(
  id: string,
  start: () => Promise<Vendor>,
): Promise<DestinationFixture> {
  const { url, credentials, options, ...thirdParty } = await start();
  return {
    thirdParty,
    settings: { baseUrl: url, credentials: () => Promise.resolve(credentials), options },
    create: (settings) =>
      createHttpDestination(parseDescription(shippedDescriptions[id], `${id}.json`), settings),
  };
}

/** What every fake vendor leaves to its server. */
export function partyAt(server: FakeServer): Pick<ThirdParty, 'violations' | 'failNext' | 'close'> {
  return {
    violations: () => server.violations,
    failNext: (mishap, times) => {
      server.failNext(mishap, times);
    },
    close: () => server.close(),
  };
}

/**
 * The JSON of a call, as the vendor documents it.
 * @param answer what the vendor answers to another one, given what is wrong with it
 * @throws RuleBroken
 */
export function bodyOf<Body>(
  call: FakeCall,
  schema: z.ZodType<Body>,
  answer: (problem: string) => FakeAnswer,
): Body {
  if (!/^application\/json\b/.test(call.headers['content-type'] ?? '')) {
    throw new RuleBroken('the content type is not JSON', answer('unsupported content type'));
  }
  const result = schema.safeParse(jsonOf(call, answer('malformed JSON')));
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const problem = `${issue?.path.map(String).join('.') ?? ''}: ${issue?.message ?? ''}`;
  throw new RuleBroken(problem, answer(problem));
}

/** The SHA-256 of an email address, as the vendors want it: trimmed, in lower case, in hex. */
export function hashOfEmail(email: string): string {
  return createHash('sha256').update(email.trim().toLowerCase(), 'utf8').digest('hex');
}

/** Such a hash. */
export const EMAIL_HASH = /^[0-9a-f]{64}$/;
