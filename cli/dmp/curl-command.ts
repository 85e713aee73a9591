import type { SignedCall } from './dmp-client.ts';

/** Linux refuses an argument of 128 KiB. */
const MAX_ARGUMENT = 100_000;

/**
 * A call as a command for a shell: what is signed stands in it, the secret does not, and the password is
 * taken from BASIC_AUTH when it is run.
 */
export function curlCommand({ url, headers, body }: SignedCall): string {
  const options = Object.entries(headers).map(([name, value]) =>
    name === 'Authorization' ? BASIC_AUTH : `-H ${quoted(`${name}: ${value}`)}`,
  );
  const curl = `curl -i ${quoted(url)} ${options.join(' ')}`;
  return body.length > MAX_ARGUMENT
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
