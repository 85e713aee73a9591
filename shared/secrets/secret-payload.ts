/**
 * The text of a secret's payload. One line break at its end, which `echo` adds when a version is made, is
 * no part of it.
 */
export function textOfSecret(payload: Uint8Array): string {
  return Buffer.from(payload)
    .toString('utf8')
    .replace(/\r?\n$/, '');
}
