import { fileDropBucketFixture, fileDropDirectoryFixture } from '../fakes/platforms/file-drop.ts';
import { molocoFixture } from '../fakes/platforms/moloco.ts';
import { pangolinFixture } from '../fakes/platforms/pangolin.ts';
import {
  roktAttributesFixture,
  roktEventsFixture,
  roktImportFixture,
} from '../fakes/platforms/rokt.ts';
import { destinationContract } from './destination.contract.ts';

await destinationContract('pangolin', () => pangolinFixture('pangolin'));
await destinationContract('pangolin-one-by-one', () => pangolinFixture('pangolin-one-by-one'));
await destinationContract('rokt, audience import', roktImportFixture);
await destinationContract('rokt, attributes', roktAttributesFixture);
await destinationContract('rokt, events', roktEventsFixture);
await destinationContract('moloco', molocoFixture);
await destinationContract('moloco, by device', () =>
  molocoFixture({ identifier: 'device.persistent_id' }),
);
await destinationContract('file-drop, a directory', fileDropDirectoryFixture);
await destinationContract('file-drop, a bucket', fileDropBucketFixture);
await destinationContract('file-drop, additions only', () =>
  fileDropDirectoryFixture({ operations: 'additions-only' }),
);
await destinationContract('file-drop, a feed of all members', () =>
  fileDropBucketFixture({ format: 'moloco-audience-feed' }),
);
