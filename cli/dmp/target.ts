/** Where the DMP is played at, and with which secrets. */
import { readFileSync } from 'node:fs';
import { readConfig, type Config } from '../../shared/config.ts';
import { BASE_URL_RULE, isBaseUrl } from '../../shared/http/base-url.ts';
import { CommandProblem } from '../command-problem.ts';
import { askSecret } from './ask-secret.ts';
import type { DmpSettings } from './dmp-client.ts';

const LOCAL_SECRET = 'local-secret';

export interface TargetOptions {
  readonly url?: string;
  readonly secret?: string;
  readonly secretFile?: string;
  readonly askSecret?: true;
  readonly basicAuthFile?: string;
}

/**
 * Intake and the secrets it knows, as the options and the environment name them.
 * @throws CommandProblem, or ConfigurationError, saying which is missing or wrong
 */
export async function targetOf(options: TargetOptions): Promise<DmpSettings> {
  const config = readConfig('dmp');
  const url = targetUrl(options, config.PORT);
  const basicAuth =
    options.basicAuthFile === undefined
      ? config.BASIC_AUTH?.reveal()
      : secretIn(options.basicAuthFile, '--basic-auth-file');
  if (basicAuth !== undefined && !/^[^:]+:.+$/.test(basicAuth)) {
    throw new CommandProblem('--basic-auth-file: the file must hold user:password.', 2);
  }
  return { url, secret: await secretFor(url, options, config), basicAuth };
}

/**
 * The base URL of intake.
 * @param port of the local stack, which is meant where no URL is given
 * @throws CommandProblem when it is none to send user ids to
 */
export function targetUrl({ url }: TargetOptions, port = readConfig('dmp').PORT): string {
  const base = url?.replace(/\/+$/, '') ?? `http://127.0.0.1:${port}`;
  if (!isBaseUrl(base)) throw new CommandProblem(`--url: ${BASE_URL_RULE}.`, 2);
  return base;
}

/** Whether a base URL is one of this machine: one that plain http may be spoken to. */
export function isOnThisMachine(url: string): boolean {
  return isBaseUrl(url.replace(/^https:/, 'http:'));
}

async function secretFor(
  url: string,
  options: TargetOptions,
  { HMAC_SECRETS }: Config<'dmp'>,
): Promise<string> {
  if (options.secret !== undefined && options.secret !== '') return options.secret;
  if (options.secretFile !== undefined) return secretIn(options.secretFile, '--secret-file');
  if (options.askSecret === true) return askSecret('Secret: ');
  const [newest] = HMAC_SECRETS ?? [];
  if (newest !== undefined) return newest.reveal();
  if (isOnThisMachine(url)) return LOCAL_SECRET;
  const text = `The secret of ${url} is not known: set HMAC_SECRETS, or give --secret-file or --ask-secret.`;
  throw new CommandProblem(text, 2);
}

/** The text of a file, without the line end that an editor puts behind it. */
function secretIn(path: string, option: string): string {
  let text: string;
  try {
    text = readFileSync(path, 'utf8').replace(/\r?\n$/, '');
  } catch (cause) {
    throw new CommandProblem(`${option}: ${path} cannot be read: check the path.`, 2, { cause });
  }
  if (text === '') throw new CommandProblem(`${option}: ${path} is empty.`, 2);
  return text;
}
