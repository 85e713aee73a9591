/** gRPC codes worth another try: CANCELLED, DEADLINE_EXCEEDED, RESOURCE_EXHAUSTED, ABORTED, INTERNAL, UNAVAILABLE. */
const RETRYABLE_CODES = [1, 4, 8, 10, 13, 14];

/**
 * Options of a call of a Google client that must end within `timeoutMs`, retries included: by default
 * the clients go on for up to ten minutes.
 */
export function boundedCall(timeoutMs: number) {
  return {
    timeout: timeoutMs,
    retry: {
      retryCodes: RETRYABLE_CODES,
      backoffSettings: {
        initialRetryDelayMillis: 50,
        retryDelayMultiplier: 2,
        maxRetryDelayMillis: timeoutMs,
        initialRpcTimeoutMillis: timeoutMs,
        rpcTimeoutMultiplier: 1,
        maxRpcTimeoutMillis: timeoutMs,
        totalTimeoutMillis: timeoutMs,
      },
    },
  };
}
