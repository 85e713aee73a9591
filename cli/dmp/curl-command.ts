import type { SignedCall } from './dmp-client.ts';

/** Linux refuses an argument of 128 KiB. */
const MAX_ARGUMENT_BYTES = 100_000;

export interface CurlOptions {
  /** Whether the password stands in the command too. Default: it is taken from BASIC_AUTH when it is run. */
  readonly showsPassword?: boolean;
}

/**
 * A call as a command for a shell: what is signed stands in it, the secret does not, nor the password
 * unless that is wanted.
 */
export function curlCommand(
  { url, headers, body }: SignedCall,
  { showsPassword = false }: CurlOptions = {},
): string {
  const options = Object.entries(headers).map(([name, value]) =>
    name === 'Authorization' && !showsPassword ? BASIC_AUTH : `-H ${quoted(`${name}: ${value}`)}`,
  );
  const curl = `curl -i ${quoted(url)} ${options.join(' ')}`;
  return Buffer.byteLength(body) > MAX_ARGUMENT_BYTES
    ? `printf %s ${quoted(body)} | ${curl} --data-binary @-`
    : `${curl} -d ${quoted(body)}`;
}

/** The same for the validation by GET. */
export function curlGetCommand(url: string, hasBasicAuth: boolean): string {
  return `curl -i ${quoted(`${url}/`)}${hasBasicAuth ? ` ${BASIC_AUTH}` : ''}`;
}

const BASIC_AUTH = '-u "$BASIC_AUTH"';

function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
