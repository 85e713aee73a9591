const HIDDEN = '[hidden]';
/** Headers whose values prove who calls, also when they are no secret but made of one. */
const PROOF = /auth|key|token|secret|sign|seal|hmac|cookie/i;
/** What an answer may give us to prove ourselves with. */
const GIVEN = /"(?:access_token|refresh_token|id_token)"\s*:\s*"((?:[^"\\]|\\.)*)"/g;
const MAX_SHOWN = 2_000;

export interface Hiding {
  /** A text that may be shown: without secrets, and without what a terminal would obey. */
  text(text: string): string;
  header(name: string, value: string): string;
  /** Learns the secrets that an answer gives us. */
  learn(answer: string): void;
}

/**
 * Hides secrets in what is shown. Longer ones come first.
 * @param proofHeader the header in which a platform wants its proof of who calls
 */
export function createHiding(secrets: readonly string[], proofHeader = ''): Hiding {
  const known = [...secrets];
  const text = (shown: string): string => {
    const hidden = known.reduce((rest, secret) => rest.replaceAll(secret, HIDDEN), shown);
    const visible = hidden.replace(/[^\P{C}\n]/gu, '\u{fffd}');
    return visible.length > MAX_SHOWN ? `${visible.slice(0, MAX_SHOWN)}… (shortened)` : visible;
  };
  return {
    text,
    header: (name, value) =>
      PROOF.test(name) || name === proofHeader.toLowerCase() ? HIDDEN : text(value),
    learn: (answer) => {
      known.unshift(...[...answer.matchAll(GIVEN)].flatMap(([, token = '']) => token || []));
    },
  };
}
