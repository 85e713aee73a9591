/** `npm start`: the same as `audience-relay start`. */
import { start } from './stack/start.ts';

await start();
