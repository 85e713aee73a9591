/** Worth another try: the request timed out, there were too many, or the service has a bad moment. */
const MAY_PASS = [408, 429, 500, 502, 503, 504];

/** A call of one of Google's APIs that failed. Its message is fixed; what Google said may quote us. */
export class GoogleCallError extends Error {
  /** Google's status (`PERMISSION_DENIED`), or the connection's (`ECONNREFUSED`): safe to log. */
  readonly code: string;
  readonly mayPass: boolean;

  private constructor(code: string, mayPass: boolean) {
    super(`The call failed: ${code}`);
    this.name = 'GoogleCallError';
    this.code = code;
    this.mayPass = mayPass;
  }

  /**
   * Of an answer other than 200: `{"error":{"code":403,"status":"PERMISSION_DENIED",…}}`, or what a proxy says.
   * Source: Google Cloud APIs, "Errors", HTTP mapping (documented).
   */
  static ofAnswer(status: number, body: string): GoogleCallError {
    const named = /"status"\s*:\s*"([A-Z_]{1,40})"/.exec(body)?.[1];
    return new GoogleCallError(named ?? `HTTP_${status}`, MAY_PASS.includes(status));
  }

  /** Of a call without an answer, or with one that is no JSON: more of those would be no better. */
  static ofConnection(error: unknown): GoogleCallError {
    const { code } = Object(error) as { readonly code?: unknown };
    return typeof code === 'string'
      ? new GoogleCallError(code, true)
      : new GoogleCallError('UNREADABLE', false);
  }

  /** Of a call that took too long, in Google's word for it. */
  static ofDeadline(): GoogleCallError {
    return new GoogleCallError('DEADLINE_EXCEEDED', true);
  }
}
