/**
 * A secret that is rotated while it is in use. Implementations: environment-secret.ts and
 * secret-manager-secret.ts; both pass test/contracts/secrets.contract.ts.
 */
export interface Secret {
  /**
   * The accepted values, newest first, at least one.
   * @throws PlatformError SECRET_UNAVAILABLE when they were never read and cannot be.
   */
  current(): Promise<readonly string[]>;
  /**
   * The accepted values, read again where that can show a rotation. Bounded: callers may ask at every
   * mismatch, the store is asked once in a while only.
   */
  refresh(): Promise<readonly string[]>;
}
