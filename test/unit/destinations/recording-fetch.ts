/** A call as it would have gone out. */
export interface RecordedCall {
  readonly method: string;
  readonly url: string;
  readonly headers: Headers;
  readonly body: string;
}

/** A fetch that reaches nobody: it records calls, and answers them all alike. */
export function recordingFetch(answer: () => Response): {
  readonly fetch: typeof fetch;
  readonly calls: readonly RecordedCall[];
} {
  const calls: RecordedCall[] = [];
  return {
    calls,
    fetch: async (...call) => {
      const request = new Request(...call);
      const { method, url, headers } = request;
      calls.push({ method, url, headers, body: await request.text() });
      return answer();
    },
  };
}
