import { splitNames } from './fault-kinds.js';
import { byId, setText } from './elements.js';
import { count, counted } from './words.js';

const maxUsers = 10_000;
/** The DMP's micro-batches. */
export const usersPerRequest = 100;

/**
 * The part of the form that says which users: generated or typed.
 * @returns {() => string[]} those that it says now
 */
export function createUsersChoice() {
  const generated = byId('generated', HTMLInputElement);
  const typed = byId('typed', HTMLInputElement);
  const prefix = byId('prefix', HTMLInputElement);
  const first = byId('first', HTMLInputElement);
  const howMany = byId('count', HTMLInputElement);
  const text = byId('users', HTMLTextAreaElement);
  const generatedFields = byId('generated-fields', HTMLElement);
  const typedFields = byId('typed-fields', HTMLElement);

  const users = () => {
    if (typed.checked) return splitNames(text.value);
    const length = Math.min(Number(howMany.value) || 0, maxUsers);
    return Array.from({ length }, (_, index) => `${prefix.value}${Number(first.value) + index}`);
  };
  const show = () => {
    generatedFields.hidden = typed.checked;
    typedFields.hidden = !typed.checked;
    // What is hidden must not keep the form from being sent.
    for (const input of [first, howMany]) input.disabled = typed.checked;
    text.required = typed.checked;
    const all = users();
    text.setCustomValidity(
      typed.checked && all.length > maxUsers ? `Up to ${count(maxUsers)} users at once.` : '',
    );
    setText(byId('users-note', HTMLElement), inWords(all));
  };
  for (const input of [generated, typed, prefix, first, howMany, text]) {
    input.addEventListener('input', show);
  }
  show();
  return users;
}

/** @param {readonly string[]} users */
function inWords(users) {
  const [first, second] = users;
  if (first === undefined) return 'No users yet.';
  const requests = counted(Math.ceil(users.length / usersPerRequest), 'request');
  const span = second === undefined ? first : `${first} … ${users.at(-1) ?? ''}`;
  return `${span}: ${counted(users.length, 'user')} in ${requests}.`;
}
