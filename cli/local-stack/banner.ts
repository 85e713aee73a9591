import type { Config } from '../../shared/config.ts';
import type { CallType } from '../../shared/mapp/parse-call.ts';
import { creationOf } from '../dmp/creation.ts';
import { curlCommand } from '../dmp/curl-command.ts';
import { signCall } from '../dmp/dmp-client.ts';
import { SAMPLE_CUSTOMER } from '../dmp/mutations.ts';
import type { LocalStack } from './local-stack.ts';

const AUDIENCE = 'a5940e473cea659.356693871497425011';

/** What `npm start` prints: where everything is, and signed calls ready to be pasted. */
export function banner(config: Config<'localStack'>, stack: LocalStack): string {
  const { intakeUrl, pangolinUrl, pangolinUrls, destinations } = stack;
  const secret = config.HMAC_SECRETS[0]?.reveal() ?? '';
  const basicAuth = config.BASIC_AUTH?.reveal();
  const settings = { url: intakeUrl, secret, basicAuth };
  const curl = (type: CallType, fields: Record<string, unknown>) => {
    // It works in any other shell, which knows no BASIC_AUTH; the password is shown above as well.
    return curlCommand(signCall(settings, type, fields), { showsPassword: true });
  };
  const further = [...pangolinUrls].filter(([, url]) => url !== pangolinUrl);
  const furtherPangolins = further.map(([id, url]) => `\n  Pangolin    ${url}/   (of ${id})`);
  const dryRun = config.DRY_RUN ? '   (DRY_RUN: nobody is called)' : '';
  const queue = config.PUBSUB_EMULATOR_HOST ?? 'embedded';
  const map = config.FIRESTORE_EMULATOR_HOST ?? 'embedded';
  const member = { Uuid: 'ab043529-3e55-4672-52f0-18887ea12345', External_user_id: '12478286329' };
  const mutation = { ...member, Audience: AUDIENCE, Customer: SAMPLE_CUSTOMER, Platform: 113 };

  return `
Audience Relay is ready.

  intake      ${intakeUrl}/
  user sync   ${intakeUrl}/sync
  Pangolin    ${pangolinUrl}/   (the fake platform; look here)${furtherPangolins.join('')}
  destination ${destinations.join(', ')}${dryRun}
  secret      ${secret}${basicAuth === undefined ? '' : `\n  basic auth  ${basicAuth}`}
  queue       ${queue}
  map         ${map}

Play the DMP: create an audience, add a user, look at the segment.

${curl('CREATE_AUDIENCE', creationOf(AUDIENCE, 'Test audience'))}

${curl('ADD_TO_AUDIENCE', { Mutations: [mutation] })}

curl -u pangolin:pangolin '${pangolinUrl}/v1/segments'

Stop with Ctrl-C.
`;
}
