import { fail, ok, skip, type Finding } from '../check.ts';
import type { Looked } from '../looked.ts';
import { EVERYBODY, isGranted, type Binding } from './binding.ts';

const ADVICE =
  'Run `terraform apply`: it grants forward roles/pubsub.subscriber. Remove other grants with `gcloud pubsub subscriptions remove-iam-policy-binding`.';

/** Checks that forward may pull mutations and the public may not, as far as the subscription itself grants it. */
export function pullersFinding(
  subscription: string,
  bindings: Looked<readonly Binding[]>,
  forwardAccount: Looked<string>,
): Finding {
  if (bindings.kind === 'forbidden') {
    const text = `you may not see who may pull from ${subscription}`;
    return skip(`${text}: that takes roles/iam.securityReviewer`);
  }
  if (bindings.kind !== 'found') return skip(`the policy of ${subscription} was not seen`);
  const problems = bindings.value.flatMap(({ role, members }) =>
    members.filter((member) => EVERYBODY.has(member)).map((member) => `${member} has ${role}`),
  );
  const account = forwardAccount.kind === 'found' ? forwardAccount.value : undefined;
  const mayPull =
    account === undefined ||
    isGranted(bindings.value, 'roles/pubsub.subscriber', `serviceAccount:${account}`);
  if (!mayPull) problems.unshift(`${account} may not pull from it: nothing is delivered`);
  if (problems.length > 0) return fail(problems.join('; '), ADVICE);
  if (account === undefined) return skip('the account of forward was not seen');
  return ok(`${account} may pull from it, and the public may not`);
}
