import { pangolinFixture } from '../fakes/platforms/pangolin.ts';
import { destinationContract } from './destination.contract.ts';

await destinationContract('pangolin', () => pangolinFixture('pangolin'));
await destinationContract('pangolin-one-by-one', () => pangolinFixture('pangolin-one-by-one'));
