import { z } from 'zod';
import { OPTIONS_VARIABLE, optionProblems } from '../option-problems.ts';

/** Moloco's types that need neither items nor a search query, which no audience has. */
const EVENT_TYPES = ['PAGE_VIEW', 'HOME', 'LAND'] as const;
/** What can stand before `-evt` in the name of a host. */
const HOST_LABEL = /^[a-z0-9](?:[a-z0-9-]{0,57}[a-z0-9])?$/i;

const optionsSchema = z.strictObject({
  platformId: z
    .string('must be the platform id that Moloco gave')
    .regex(/^[\w-]{1,128}$/, 'must be a platform id: letters, digits, _ and -'),
  platformHost: z
    .string('must be a text')
    .regex(HOST_LABEL, 'must be what stands before "-evt" in the name of the host')
    .exactOptional(),
  endpoint: z.enum(['mcm', 'rmp'], 'must be mcm or rmp').default('mcm'),
  channelType: z
    .enum(
      ['APP', 'SITE', 'DESKTOP_SITE', 'MOBILE_SITE'],
      'must be APP, SITE, DESKTOP_SITE or MOBILE_SITE',
    )
    .default('SITE'),
  deviceOs: z.enum(['ios', 'android'], 'must be ios or android').exactOptional(),
  eventType: z
    .enum(
      EVENT_TYPES,
      'must be PAGE_VIEW, HOME or LAND; other events need items or a search query, which an audience has not',
    )
    .default('PAGE_VIEW'),
  identifier: z
    .enum(
      [
        'user_id',
        'device.persistent_id',
        'custom_id',
        'device.unique_device_id',
        'device.advertising_id',
        'session_id',
      ],
      'must be user_id, device.persistent_id, custom_id, device.unique_device_id, device.advertising_id or session_id',
    )
    .default('user_id'),
  leaveEvents: z.boolean('must be true or false').default(false),
  callsPerSecond: z
    .int('must be a whole number')
    .min(1, 'must be 1 or more')
    .max(1_000, 'must be 1000 or less')
    .default(50),
});

export type MolocoOptions = Readonly<z.infer<typeof optionsSchema>>;

/** What DESTINATION_OPTIONS says of Moloco, or all that is wrong with it. */
export function readMolocoOptions(
  value: unknown,
): { readonly options: MolocoOptions } | { readonly problems: readonly string[] } {
  const given = z.record(z.string(), z.unknown()).safeParse(value ?? {});
  if (!given.success) return { problems: [`${OPTIONS_VARIABLE}: must be a JSON object`] };
  const parsed = optionsSchema.safeParse(given.data);
  const problems = [
    ...(parsed.success ? [] : optionProblems(parsed.error.issues, 'moloco')),
    ...problemsTogether(given.data),
  ];
  return parsed.success && problems.length === 0 ? { options: parsed.data } : { problems };
}

/** The usual base URL of a platform; undefined: its id cannot be part of a host's name. */
export function baseUrlOf({
  platformId,
  platformHost = platformId.replaceAll('_', '-'),
  endpoint,
}: MolocoOptions): string | undefined {
  if (!HOST_LABEL.test(platformHost)) return undefined;
  return `https://${platformHost.toLowerCase()}-evt.${endpoint}-api.moloco.com`;
}

/** What no option shows alone. zod would look at it only once all else is right. */
function problemsTogether({ channelType, deviceOs }: Record<string, unknown>): string[] {
  if ((channelType === 'APP') === (deviceOs !== undefined)) return [];
  return [
    deviceOs === undefined
      ? `${OPTIONS_VARIABLE}.deviceOs: is needed with the channelType APP: ios or android`
      : `${OPTIONS_VARIABLE}.deviceOs: goes with the channelType APP only`,
  ];
}
