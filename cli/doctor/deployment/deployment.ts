import type { Config } from '../../../shared/config.ts';
import type { Destination } from '../../../shared/destinations/destination.ts';
import type { Intake } from '../intake.ts';
import type { Looked } from '../looked.ts';
import type { Binding } from './binding.ts';
import type { GoogleCaller } from './google-credentials.ts';
import type { JobFacts } from './scheduler-look.ts';
import type { SecretFacts } from './secret-facts.ts';
import type { SubscriptionFacts } from './subscription-facts.ts';

/** A deployment as its checks see it. What several of them look at is looked at once. */
export interface Deployment {
  readonly config: Config<'doctor'>;
  readonly destination: Destination;
  readonly intake: Intake;
  /** Who runs the doctor, by Google's reckoning. */
  readonly caller: () => Promise<GoogleCaller>;
  readonly hmacSecret: () => Promise<Looked<SecretFacts>>;
  /** Undefined where none is configured; so are the credentials. */
  readonly basicAuth: () => Promise<Looked<SecretFacts> | undefined>;
  readonly credentials: () => Promise<Looked<SecretFacts> | undefined>;
  /** The full name of a topic. */
  readonly topic: () => Promise<Looked<string>>;
  readonly controlTopic: () => Promise<Looked<string>>;
  readonly deadLetterTopic: () => Promise<Looked<string>>;
  readonly pull: () => Promise<Looked<SubscriptionFacts>>;
  readonly wake: () => Promise<Looked<SubscriptionFacts>>;
  readonly control: () => Promise<Looked<SubscriptionFacts>>;
  readonly deadLetters: () => Promise<Looked<SubscriptionFacts>>;
  readonly audienceMap: () => Promise<Looked<'answers'>>;
  readonly sweep: () => Promise<Looked<JobFacts>>;
  /** Grants on the pull subscription. */
  readonly pullBindings: () => Promise<Looked<readonly Binding[]>>;
  /** Grants on forward's Cloud Run service. */
  readonly bindings: () => Promise<Looked<readonly Binding[]>>;
  /** The account that forward runs as. */
  readonly forwardAccount: () => Promise<Looked<string>>;
}
