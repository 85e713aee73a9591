import { z } from 'zod';

const VARIABLE = 'DESTINATION_OPTIONS';
const DEFAULT_MODE = 'audience-import';

/** Of event and attribute names. */
export const MAX_NAME_LENGTH = 256;
/** Batches a second, of one account. */
const MAX_BATCH_RATE = 270;

const importOptions = z.strictObject({
  mode: z.literal(DEFAULT_MODE),
  accountId: z
    .union([z.string().regex(/^[\w-]{1,64}$/), z.int().positive()], {
      error: 'must be the ID of the Rokt account, as One Platform shows it',
    })
    .transform(String),
  identifier: z.enum(['email', 'sha256'], { error: 'must be "email" or "sha256"' }),
  membersPerCall: z.int().min(1).max(1_000_000).default(10_000),
});

const eventsApiOptions = {
  pod: z.enum(['us1', 'us2', 'eu1', 'au1'], { error: 'must be "us1", "us2", "eu1" or "au1"' }),
  environment: z.enum(['production', 'development']).default('production'),
  identity: z.enum(['email', 'other', 'customer_id'], {
    error: 'must be "email", "other" or "customer_id"',
  }),
  batchesPerSecond: z.int().min(1).max(MAX_BATCH_RATE).default(MAX_BATCH_RATE),
};

const attributesOptions = z.strictObject({
  mode: z.literal('attributes'),
  ...eventsApiOptions,
  attributePrefix: z
    .string()
    .max(128)
    .regex(/^\P{C}*$/u, 'must be printable')
    .default(''),
});

const eventsOptions = z.strictObject({
  mode: z.literal('events'),
  ...eventsApiOptions,
  eventName: z
    .string()
    .max(MAX_NAME_LENGTH)
    .regex(/^\P{C}+$/u, 'must be a printable name')
    .default('conversion'),
  leaveEvents: z.boolean().default(false),
});

const optionsSchema = z.discriminatedUnion(
  'mode',
  [importOptions, attributesOptions, eventsOptions],
  { error: 'must be "audience-import", "attributes" or "events"' },
);

export type ImportOptions = z.infer<typeof importOptions>;
export type AttributesOptions = z.infer<typeof attributesOptions>;
export type EventsOptions = z.infer<typeof eventsOptions>;
export type RoktOptions = z.infer<typeof optionsSchema>;

/** What DESTINATION_OPTIONS says of Rokt, or everything that is wrong with it. */
export function readRoktOptions(
  value: unknown,
): { readonly options: RoktOptions } | { readonly problems: readonly string[] } {
  const given = z.record(z.string(), z.unknown()).safeParse(value ?? {});
  if (!given.success) return { problems: [`${VARIABLE}: must be a JSON object`] };
  const parsed = optionsSchema.safeParse({ mode: DEFAULT_MODE, ...given.data });
  if (parsed.success) return { options: parsed.data };
  return { problems: parsed.error.issues.flatMap(problemsOf) };
}

function problemsOf(issue: z.core.$ZodIssue): string[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => `${VARIABLE}.${key}: is no option of this mode of Rokt`);
  }
  return [`${[VARIABLE, ...issue.path].join('.')}: ${issue.message}`];
}
