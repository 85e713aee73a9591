import type { Config } from '../../shared/config.ts';
import type { Secret } from '../../shared/secrets/secrets.ts';
import type { ConsentRule } from './consent.ts';
import type { SigningRule } from './signature.ts';
import type { CookieSettings } from './user-id.ts';

export interface UserSyncSettings {
  /** Where browsers may be sent. */
  readonly allowedHosts: ReadonlySet<string>;
  readonly cookies: CookieSettings;
  /** Absent where consent is not asked for. */
  readonly consent?: ConsentRule | undefined;
  /** Absent where a sync URL need not be signed. */
  readonly signing?: SigningRule | undefined;
}

type Variables = Omit<Config<'userSync'>, 'LOG_LEVEL' | 'GOOGLE_CLOUD_PROJECT'>;

/** User sync's settings as the environment names them; a secret switches signed syncing on. */
export function userSyncSettings(config: Variables, secret: Secret | undefined): UserSyncSettings {
  return {
    allowedHosts: new Set(config.SYNC_ALLOWED_HOSTS),
    cookies: {
      platformCookie: config.SYNC_PLATFORM_COOKIE,
      cookieDays: config.SYNC_COOKIE_DAYS,
      isPartitioned: config.SYNC_COOKIE_PARTITIONED,
    },
    consent: config.SYNC_REQUIRE_CONSENT ? { tcfVendorId: config.SYNC_TCF_VENDOR_ID } : undefined,
    signing: secret && {
      secret,
      signatureName: config.SYNC_SIGNATURE_NAME,
      signedParameters: config.SYNC_SIGNED_PARAMETERS,
    },
  };
}
