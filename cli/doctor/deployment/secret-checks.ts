import { fail, ok, skip, warn, type Finding } from '../check.ts';
import { unseenFinding, type Looked } from '../looked.ts';
import type { SecretFacts } from './secret-facts.ts';

const MIN_LENGTH = 16;

export interface SecretRules {
  /** How a value must be written, where that matters. */
  readonly shape?: { readonly pattern: RegExp; readonly text: string };
}

/**
 * Whether a secret has enabled versions, and what is wrong with the newest. Says nothing of a value but
 * which rule it breaks.
 */
export function secretFinding(
  name: string,
  looked: Looked<SecretFacts>,
  { shape }: SecretRules = {},
): Finding {
  const add = addingAdvice(name);
  if (looked.kind !== 'found') {
    return unseenFinding(looked, {
      what: name,
      role: 'roles/secretmanager.viewer',
      ifMissing: `Run \`terraform apply\`, then: ${add}`,
    });
  }
  const { newest, enabledVersions } = looked.value;
  if (newest === undefined) return fail(`${name} has no enabled version`, add);
  const versions = versionsText(enabledVersions);
  if (newest.kind === 'forbidden') {
    return warn(
      `${name} has ${versions}; the value was not checked: you may not read it`,
      "Whether intake and forward may read theirs, intake's answers and the log of forward tell.",
    );
  }
  if (newest.kind !== 'found') {
    return unseenFinding(newest, {
      what: `the newest version of ${name}`,
      role: '',
      ifMissing: add,
    });
  }
  const value = newest.value.reveal();
  if (value === '') {
    const text = `the newest version of ${name} is empty, and does not count`;
    return enabledVersions === 1 ? fail(text, add) : warn(text, add);
  }
  if (shape?.pattern.test(value) === false) {
    return fail(`the newest version of ${name} is not written as ${shape.text}`, add);
  }
  const doubts = doubtsAbout(value);
  if (doubts.length > 0) return warn(`the newest version of ${name} ${doubts.join(' and ')}`, add);
  return ok(`${name} has ${versions}, and the newest can be read`);
}

/** The same of a secret that is not always there. */
export function secretFindingIfAny(
  name: string | undefined,
  looked: Looked<SecretFacts> | undefined,
  rules: SecretRules = {},
): Finding {
  if (name === undefined || looked === undefined) return skip('none is configured');
  return secretFinding(name, looked, rules);
}

function doubtsAbout(value: string): string[] {
  return [
    ...(value.length < MIN_LENGTH ? [`is shorter than ${MIN_LENGTH} characters`] : []),
    ...(value.trim() === value ? [] : ['begins or ends with white space, which counts']),
  ];
}

function versionsText(count: number): string {
  if (count === 1) return '1 enabled version';
  return count === 2 ? '2 enabled versions' : '3 or more enabled versions, of which two count';
}

function addingAdvice(name: string): string {
  const [, project = '', , secret = ''] = name.split('/');
  return `Add a version: printf %s "$VALUE" | gcloud secrets versions add ${secret} --project=${project} --data-file=-`;
}
