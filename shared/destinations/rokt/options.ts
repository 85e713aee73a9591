import { z } from 'zod';
import { OPTIONS_VARIABLE, optionProblems } from '../option-problems.ts';

/** The lists of the audience import say what a segment means; the other modes are mappings of ours. */
const DEFAULT_MODE = 'audience-import';

const eventsApi = {
  pod: z.enum(
    ['us1', 'us2', 'eu1', 'au1'],
    'must be the pod that hosts the account: us1, us2, eu1 or au1',
  ),
  environment: z
    .enum(['production', 'development'], 'must be production or development')
    .default('production'),
  identity: z
    .enum(['email', 'other', 'customer_id'], 'must be email, other or customer_id')
    .default('other'),
  batchesPerSecond: z
    .int('must be a whole number')
    .min(1, 'must be 1 or more')
    .max(270, 'must be 270 or less, which is what an account may send')
    .default(270),
};

const optionsSchema = z.discriminatedUnion(
  'mode',
  [
    z.strictObject({
      mode: z.literal('audience-import'),
      accountId: z
        .string('must be the id of the Rokt account, as a text')
        .regex(/^[\w-]{1,64}$/, 'must be the id of the Rokt account, as in "123456789"'),
      identifier: z.enum(['email', 'sha256'], 'must be email or sha256').default('sha256'),
      membersPerCall: z
        .int('must be a whole number')
        .min(1, 'must be 1 or more')
        .max(10_000, 'must be 10000 or less')
        .default(1_000),
      callsPerSecond: z
        .int('must be a whole number')
        .min(1, 'must be 1 or more')
        .max(100, 'must be 100 or less')
        .default(10),
    }),
    z.strictObject({
      mode: z.literal('attributes'),
      ...eventsApi,
      attributePrefix: z
        .string('must be a text')
        .max(200, 'must be 200 characters or less')
        .regex(/^(?!\$)\P{Cc}*$/u, 'must not begin with $, nor have control characters')
        .default('audience_'),
    }),
    z.strictObject({
      mode: z.literal('events'),
      ...eventsApi,
      eventName: z
        .string('must be a text')
        .max(256, 'must be 256 characters or less')
        .regex(/^\P{Cc}*\S\P{Cc}*$/u, 'must be a name, without control characters')
        .default('conversion'),
    }),
  ],
  'must be audience-import, attributes or events',
);

type RoktOptions = Readonly<z.infer<typeof optionsSchema>>;

export type ImportOptions = Extract<RoktOptions, { mode: 'audience-import' }>;
/** Of the two modes that go to the Events API. */
export type EventsApiOptions = Exclude<RoktOptions, ImportOptions>;

/** What DESTINATION_OPTIONS says of Rokt, or all that is wrong with it. */
export function readRoktOptions(
  value: unknown,
): { readonly options: RoktOptions } | { readonly problems: readonly string[] } {
  const given = z.record(z.string(), z.unknown()).safeParse(value ?? {});
  if (!given.success) return { problems: [`${OPTIONS_VARIABLE}: must be a JSON object`] };
  const parsed = optionsSchema.safeParse({ mode: DEFAULT_MODE, ...given.data });
  if (parsed.success) return { options: parsed.data };
  return { problems: optionProblems(parsed.error.issues, 'this mode of rokt') };
}
