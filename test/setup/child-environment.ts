import { resolve } from 'node:path';
import { environment, type Environment } from '../../shared/config.ts';

/** Node keeps what it compiles of our sources there: hundreds of children start in half the time. */
const NODE_COMPILE_CACHE = resolve('artifacts/compile-cache');

/** The variables of a program that is started from the sources; nothing else of the environment reaches it. */
export function childEnvironment(variables: Environment): NodeJS.ProcessEnv {
  const { PATH, HOME } = environment;
  return { PATH, HOME, METADATA_SERVER_DETECTION: 'none', NODE_COMPILE_CACHE, ...variables };
}
