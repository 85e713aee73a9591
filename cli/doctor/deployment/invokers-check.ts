import { fail, ok, type Finding } from '../check.ts';
import { unseenFinding, type Looked } from '../looked.ts';
import { EVERYBODY, isGranted, type Binding } from './binding.ts';

const INVOKER = 'roles/run.invoker';
/** Lets operators look, and nobody call. */
const VIEWER = 'roles/run.viewer';
const ADVICE =
  'Run `terraform apply`: its binding of roles/run.invoker takes everybody else out. Remove other roles with `gcloud run services remove-iam-policy-binding`.';

/** Whether only the push account may invoke forward, as far as is granted on the service itself. */
export function invokersFinding(
  service: string,
  looked: Looked<readonly Binding[]>,
  pushAccount: string,
): Finding {
  if (looked.kind !== 'found') {
    return unseenFinding(looked, {
      what: `the service ${service}`,
      role: 'roles/run.viewer',
      ifMissing:
        'Run `terraform apply`, and set FORWARD_SERVICE as its output cli_environment says.',
    });
  }
  const wanted = `serviceAccount:${pushAccount}`;
  const problems = looked.value.flatMap((binding) => problemsOf(binding, wanted));
  if (!isGranted(looked.value, INVOKER, wanted)) {
    problems.unshift(`${pushAccount} may not invoke it: every push is refused`);
  }
  if (problems.length > 0) return fail(problems.join('; '), ADVICE);
  return ok(`only ${pushAccount} may invoke it`);
}

function problemsOf({ role, members, isConditional }: Binding, wanted: string): string[] {
  const others = members.filter((member) => member !== wanted || role !== INVOKER);
  const strangers = role === VIEWER ? others.filter((member) => EVERYBODY.has(member)) : others;
  const under = isConditional ? ' under a condition' : '';
  return [
    ...strangers.map((member) => `${member} has ${role}${under}`),
    ...(role === INVOKER && isConditional && strangers.length === 0
      ? [`${role} is granted under a condition`]
      : []),
  ];
}
