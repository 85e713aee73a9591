/** `npm run demo`: the same as `audience-relay demo`. */
import { demo } from './stack/demo.ts';

await demo();
