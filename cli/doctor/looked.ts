import { fail, skip, warn, type Finding } from './check.ts';

/** What came of looking at something of Google's. */
export type Looked<Value> = { readonly kind: 'found'; readonly value: Value } | Unseen;

/** Why it was not seen. `unknown-caller`: there are no credentials, or Google does not accept them. */
export type Unseen =
  | { readonly kind: 'missing' | 'forbidden' | 'unknown-caller' }
  | { readonly kind: 'unanswered'; readonly reason: string };

export interface About {
  /** With its name. */
  readonly what: string;
  /** Lets somebody look at it. */
  readonly role: string;
  /** What to do when it does not exist. */
  readonly ifMissing: string;
}

/**
 * What it means that something was not seen. Who may not look has found no fault of the deployment: a
 * warning.
 */
export function unseenFinding(unseen: Unseen, { what, role, ifMissing }: About): Finding {
  switch (unseen.kind) {
    case 'missing':
      return fail(`${what} does not exist`, ifMissing);
    case 'forbidden':
      return warn(
        `${what} was not checked: you may not look at it`,
        `Get ${role} on it: Terraform grants it to those in its variable operators.`,
      );
    case 'unknown-caller':
      return skip('there are no Google credentials to look with');
    case 'unanswered':
      return fail(
        `${what} cannot be looked at: ${unseen.reason}`,
        'Check GOOGLE_CLOUD_PROJECT and the network, then run it again.',
      );
  }
}
