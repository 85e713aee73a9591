const credentials = 'pangolin:pangolin';

/** Whether an Authorization header carries Pangolin's Basic Auth. */
export function isAuthorised(header: string | undefined): boolean {
  const encoded = /^basic +(\S+) *$/i.exec(header ?? '')?.[1];
  return encoded !== undefined && Buffer.from(encoded, 'base64').toString('utf8') === credentials;
}
