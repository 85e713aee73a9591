import { startBraze } from '../fakes/platforms/braze.ts';
import { describedFixture } from '../fakes/platforms/described.ts';
import { startLinkedIn } from '../fakes/platforms/linkedin.ts';
import { startMeta } from '../fakes/platforms/meta.ts';
import { startTaboola } from '../fakes/platforms/taboola.ts';
import { destinationContract } from './destination.contract.ts';

await destinationContract('braze-cohorts', () => describedFixture('braze-cohorts', startBraze));
await destinationContract('linkedin', () =>
  describedFixture('linkedin-dmp-segments', startLinkedIn),
);
await destinationContract('meta', () => describedFixture('meta-custom-audiences', startMeta));
await destinationContract('taboola', () => describedFixture('taboola-first-party', startTaboola));
