/**
 * Where a deployment's variables come from: by variable, the input of the Terraform module. Those without
 * an input of their own the module makes of its resources. What is missing here Terraform does not set.
 */

/** Of the module's own making. */
const MODULE = 'the module itself';

const audienceMap = {
  FIRESTORE_COLLECTION: MODULE,
  FIRESTORE_DATABASE: MODULE,
  GOOGLE_CLOUD_PROJECT: 'project_id',
};

/** The input by function and variable. test/terraform/environment.test.ts compares them with a plan. */
export const TERRAFORM_INPUTS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  intake: {
    ...audienceMap,
    BASIC_AUTH_SECRET_NAME: 'basic_auth',
    CONTROL_TOPIC: MODULE,
    CREATE_TIMEOUT_MS: 'intake.create_timeout_ms',
    DESTINATION: 'answering_destination',
    HMAC_SECRET_NAME: MODULE,
    LOG_LEVEL: 'log_level',
    MAX_BODY_BYTES: 'intake.max_body_bytes',
    MAX_PENDING_BYTES: 'intake.memory_mib',
    MEMBER_ID: 'member_id',
    PUBLISH_TIMEOUT_MS: 'intake.publish_timeout_ms',
    RETURN_SEGMENT_ID: 'intake.return_segment_id',
    SHARDS: 'shards',
    TOPIC: MODULE,
  },
  forward: {
    ...audienceMap,
    CREATE_LEASE_SECONDS: 'destinations.create_lease_seconds',
    DEAD_LETTER_TOPIC: MODULE,
    DESTINATION: 'destinations',
    DESTINATION_BASE_URL: 'destinations.base_url',
    DESTINATION_CREDENTIALS_SECRET_NAME: 'destinations.credentials',
    DESTINATION_DESCRIPTION: 'destinations.description',
    DESTINATION_OPTIONS: 'destinations.options',
    DRY_RUN: 'destinations.dry_run',
    LOG_LEVEL: 'log_level',
    MAX_INSTANCES: 'destinations.max_instances',
    MAX_PENDING_BYTES: 'destinations.memory_mib',
    MEMBER_ID: 'member_id',
    PULL_SUBSCRIPTION: MODULE,
    RETRY_WINDOW_SECONDS: 'destinations.retry_window_seconds',
    UNKNOWN_AUDIENCE: 'destinations.unknown_audience',
    WAKE_SUBSCRIPTION: MODULE,
  },
  userSync: {
    GOOGLE_CLOUD_PROJECT: 'project_id',
    LOG_LEVEL: 'log_level',
    SYNC_ALLOWED_HOSTS: 'user_sync.allowed_hosts',
    SYNC_COOKIE_DAYS: 'user_sync.cookie_days',
    SYNC_COOKIE_PARTITIONED: 'user_sync.cookie_partitioned',
    SYNC_PLATFORM_COOKIE: 'user_sync.platform_cookie',
    SYNC_REQUIRE_CONSENT: 'user_sync.require_consent',
    SYNC_SECRET_NAME: 'user_sync.signed',
    SYNC_SIGNATURE_NAME: 'user_sync.signature_name',
    SYNC_SIGNED_PARAMETERS: 'user_sync.signed_parameters',
    SYNC_TCF_VENDOR_ID: 'user_sync.tcf_vendor_id',
  },
};

/** ` (Terraform: shards)`, or nothing where Terraform does not set the variable. */
export function setInTerraform(program: string, variable: string): string {
  const input = TERRAFORM_INPUTS[program]?.[variable];
  return input === undefined ? '' : ` (Terraform: ${input})`;
}
